using System.Text.Json;
using MetaTrain.TestKit.Data;

namespace MetaTrain.EndToEnd.Tests.Cluster;

/// <summary>A job keeps the images that it was submitted with, whatever is imported under their name later, and what it learned of them to itself.</summary>
public sealed class ImportedAgainTests
{
    private const int Side = 16;
    private const int ImagesAClass = 4;

    private static readonly string Spec = TinySpecs.Glyphs("proto-net", iterations: 3, validateEvery: 3)
        .Replace("dataset: glyphs, ways: 5", "dataset: letters, ways: 2", StringComparison.Ordinal);

    [Fact]
    public async Task Evaluate_MeasuresOnTheImagesThatTheJobWasSubmittedWith_WhenItsDataAreImportedAgain()
    {
        using TemporaryDirectory data = new("imported-again");
        await using TestCluster cluster = await TestCluster.StartAsync(data.Path, silos: 1, workers: 1);
        await ImportAsync(data, "distinct", static (way, image) => new Random((100 * way) + image).Next(40) + (200 * (way % 2)));
        string job = await cluster.SubmitAsync(Spec);
        await cluster.WatchAsync(job);
        JsonElement before = await EvaluateAsync(data, job);

        await ImportAsync(data, "alike", static (way, image) => new Random((100 * way) + image).Next(240));
        await cluster.KillEverythingAsync();   // no process remembers the images
        await cluster.UpAsync();
        JsonElement after = await EvaluateAsync(data, job);
        CliResult warm = await SubmitAsync(data, $"{Spec}\ninitialize: {{ from: {job}, at: last }}");
        JsonElement ofNew = await cluster.WatchAsync(await cluster.SubmitAsync(Spec));

        Assert.Equal(1.0, before.GetProperty("accuracy").GetDouble());
        Assert.Equal(before.GetProperty("nll").GetRawText(), after.GetProperty("nll").GetRawText());
        Assert.Equal(1.0, after.GetProperty("accuracy").GetDouble());
        Assert.Equal(2, warm.ExitCode);
        Assert.Contains("was trained on another import of this data set", warm.Errors, StringComparison.Ordinal);
        Assert.InRange(ofNew.GetProperty("evaluation").GetProperty("accuracy").GetDouble(), 0.2, 0.9);
    }

    private static async Task<CliResult> SubmitAsync(TemporaryDirectory data, string spec)
    {
        string path = data.Combine("warm.yaml");
        await File.WriteAllTextAsync(path, spec, TestContext.Current.CancellationToken);
        return await Metatrain.RunAsync(["submit", path, "--cluster", data.Path]);
    }

    private static async Task<JsonElement> EvaluateAsync(TemporaryDirectory data, string job) =>
        (await Metatrain.JsonAsync(["evaluate", job, "--episodes", "20", "--cluster", data.Path])).GetProperty("evaluation");

    private static async Task ImportAsync(TemporaryDirectory data, string folder, Func<int, int, int> brightness)
    {
        string[] splits = ["train", "train", "val", "val", "test", "test"];
        for (int way = 0; way < splits.Length; way++)
        {
            string path = data.Combine(Path.Combine(folder, splits[way], $"class{way}"));
            Directory.CreateDirectory(path);
            for (int image = 0; image < ImagesAClass; image++)
            {
                // The left half grey, the right half black.
                byte grey = (byte)brightness(way, image);
                byte[] png = TestPng.Grey(Side, Side, (x, _) => x < Side / 2 ? grey : (byte)0);
                await File.WriteAllBytesAsync(Path.Combine(path, $"{image}.png"), png, TestContext.Current.CancellationToken);
            }
        }

        CliResult imported = await Metatrain.RunAsync(["data", "import", "letters", "--from", data.Combine(folder), "--channels", "1", "--cluster", data.Path]);
        Assert.True(imported.ExitCode == 0, imported.ToString());
    }
}
