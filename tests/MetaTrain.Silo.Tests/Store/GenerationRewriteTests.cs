using MetaTrain.Silo.Store;
using MetaTrain.TestKit.Data;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;

namespace MetaTrain.Silo.Tests.Store;

public sealed class GenerationRewriteTests
{
    private const long MiB = EmbeddedStoreOptions.MiB;
    private const int Keys = 120;
    private const int Rounds = 5;

    [Fact]
    public async Task Disk_ShrinksToWhatLives_AndNothingIsLost_WhenTheStoreIsStartedAgain()
    {
        using var directory = new TemporaryDirectory("store");
        EmbeddedStoreOptions options = Options(directory);
        await using (EmbeddedStore store = await StartAsync(options with { RewriteAtRestBytes = long.MaxValue / 8 }))
        {
            await using ConnectionMultiplexer connection = await ConnectAsync(store);
            await WriteAsync(connection.GetDatabase());
        }

        long before = BytesOnDisk(directory);
        await using (EmbeddedStore store = await StartAsync(options))
        {
            await using ConnectionMultiplexer connection = await ConnectAsync(store);
            await AssertAllAsync(connection.GetDatabase());
        }

        Assert.InRange(before, Rounds * Keys * 300_000, long.MaxValue);
        Assert.InRange(BytesOnDisk(directory), Keys * 300_000, before / 2);
        Assert.Equal("generation-000002", Path.GetFileName(Assert.Single(Directory.GetDirectories(directory.Path))));
    }

    [Fact]
    public async Task Disk_ShrinksWhileTheStoreRuns_AndClientsGoOnAtTheSameAddress()
    {
        using var directory = new TemporaryDirectory("store");
        var time = new FakeTimeProvider();
        EmbeddedStoreOptions options = Options(directory) with { RewriteRunningBytes = 32 * MiB };
        await using EmbeddedStore store = await EmbeddedStore.StartAsync(options, time, NullLoggerFactory.Instance);
        await using ConnectionMultiplexer connection = await ConnectAsync(store);
        await WriteAsync(connection.GetDatabase());

        time.Advance(options.CheckInterval);

        // The multiplexer finds the store again by itself; the rewrite is over when the old generation is gone.
        await UntilAsync(() => Directory.GetDirectories(directory.Path) is [var only] && only.EndsWith("000002", StringComparison.Ordinal));
        await using ConnectionMultiplexer again = await UntilConnectedAsync(store);
        await AssertAllAsync(again.GetDatabase());
        Assert.False(store.Failure.IsCompleted);
    }

    [Fact]
    public async Task Start_GoesOnWithTheOldGeneration_WhenARewriteWasInterrupted()
    {
        using var directory = new TemporaryDirectory("store");
        EmbeddedStoreOptions options = new() { Directory = directory.Path, MemoryBytes = 32 * MiB };
        await using (EmbeddedStore store = await StartAsync(options))
        {
            await using ConnectionMultiplexer connection = await ConnectAsync(store);
            await connection.GetDatabase().StringSetAsync("key", "value");
        }

        string half = Directory.CreateDirectory(Path.Combine(directory.Path, "generation-000002", "append-only", "AOF")).FullName;
        await File.WriteAllTextAsync(Path.Combine(half, "aof.log.0"), "half", TestContext.Current.CancellationToken);

        await using EmbeddedStore again = await StartAsync(options);
        await using ConnectionMultiplexer reconnected = await ConnectAsync(again);
        Assert.Equal("value", (await reconnected.GetDatabase().StringGetAsync("key")).ToString());
        Assert.Single(Directory.GetDirectories(directory.Path));
    }

