using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.TestKit.Stores;
using StackExchange.Redis;

namespace MetaTrain.Silo.Tests.Store;

/// <summary>What the embedded store acknowledged is there, whatever happens to its process and however much it is.</summary>
public sealed class EmbeddedStoreDurabilityTests
{
    private const int MiB = 1024 * 1024;
    private static readonly JobId Job = new("job");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Data_IsAllThere_WhenItIsMoreThanTwiceTheMemory()
    {
        await using EmbeddedStoreServer server = await StartAsync("--memory", "32m");
        long bytes = 0;
        await using (StoreClient client = Connect(server))
        {
            IDatabase database = (await client.ConnectAsync()).GetDatabase();
            for (int i = 0; i < 100; i++)
            {
                bytes += await WriteAsync(database, i);
            }

            Assert.True(bytes > 2 * 32 * MiB, $"Only {bytes} bytes were written.");
            await AssertAllAsync(database);
        }

        await server.KillAsync();
        await server.StartAgainAsync(Cancellation);
        await using (StoreClient client = Connect(server))
        {
            await AssertAllAsync((await client.ConnectAsync()).GetDatabase());
        }

        Assert.Equal(0, await server.StopAsync(Cancellation));
        await server.StartAgainAsync(Cancellation);
        await using (StoreClient client = Connect(server))
        {
            await AssertAllAsync((await client.ConnectAsync()).GetDatabase());
        }

        // Small strings, values of a checkpoint's size, whole pieces, and a hash that grows.
        static async Task<long> WriteAsync(IDatabase database, int i)
        {
            await database.StringSetAsync($"small:{i}", $"value {i}");
            await database.StringSetAsync($"checkpoint:{i}", Bytes(450_000, i));
            await database.HashSetAsync("hash", [new HashEntry($"{i}", Bytes(10_000, i)), new HashEntry("last", i)]);
            if (i % 25 == 0)
            {
                await database.StringSetAsync($"piece:{i}", Bytes(8 * MiB, i));
            }

            return 460_000 + (i % 25 == 0 ? 8 * MiB : 0);
        }

        static async Task AssertAllAsync(IDatabase database)
        {
            for (int i = 0; i < 100; i++)
            {
                Assert.Equal($"value {i}", (await database.StringGetAsync($"small:{i}")).ToString());
                Assert.Equal(Bytes(450_000, i), (byte[]?)await database.StringGetAsync($"checkpoint:{i}"));
                Assert.Equal(Bytes(10_000, i), (byte[]?)await database.HashGetAsync("hash", $"{i}"));
                if (i % 25 == 0)
                {
                    Assert.Equal(Bytes(8 * MiB, i), (byte[]?)await database.StringGetAsync($"piece:{i}"));
                }
            }

            Assert.Equal(101, await database.HashLengthAsync("hash"));
        }
    }

    [Fact]
    public async Task Commit_IsThere_WhenTheStoreIsKilledRightAfterItWasAcknowledged()
    {
        await using EmbeddedStoreServer server = await StartAsync();
        for (int round = 1; round <= 10; round++)
        {
            await using StoreClient client = Connect(server);
            long epoch = await client.Jobs.AcquireEpochAsync(Job, Cancellation);
            Assert.Equal(round, epoch);
            Assert.Equal(round, await client.Events.AppendAsync(Job, DateTimeOffset.UnixEpoch, RunEventKind.Checkpoint, round, $"{round}", Cancellation));
            Assert.NotNull(await client.Checkpoints.CommitAsync(Version(round), epoch, new CheckpointRetention(3, 0), Cancellation));

            await server.KillAsync();
            await server.StartAgainAsync(Cancellation);

            await using StoreClient after = Connect(server);
            CheckpointManifest? last = await after.Checkpoints.FindAsync(Job, CheckpointSelector.Last, Cancellation);
            Assert.NotNull(last);
            Assert.Equal((round, epoch), (last.Iteration, last.Epoch));
            foreach (CheckpointManifest manifest in await after.Checkpoints.ListAsync(Job, Cancellation))
            {
                Assert.Equal(Bytes(450_000, (int)manifest.Iteration), await after.Checkpoints.ReadAsync(manifest, Cancellation));
            }

            Assert.Equal(round, (await after.Events.ReadAsync(Job, 0, 100, Cancellation)).Length);
        }
    }

