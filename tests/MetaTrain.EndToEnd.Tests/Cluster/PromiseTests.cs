using System.Text.Json;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Client;
using MetaTrain.Client.Connections;
using MetaTrain.TestKit.Data;

namespace MetaTrain.EndToEnd.Tests.Cluster;

/// <summary>The same parameters to the bit, whatever the number of workers and whichever of them die.</summary>
public sealed class PromiseTests
{
    // Results are held back for random times, so that they arrive out of order and every worker gets its share.
    private static readonly Dictionary<string, string?> Delays = new() { ["METATRAIN_FAULT_MAX_DELAY_MS"] = "25" };

    [Fact]
    public async Task Parameters_HaveTheSameBits_ForAnyNumberOfSilosAndWorkers_WithEveryAlgorithm()
    {
        // There is an example of every method.
        string[] methods = [.. Directory.EnumerateFiles(SourceTree.Combine("examples"), "*.yaml").Select(static file => MethodOf(File.ReadAllText(file))).Distinct()];
        string[] tested = [.. TinySpecs.Algorithms.Keys.Select(static algorithm => MethodOf(TinySpecs.Glyphs(algorithm)))];
        Assert.NotEmpty(methods);
        Assert.All(methods, method => Assert.Contains(method, tested));

        Dictionary<string, string> alone = await TrainAllAsync(silos: 1, workers: 1, new Dictionary<string, string?>());

        Assert.Equal(alone, await TrainAllAsync(silos: 1, workers: 2, Delays));
        Assert.Equal(alone, await TrainAllAsync(silos: 3, workers: 1, Delays));
        Assert.Equal(TinySpecs.Algorithms.Count, alone.Values.Distinct().Count());
    }

    [Fact]
    public async Task Parameters_HaveTheSameBits_WhenAWorkersSiloAndThenTheCoordinatorsSiloAreKilled()
    {
        string spec = TinySpecs.Glyphs("maml-wide", iterations: 240, validateEvery: 90);
        string undisturbed = await TrainAsync(spec);
        using TemporaryDirectory data = new("kill");
        await using TestCluster cluster = await TestCluster.StartAsync(data.Path, silos: 3, workers: 1, environment: Delays);
        string job = await cluster.SubmitAsync(spec);

        JsonElement status = await cluster.UntilAsync(job, static status => status.GetProperty("iteration").GetInt64() >= 20);
        string coordinator = status.GetProperty("coordinator").GetString()!;
        cluster.KillSilo(cluster.Description.Silos.First(silo => silo.Name != coordinator).Name);
        long killedAt = status.GetProperty("iteration").GetInt64();
        status = await cluster.UntilAsync(job, status => status.GetProperty("iteration").GetInt64() >= killedAt + 5);
        Assert.Equal("running", status.GetProperty("state").GetString());
        cluster.KillSilo(status.GetProperty("coordinator").GetString()!);
        JsonElement done = await cluster.WatchAsync(job);

        Assert.Equal("completed", done.GetProperty("state").GetString());
        Assert.Equal(undisturbed, done.GetProperty("parametersSha256").GetString());
        Assert.True(done.GetProperty("blocksReissued").GetInt64() >= 1, done.ToString());
        Assert.True(done.GetProperty("epoch").GetInt64() >= 2, done.ToString());
    }

    [Fact]
    public async Task Parameters_HaveTheSameBits_WhenEveryProcessIsKilledAndTheClusterStartsAgain()
    {
        string spec = TinySpecs.Glyphs("meta-sgd", iterations: 200, validateEvery: 80);
        string undisturbed = await TrainAsync(spec);
        using TemporaryDirectory data = new("kill-all");
        await using TestCluster cluster = await TestCluster.StartAsync(data.Path, silos: 2, workers: 1, environment: Delays);
        string job = await cluster.SubmitAsync(spec);
        JsonElement before = await cluster.UntilAsync(job, static status => status.GetProperty("committedIteration").GetInt64() >= 15);

        await cluster.KillEverythingAsync();
        await cluster.UpAsync();
        JsonElement done = await cluster.WatchAsync(job);

        Assert.Equal(undisturbed, done.GetProperty("parametersSha256").GetString());
        Assert.True(done.GetProperty("epoch").GetInt64() >= 2, done.ToString());
        Assert.True(before.GetProperty("iteration").GetInt64() < 200, "The kill came after the end: make the job longer.");
    }

