using System.Text.Json;
using System.Text.RegularExpressions;
using MetaTrain.TestKit.Data;

namespace MetaTrain.EndToEnd.Tests.Cluster;

/// <summary>What people ask of one version: its picture of an episode, and the classes nearest to that picture's own images.</summary>
public sealed partial class PictureAndRetrievalTests
{
    private const int Ways = 5;
    private const int Queries = 2;

    [Fact]
    public async Task Retrieve_FindsTheClasses_ThatThePictureShows()
    {
        using TemporaryDirectory data = new("picture");
        await using TestCluster cluster = await TestCluster.StartAsync(data.Path, silos: 1, workers: 1);
        string job = await cluster.SubmitAsync(Spec("proto-net"));
        string fixedHead = await cluster.SubmitAsync(Spec("maml"));
        await cluster.WatchAsync(job);
        await cluster.WatchAsync(fixedHead);
        string[] at = ["--cluster", data.Path];

        string file = data.Combine("picture.svg");
        JsonElement picture = await Metatrain.JsonAsync(["picture", job, "--to", file, "--task", "7", .. at]);
        string svg = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        byte[][] images = [.. DataUri().Matches(svg).Select(static match => Convert.FromBase64String(match.Groups[1].Value))];
        int[] answers = [.. Answer().Matches(svg).Select(static match => int.Parse(match.Groups[1].Value))];
        Assert.Equal((Ways * (1 + Queries), Ways * Queries), (images.Length, answers.Length));
        int hits = answers.Where(static (answer, query) => answer == 1 + (query / Queries)).Count();
        Assert.Equal(hits / (double)answers.Length, picture.GetProperty("accuracy")[0].GetDouble(), 1e-12);
        Assert.Empty(picture.GetProperty("innerSteps").EnumerateArray());

        // A row has its class's support image, then its queries.
        string classes = data.Combine("classes");
        string queries = data.Combine("queries");
        for (int image = 0; image < images.Length; image++)
        {
            (int way, int place) = (image / (1 + Queries), image % (1 + Queries));
            string path = place == 0 ? Path.Combine(classes, $"{way + 1}", "support.png") : Path.Combine(queries, $"{way}{place}.png");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, images[image], TestContext.Current.CancellationToken);
        }

        JsonElement found = await Metatrain.JsonAsync(["retrieve", job, "--among", classes, "--queries", queries, "--top", "3", .. at]);
        JsonElement[] each = [.. found.GetProperty("queries").EnumerateArray()];
        Assert.All(each, static query => Assert.Equal(3, query.GetProperty("classes").GetArrayLength()));

        // Pixels of a file are whole numbers of 255: of two classes that are equally near the other may be the nearest.
        int same = each.Zip(answers, static (query, answer) => query.GetProperty("classes")[0].GetProperty("class").GetString() == $"{answer}").Count(static equal => equal);
        Assert.InRange(same, answers.Length - 1, answers.Length);

        CliResult refused = await Metatrain.RunAsync(["retrieve", fixedHead, "--among", classes, "--queries", queries, .. at]);
        Assert.Equal(2, refused.ExitCode);
        Assert.Equal("This method tells apart as many classes as it was trained with and no others: retrieve with an instance-based one, for instance gaussian-proto or proto-net.", refused.Errors.Trim());
    }

    private static string Spec(string algorithm) => TinySpecs.Glyphs(algorithm, iterations: 2, validateEvery: 2)
        .Replace("final: { split: test, episodes: 40 }", $"final: {{ split: test, episodes: 2, queries: {Queries}, transductive: false }}", StringComparison.Ordinal);

    [GeneratedRegex("data:image/png;base64,([^\"]+)")]
    private static partial Regex DataUri();

    [GeneratedRegex("[✓✗] ([0-9]+)")]
    private static partial Regex Answer();
}
