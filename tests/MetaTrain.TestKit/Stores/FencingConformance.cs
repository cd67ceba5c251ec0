using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using StackExchange.Redis;

namespace MetaTrain.TestKit.Stores;

/// <summary>Conditional writes under contention: one winner a round, and never a write of a replaced coordinator.</summary>
public abstract class FencingConformance(StoreFixture fixture) : StoreConformance(fixture)
{
    private const int Rounds = 1_000;
    private const int Racers = 4;

    [Fact]
    public async Task TryCreate_HasOneWinnerARound_WhenFourRaceAThousandTimes()
    {
        StoreClient[] clients = [Connect(), Connect()];
        for (int round = 0; round < Rounds; round++)
        {
            bool[] won = await Task.WhenAll(Enumerable.Range(0, Racers).Select(racer =>
                clients[racer % 2].Jobs.TryCreateAsync(Record($"job-{round}", order: racer), Cancellation)));

            Assert.Single(won, true);
            JobRecord? record = await clients[0].Jobs.ReadAsync(new JobId($"job-{round}"), Cancellation);
            Assert.Equal(Array.IndexOf(won, true), record?.Order);
        }
    }

    [Fact]
    public async Task CompareAndSetScript_HasOneWinnerARound_WhenFourRaceAThousandTimes()
    {
        // The form of the ETag check of Orleans' storage: read, compare and write in one script.
        const string script = """
            local current = redis.call('HGET', KEYS[1], 'etag')
            if current ~= ARGV[1] and not (not current and ARGV[1] == '0') then return 0 end
            redis.call('HSET', KEYS[1], 'etag', ARGV[2], 'winner', ARGV[3])
            return 1
            """;
        IConnectionMultiplexer[] clients = [await Connect().ConnectAsync(), await Connect().ConnectAsync()];
        RedisKey key = Prefix + ":etag";
        for (int round = 0; round < Rounds; round++)
        {
            RedisResult[] won = await Task.WhenAll(Enumerable.Range(0, Racers).Select(racer =>
                clients[racer % 2].GetDatabase().ScriptEvaluateAsync(script, [key], [round, round + 1, racer])));

            Assert.Single(won, result => (bool)result);
            Assert.Equal(Array.FindIndex(won, result => (bool)result), (int)await clients[0].GetDatabase().HashGetAsync(key, "winner"));
        }
    }

    [Fact]
    public async Task ConditionalTransaction_HasOneWinnerARound_WhenFourRaceAThousandTimes()
    {
        // WATCH, MULTI, EXEC: the form of Orleans' membership table.
        IConnectionMultiplexer[] clients = [await Connect().ConnectAsync(), await Connect().ConnectAsync(), await Connect().ConnectAsync(), await Connect().ConnectAsync()];
        RedisKey key = Prefix + ":version";
        await clients[0].GetDatabase().StringSetAsync(key, 0);
        for (int round = 0; round < Rounds; round++)
        {
            bool[] won = await Task.WhenAll(clients.Select(client =>
            {
                ITransaction transaction = client.GetDatabase().CreateTransaction();
                transaction.AddCondition(Condition.StringEqual(key, round));
                _ = transaction.StringSetAsync(key, round + 1);
                return transaction.ExecuteAsync();
            }));

            Assert.Single(won, true);
        }
    }

    [Fact]
    public async Task TryUpdate_LeavesTheLaterCoordinatorsWord_WhenTwoTakeOverAtOnceAThousandTimes()
    {
        StoreClient[] clients = [Connect(), Connect()];
        JobRecord record = Record("a");
        await clients[0].Jobs.TryCreateAsync(record, Cancellation);
        for (int round = 0; round < Rounds; round++)
        {
            (long Epoch, bool Written)[] outcome = await Task.WhenAll(clients.Select(async client =>
            {
                long epoch = await client.Jobs.AcquireEpochAsync(record.Job, Cancellation);
                return (epoch, await client.Jobs.TryUpdateAsync(record with { Failure = $"{epoch}" }, epoch, Cancellation));
            }));

            (long latest, bool written) = outcome.MaxBy(one => one.Epoch);
            Assert.True(written);
            Assert.Equal($"{latest}", (await clients[0].Jobs.ReadAsync(record.Job, Cancellation))?.Failure);
        }
    }

    [Fact]
    public async Task Commit_KeepsVersionsWhole_WhenCoordinatorsReplaceEachOtherAllTheTime()
    {
        StoreClient[] clients = [Connect(), Connect(), Connect()];
        var job = new JobId("a");
        await Task.WhenAll(clients.Select(async client =>
        {
            for (int round = 0; round < 40; round++)
            {
                long epoch = await client.Jobs.AcquireEpochAsync(job, Cancellation);
                CheckpointManifest? manifest = await client.Checkpoints.CommitAsync(Version(job, epoch), epoch, new CheckpointRetention(2, 0), Cancellation);
                Assert.True(manifest is null || manifest.Epoch == epoch);
            }
        }));

        long last = await clients[0].Jobs.AcquireEpochAsync(job, Cancellation);
        Assert.NotNull(await clients[0].Checkpoints.CommitAsync(Version(job, last), last, new CheckpointRetention(2, 0), Cancellation));
        var kept = await clients[0].Checkpoints.ListAsync(job, Cancellation);
        foreach (CheckpointManifest manifest in kept)
        {
            Assert.Equal(Bytes(4_000, (int)manifest.Iteration), await clients[0].Checkpoints.ReadAsync(manifest, Cancellation));
        }

        Assert.Equal(last, kept[^1].Iteration);
        Assert.InRange(kept.Length, 1, 2);
        Assert.Equal(kept.Length, (await clients[0].KeysAsync(":piece:")).Count);
    }
}
