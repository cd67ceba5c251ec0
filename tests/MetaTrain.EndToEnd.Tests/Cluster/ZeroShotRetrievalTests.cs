using System.Globalization;
using System.Text.Json;
using MetaTrain.TestKit.Data;

namespace MetaTrain.EndToEnd.Tests.Cluster;

/// <summary>Classes that nobody showed an example of, recognised by what describes them: imported, trained, evaluated and retrieved as a user would.</summary>
public sealed class ZeroShotRetrievalTests
{
    private const int Side = 12;
    private const int ImagesAClass = 6;

    // A class is a bright square: where it is, and how large. Every fifth is for validation, every fifth for the test.
    private static readonly (int X, int Y, int Size)[] Squares =
        [.. from size in new[] { 3, 5, 7 } from x in Enumerable.Range(0, 6) from y in Enumerable.Range(0, 6) where x + size <= Side && y + size <= Side select (x, y, size)];

    private const string Spec = """
        name: zero-shot
        seed: 5
        data: { dataset: squares, ways: 5, shots: 1, queries: 4 }
        model: { kind: mlp, hidden: [64] }
        algorithm: { kind: gaussian-proto, descriptions: 3, dimensions: 16 }
        meta: { iterations: 600, tasksPerIteration: 8, optimizer: adam, learningRate: 0.003 }
        evaluation:
          final: { split: test, episodes: 100, ways: 5, queries: 1 }
        """;

    [Fact]
    public async Task Retrieve_FindsClassesByWhatDescribesThem()
    {
        using TemporaryDirectory data = new("zero-shot");
        await using TestCluster cluster = await TestCluster.StartAsync(data.Path, silos: 1, workers: 2);
        string[] at = ["--cluster", data.Path];
        await WriteAsync(data);

        JsonElement imported = await Metatrain.JsonAsync(["data", "import", "squares", "--from", data.Combine("images"), "--descriptions", data.Combine("told.csv"), "--channels", "1", .. at]);
        Assert.Equal(3, imported.GetProperty("descriptions").GetInt32());
        string job = await cluster.SubmitAsync(Spec);
        JsonElement status = await cluster.WatchAsync(job);
        double accuracy = status.GetProperty("evaluation").GetProperty("accuracy").GetDouble();
        Assert.True(accuracy > 0.6, $"The accuracy is {accuracy} on classes that were described and never shown; chance is 0.2.");

        // All test classes at once, each asked for by one image.
        JsonElement found = await Metatrain.JsonAsync(["retrieve", job, "--among", data.Combine("test.csv"), "--queries", data.Combine("queries"), "--top", "5", .. at]);
        JsonElement[] answers = [.. found.GetProperty("queries").EnumerateArray()];
        int inFive = answers.Count(static answer => answer.GetProperty("classes").EnumerateArray().Any(
            each => each.GetProperty("class").GetString() == Path.GetFileNameWithoutExtension(answer.GetProperty("file").GetString())));
        Assert.True(inFive > answers.Length / 2, $"Of {answers.Length} classes {inFive} are among the five nearest.");

        CliResult shown = await Metatrain.RunAsync(["retrieve", job, "--among", data.Combine("images/test"), "--queries", data.Combine("queries"), .. at]);
        Assert.Equal(2, shown.ExitCode);
        Assert.StartsWith("This job compares with descriptions of 3 values and not with images of classes", shown.Errors.Trim(), StringComparison.Ordinal);
    }

    private static async Task WriteAsync(TemporaryDirectory data)
    {
        List<string> told = ["class,x,y,size"];
        List<string> ofTest = [];
        Directory.CreateDirectory(data.Combine("queries"));
        foreach ((int number, (int x, int y, int size)) in Squares.Index())
        {
            string split = (number % 5) switch { 0 => "val", 1 => "test", _ => "train" };
            string name = $"square{number}";
            string line = string.Create(CultureInfo.InvariantCulture, $"{name},{x / 6f},{y / 6f},{size / 7f}");
            told.Add(line);
            string folder = data.Combine(Path.Combine("images", split, name));
            Directory.CreateDirectory(folder);
            for (int image = 0; image < ImagesAClass; image++)
            {
                Random noise = new((1000 * number) + image);
                byte[] png = TestPng.Grey(Side, Side, (column, row) =>
                    (byte)(noise.Next(80) + (column >= x && column < x + size && row >= y && row < y + size ? 150 : 0)));
                await File.WriteAllBytesAsync(Path.Combine(folder, $"{image}.png"), png, TestContext.Current.CancellationToken);
                if (split == "test" && image == 0)
                {
                    await File.WriteAllBytesAsync(data.Combine($"queries/{name}.png"), png, TestContext.Current.CancellationToken);
                }
            }

            if (split == "test")
            {
                ofTest.Add(line);
            }
        }

        await File.WriteAllLinesAsync(data.Combine("told.csv"), told, TestContext.Current.CancellationToken);
        await File.WriteAllLinesAsync(data.Combine("test.csv"), ofTest, TestContext.Current.CancellationToken);
    }
}
