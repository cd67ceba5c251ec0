using System.Globalization;
using System.Text.Json;
using MetaTrain.Abstractions.Checkpoints;
using MetaTrain.TestKit.Data;
using MetaTrain.TestKit.Processes;

namespace MetaTrain.Abstractions.Tests.Checkpoints;

/// <summary>Files of ours, read by a reader in another language that knows nothing of ours.</summary>
public sealed class IndependentReaderTests
{
    [Fact]
    public async Task Write_IsReadAlikeByAnIndependentReader_WhenItHoldsEveryKindOfValue()
    {
        string? python = Executable.Find("python3");
        Assert.SkipUnless(python is not null, "needs python3 on the PATH");
        using var directory = new TemporaryDirectory("safetensors");
        string path = directory.Combine("a.safetensors");
        SafetensorsTensor[] tensors =
        [
            SafetensorsTensor.Float32("net.weight", [2, 3], new[] { 1f, -2.5f, 1e30f, float.Epsilon, -0f, float.Pi }),
            SafetensorsTensor.Float32("net.empty", [0, 4], Array.Empty<float>()),
            SafetensorsTensor.Float32("single", [], new[] { float.NaN }),
            SafetensorsTensor.Float32("state/né\"w\\名", [1, 2, 1], new[] { float.NegativeInfinity, float.MaxValue }),
        ];
        await File.WriteAllBytesAsync(path, SafetensorsFile.Write(tensors, new Dictionary<string, string> { ["job"] = "a \"job\"" }), TestContext.Current.CancellationToken);

        using var read = JsonDocument.Parse(await RunAsync(python, path));

        Assert.True(read.RootElement.GetProperty("aligned").GetBoolean());
        Assert.Equal("a \"job\"", read.RootElement.GetProperty("metadata").GetProperty("job").GetString());
        JsonElement theirs = read.RootElement.GetProperty("tensors");
        Assert.Equal(tensors.Length, theirs.EnumerateObject().Count());
        foreach (SafetensorsTensor tensor in tensors)
        {
            JsonElement other = theirs.GetProperty(tensor.Name);
            Assert.Equal("F32", other.GetProperty("dtype").GetString());
            Assert.Equal(tensor.Shape, other.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()));
            Assert.Equal(Convert.ToHexStringLower(tensor.Data.Span), other.GetProperty("bytes").GetString());
            Assert.Equal(
                tensor.ToFloat32().Select(value => (double)value),
                other.GetProperty("values").EnumerateArray().Select(value => Number(value.GetString()!)));
        }
    }

    private static double Number(string text) => text switch
    {
        "nan" => double.NaN,
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };

    private static async Task<string> RunAsync(string python, string path)
    {
        string script = Path.Combine(AppContext.BaseDirectory, "Checkpoints", "read_safetensors.py");
        await using ChildProcess process = ChildProcess.Start(python, [script, path]);
        int code = await process.WaitForExitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.True(code == 0, process.Transcript);
        return Assert.Single(process.Output.Lines);
    }
}