    [Fact]
    public async Task Store_GoesOnWithTheLongFile_WhenItCannotBeRewritten()
    {
        using var directory = new TemporaryDirectory("store");
        EmbeddedStoreOptions options = new() { Directory = directory.Path, MemoryBytes = 32 * MiB, RewriteAtRestBytes = 1 };
        await File.WriteAllTextAsync(Path.Combine(directory.Path, "generation-000002"), "in the way", TestContext.Current.CancellationToken);
        for (int start = 1; start <= 2; start++)
        {
            await using EmbeddedStore store = await StartAsync(options);
            await using ConnectionMultiplexer connection = await ConnectAsync(store);
            Assert.Equal(start, await connection.GetDatabase().StringIncrementAsync("starts"));
        }

        Assert.Equal("generation-000001", Path.GetFileName(Assert.Single(Directory.GetDirectories(directory.Path))));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("x y")]
    public async Task Start_IsRefused_WhenItIsNotKnownWhichGenerationIsCurrent(string? content)
    {
        using var directory = new TemporaryDirectory("store");
        Directory.CreateDirectory(Path.Combine(directory.Path, "generation-000001"));
        if (content is not null)
        {
            await File.WriteAllTextAsync(Path.Combine(directory.Path, "generation"), content, TestContext.Current.CancellationToken);
        }

        EmbeddedStoreException error = await Assert.ThrowsAsync<EmbeddedStoreException>(() => StartAsync(new EmbeddedStoreOptions { Directory = directory.Path }));

        Assert.Contains("--data", error.Message);
    }

    private static EmbeddedStoreOptions Options(TemporaryDirectory directory) =>
        new() { Directory = directory.Path, MemoryBytes = 32 * MiB, RewriteAtRestBytes = 32 * MiB };

    private static Task<EmbeddedStore> StartAsync(EmbeddedStoreOptions options) =>
        EmbeddedStore.StartAsync(options, TimeProvider.System, NullLoggerFactory.Instance);

    private static async Task<ConnectionMultiplexer> ConnectAsync(EmbeddedStore store) =>
        await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{store.Port},allowAdmin=true,asyncTimeout=60000");

    /// <summary>Live data larger than memory, written several times over; every type; an expiry.</summary>
    private static async Task WriteAsync(IDatabase database)
    {
        for (int i = 0; i < 50; i++)
        {
            await database.HashSetAsync($"hash:{i}", [.. Enumerable.Range(0, 20).Select(field => new HashEntry($"{field}", $"{i}.{field}"))]);
        }

        await database.SetAddAsync("set", ["a", "b"]);
        await database.ListRightPushAsync("list", ["one", "two", "two"]);
        await database.SortedSetAddAsync("sorted", [new SortedSetEntry("x", 1.5), new SortedSetEntry("y", -2)]);
        await database.StringSetAsync("expiring", "soon", TimeSpan.FromHours(1));
        await database.StringSetAsync("empty", "");
        for (int round = 0; round < Rounds; round++)
        {
            for (int key = 0; key < Keys; key++)
            {
                await database.StringSetAsync($"key:{key}", Bytes(300_000, (round * Keys) + key));
            }
        }

        await database.KeyDeleteAsync("key:0");
    }

    private static async Task AssertAllAsync(IDatabase database)
    {
        for (int key = 1; key < Keys; key++)
        {
            Assert.Equal(Bytes(300_000, ((Rounds - 1) * Keys) + key), (byte[]?)await database.StringGetAsync($"key:{key}"));
        }

        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(20, await database.HashLengthAsync($"hash:{i}"));
            Assert.Equal($"{i}.7", (await database.HashGetAsync($"hash:{i}", "7")).ToString());
        }

        Assert.False(await database.KeyExistsAsync("key:0"));
        Assert.Equal(["a", "b"], (await database.SetMembersAsync("set")).Select(value => value.ToString()).Order());
        Assert.Equal(["one", "two", "two"], (await database.ListRangeAsync("list")).Select(value => value.ToString()));
        Assert.Equal([new SortedSetEntry("y", -2), new SortedSetEntry("x", 1.5)], await database.SortedSetRangeByRankWithScoresAsync("sorted"));
        Assert.InRange((await database.KeyTimeToLiveAsync("expiring")) ?? TimeSpan.Zero, TimeSpan.FromMinutes(30), TimeSpan.FromHours(1));
        Assert.Equal("", (await database.StringGetAsync("empty")).ToString());
        Assert.True(await database.KeyExistsAsync("empty"));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!condition())
        {
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    private static async Task<ConnectionMultiplexer> UntilConnectedAsync(EmbeddedStore store)
    {
        while (true)
        {
            try
            {
                return await ConnectAsync(store);
            }
            catch (RedisConnectionException) when (!store.Failure.IsCompleted)
            {
                // The port is not yet listened on again.
            }
        }
    }

    private static long BytesOnDisk(TemporaryDirectory directory) =>
        new DirectoryInfo(directory.Path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    private static byte[] Bytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