    [Fact]
    public async Task EveryAcknowledgedWrite_IsThere_WhenTheStoreIsKilledInTheMiddleOfWrites()
    {
        await using EmbeddedStoreServer server = await StartAsync("--memory", "32m");
        int next = 0;
        for (int round = 0; round < 6; round++)
        {
            var acknowledged = new TaskCompletionSource();
            await using StoreClient client = Connect(server);
            IDatabase database = (await client.ConnectAsync()).GetDatabase();
            int enough = next + 60 + (17 * round);
            Task<int> writing = WriteUntilItFailsAsync(database, next, enough, acknowledged);
            await acknowledged.Task.WaitAsync(Cancellation);

            await server.KillAsync();
            next = await writing;
            await server.StartAgainAsync(Cancellation);

            await using StoreClient after = Connect(server);
            IDatabase read = (await after.ConnectAsync()).GetDatabase();
            for (int i = 0; i < next; i++)
            {
                Assert.Equal(Bytes(60_000, i), (byte[]?)await read.StringGetAsync($"value:{i}"));
                Assert.Equal($"{i}", (await read.HashGetAsync("hash", $"{i}")).ToString());
            }
        }

        static async Task<int> WriteUntilItFailsAsync(IDatabase database, int from, int enough, TaskCompletionSource acknowledged)
        {
            const string script = "redis.call('SET', KEYS[1], ARGV[1]) redis.call('HSET', KEYS[2], ARGV[2], ARGV[2]) return 1";
            for (int i = from; ; i++)
            {
                try
                {
                    await database.ScriptEvaluateAsync(script, [$"value:{i}", "hash"], [Bytes(60_000, i), i]);
                }
                catch (Exception e) when (e is RedisException or ObjectDisposedException)
                {
                    return i;
                }

                if (i == enough)
                {
                    acknowledged.SetResult();
                }
            }
        }
    }

    [Fact]
    public async Task Data_IsThere_WhenTheStoreWasEndedAndStartedAgain()
    {
        await using EmbeddedStoreServer server = await StartAsync();
        await using (StoreClient client = Connect(server))
        {
            long epoch = await client.Jobs.AcquireEpochAsync(Job, Cancellation);
            await client.Checkpoints.CommitAsync(Version(7), epoch, new CheckpointRetention(3, 0), Cancellation);
        }

        Assert.Equal(0, await server.StopAsync(Cancellation));
        await server.StartAgainAsync(Cancellation);

        await using StoreClient after = Connect(server);
        CheckpointManifest? last = await after.Checkpoints.FindAsync(Job, CheckpointSelector.Last, Cancellation);
        Assert.NotNull(last);
        Assert.Equal(Bytes(450_000, 7), await after.Checkpoints.ReadAsync(last, Cancellation));
    }

    [Theory]
    [InlineData("garbage after the end")]
    [InlineData("zeros after the end")]
    public async Task Start_ReadsAllThatWasAcknowledged_WhenTheLastWriteWasTorn(string tear)
    {
        await using EmbeddedStoreServer server = await StartAsync();
        await WriteNumbersAsync(server, 200);
        await server.KillAsync();

        // What a write leaves that the death of the machine cut off: something behind the last acknowledged entry.
        await using (FileStream log = LastAppendOnlyFile(server))
        {
            log.Seek(0, SeekOrigin.End);
            await log.WriteAsync(tear.StartsWith("garbage", StringComparison.Ordinal) ? Bytes(10_000, 1) : new byte[10_000], Cancellation);
        }

        await server.StartAgainAsync(Cancellation);

        Assert.Equal(200, await CountNumbersAsync(server));
        await WriteNumbersAsync(server, 300);
        await server.KillAsync();
        await server.StartAgainAsync(Cancellation);
        Assert.Equal(300, await CountNumbersAsync(server));
    }

    private static Task<EmbeddedStoreServer> StartAsync(params string[] arguments) =>
        EmbeddedStoreServer.StartAsync(EmbeddedStoreFixture.Program, Cancellation, arguments);

    private static StoreClient Connect(EmbeddedStoreServer server) => new(server.Uri, "test");

    private static async Task WriteNumbersAsync(EmbeddedStoreServer server, int count)
    {
        await using StoreClient client = Connect(server);
        IDatabase database = (await client.ConnectAsync()).GetDatabase();
        for (int i = 0; i < count; i++)
        {
            await database.StringSetAsync($"number:{i}", i);
        }
    }

    /// <summary>How many numbers are there, without a gap.</summary>
    private static async Task<int> CountNumbersAsync(EmbeddedStoreServer server)
    {
        await using StoreClient client = Connect(server);
        IDatabase database = (await client.ConnectAsync()).GetDatabase();
        int count = 0;
        while ((await database.StringGetAsync($"number:{count}")) == count)
        {
            count++;
        }

        return count;
    }

    private static FileStream LastAppendOnlyFile(EmbeddedStoreServer server) =>
        File.Open(AppendOnlyFiles(server).OrderBy(file => int.Parse(Path.GetExtension(file).TrimStart('.'))).Last(), FileMode.Open);

    private static IEnumerable<string> AppendOnlyFiles(EmbeddedStoreServer server) =>
        Directory.EnumerateFiles(server.DataDirectory, "aof.log.*", SearchOption.AllDirectories);

    private static CheckpointContent Version(long iteration) => new()
    {
        Job = Job,
        Iteration = iteration,
        Safetensors = Bytes(450_000, (int)iteration),
        ParametersSha256 = "",
        ProgressJson = "{}",
        Time = DateTimeOffset.UnixEpoch,
    };

    private static byte[] Bytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
