using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MetaTrain.Abstractions.Checkpoints;

namespace MetaTrain.Abstractions.Tests.Checkpoints;

/// <summary>Files of ours, read by a reader in another language that knows nothing of ours.</summary>
public sealed class IndependentReaderTests
{
    private static readonly string[] Interpreters = ["python3", "python"];

    [Fact]
    public async Task Write_IsReadAlikeByAnIndependentReader_WhenItHoldsEveryKindOfValue()
    {
        string? python = await FindPythonAsync();
        Assert.SkipUnless(python is not null, "needs Python 3 (python3 or python on the PATH)");
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".safetensors");
        try
        {
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
        finally
        {
            File.Delete(path);
        }
    }

    private static double Number(string text) => text switch
    {
        "nan" => double.NaN,
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };

    private static async Task<string?> FindPythonAsync()
    {
        foreach (string interpreter in Interpreters)
        {
            try
            {
                using Process process = Process.Start(new ProcessStartInfo(interpreter, ["-c", "import sys; sys.exit(0 if sys.version_info >= (3, 8) else 1)"]))!;
                await process.WaitForExitAsync(TestContext.Current.CancellationToken);
                if (process.ExitCode == 0)
                {
                    return interpreter;
                }
            }
            catch (Win32Exception)
            {
                // Not on the PATH: the next name may be.
            }
        }

        return null;
    }

    private static async Task<string> RunAsync(string python, string path)
    {
        string script = Path.Combine(AppContext.BaseDirectory, "Checkpoints", "read_safetensors.py");
        using Process process = Process.Start(new ProcessStartInfo(python, [script, path]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await errors);
        return output;
    }
}
