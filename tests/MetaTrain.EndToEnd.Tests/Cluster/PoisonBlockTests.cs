using System.Text.Json;
using MetaTrain.TestKit.Data;

namespace MetaTrain.EndToEnd.Tests.Cluster;

/// <summary>A block that ends whatever process computes it ends its job, by name, and not silo after silo.</summary>
public sealed class PoisonBlockTests
{
    [Fact]
    public async Task Job_FailsAtTheThirdDeath_WhenTheOnlySiloDiesWithItsCoordinatorEachTime()
    {
        using TemporaryDirectory data = new("poison-alone");
        await using TestCluster cluster = await TestCluster.StartAsync(data.Path, silos: 1, workers: 2, environment: Poison(iteration: 0, block: 2));

        JsonElement failed = await FailAsync(cluster);

        Assert.Equal("Block 2 of iteration 0 (episodes 4 to 5) was lost 3 times", Start(failed, ','));
        Assert.Equal(4, failed.GetProperty("epoch").GetInt64());
    }

    [Fact]
    public async Task Cluster_GoesOnWithOtherJobs_WhenABlockKilledSilosInTheMiddleOfATraining()
    {
        using TemporaryDirectory data = new("poison");
        await using TestCluster cluster = await TestCluster.StartAsync(data.Path, silos: 2, workers: 1, environment: Poison(iteration: 8, block: 6));

        JsonElement failed = await FailAsync(cluster);
        string other = await cluster.SubmitAsync(TinySpecs.Glyphs("maml", iterations: 8));
        JsonElement done = await cluster.WatchAsync(other);

        Assert.Equal("Block 6 of iteration 8 (episodes 12 to 13) was lost 3 times", Start(failed, ','));
        Assert.Equal("completed", done.GetProperty("state").GetString());
    }

    private static Dictionary<string, string?> Poison(int iteration, int block) => new()
    {
        ["METATRAIN_FAULT_KILL_ITERATION"] = $"{iteration}",
        ["METATRAIN_FAULT_KILL_BLOCK"] = $"{block}",
    };

    private static async Task<JsonElement> FailAsync(TestCluster cluster)
    {
        string job = await cluster.SubmitAsync(TinySpecs.Glyphs("fomaml", iterations: 40));
        CliResult watch = await Metatrain.RunAsync(["watch", job, "--cluster", cluster.Data, "--json"], TimeSpan.FromMinutes(4));
        Assert.True(watch.ExitCode == 1, watch.ToString());
        Assert.Equal("failed", watch.Json.GetProperty("state").GetString());
        return watch.Json;
    }

    private static string Start(JsonElement status, char end) => status.GetProperty("failure").GetString()!.Split(end)[0];
}