    [Fact]
    public async Task Parameters_HaveTheSameBits_WhenAggregatorsStepOnRangesAndTheSiloOfOneIsKilled()
    {
        // Ranges that are fetched and not sent along, and a norm that is summed over them.
        string spec = TinySpecs.Glyphs("maml-wide", iterations: 200, validateEvery: 60)
            .Replace("filters: 32", "filters: 48", StringComparison.Ordinal)
            .Replace("learningRate: 0.001 }", "learningRate: 0.001, clipNorm: 0.5 }", StringComparison.Ordinal);
        string undisturbed = await TrainAsync(spec);
        using TemporaryDirectory data = new("ranges");
        await using TestCluster cluster = await TestCluster.StartAsync(data.Path, silos: 3, workers: 1, environment: Delays);
        string job = await cluster.SubmitAsync($"{spec}\nresources: {{ aggregators: 2 }}");

        JsonElement status = await cluster.UntilAsync(job, static status => status.GetProperty("iteration").GetInt64() >= 20 && Aggregators(status).Length == 2);
        string coordinator = status.GetProperty("coordinator").GetString()!;
        Assert.DoesNotContain(coordinator, Aggregators(status));
        long epoch = status.GetProperty("epoch").GetInt64();
        string killed = Aggregators(status)[0];
        cluster.KillSilo(killed);
        JsonElement done = await cluster.WatchAsync(job);

        // Those that live go on at once, with the new aggregators.
        Assert.All(
            done.GetProperty("workers").EnumerateArray().Where(worker => !worker.GetProperty("id").GetString()!.StartsWith(killed, StringComparison.Ordinal)),
            static worker => Assert.True(worker.GetProperty("blocks").GetInt64() > 250, worker.ToString()));
        Assert.Equal("completed", done.GetProperty("state").GetString());
        Assert.Equal(undisturbed, done.GetProperty("parametersSha256").GetString());
        Assert.True(done.GetProperty("epoch").GetInt64() > epoch, done.ToString());
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Both spellings of one method.
    private static string MethodOf(string spec) => new JobSpecReader().Read(spec).Spec!.Algorithm.GetProperty("kind").GetString() switch
    {
        "protonet" => "proto-net",
        var kind => kind!,
    };

    private static string[] Aggregators(JsonElement status) =>
        [.. status.GetProperty("aggregators").EnumerateArray().Select(static silo => silo.GetString()!)];

    private static async Task<string> TrainAsync(string spec)
    {
        using TemporaryDirectory data = new("undisturbed");
        await using TestCluster cluster = await TestCluster.StartAsync(data.Path, silos: 1, workers: 2);
        return (await cluster.WatchAsync(await cluster.SubmitAsync(spec))).GetProperty("parametersSha256").GetString()!;
    }

    private static async Task<Dictionary<string, string>> TrainAllAsync(int silos, int workers, Dictionary<string, string?> environment)
    {
        using TemporaryDirectory data = new("bits");
        await using TestCluster cluster = await TestCluster.StartAsync(data.Path, silos, workers, environment: environment);
        Dictionary<string, string> hashes = [];

        // As a program of one's own would: the console would start twice for each of them.
        await using MetaTrainClient client = await MetaTrainClient.ConnectAsync(ClusterAddress.Parse(data.Path), cancellationToken: Cancellation);
        foreach (string algorithm in TinySpecs.Algorithms.Keys)
        {
            JobStatus done = await EndOfAsync(client, TinySpecs.Glyphs(algorithm, iterations: 7));
            Assert.Equal(7, done.Plan!.Blocks);
            Assert.Equal(silos * workers, done.Workers.Length);
            Assert.All(done.Workers, static worker => Assert.True(worker.Blocks > 0));
            hashes.Add(algorithm, done.ParametersSha256!);
        }

        return hashes;
    }

    private static async Task<JobStatus> EndOfAsync(MetaTrainClient client, string spec)
    {
        JobSpecReading reading = new JobSpecReader().Read(spec);
        SubmitReply reply = await client.SubmitAsync(reading.CanonicalJson!, cancellationToken: Cancellation);
        Assert.Empty(reply.Problems);
        for (int look = 0; look < 2_400; look++)
        {
            JobStatus status = await client.DescribeAsync(reply.Job!.Value, Cancellation);
            if (status.State.IsFinal())
            {
                Assert.True(status.State == JobState.Completed, $"{reading.Spec!.Name}: {status.State} ({status.Failure})");
                return status;
            }

            await Task.Delay(50, Cancellation);
        }

        throw new TimeoutException($"{reading.Spec!.Name} did not end within two minutes.");
    }
}
