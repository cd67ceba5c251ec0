using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Telemetry;
using MetaTrain.Cluster.Transfers;
using MetaTrain.Cluster.Workers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MetaTrain.Cluster.Tests.Workers;

public sealed class ParameterCacheTests : IDisposable
{
    private const int Large = 40_000_000;
    private static readonly JobId Job = new("job");

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics()
        .AddSingleton(TimeProvider.System).AddSingleton<ClusterInstruments>().BuildServiceProvider();

    private readonly List<long> _read = [];
    private readonly ParameterCache _cache;

    public ParameterCacheTests() => _cache = new ParameterCache(
        (_, _, version) =>
        {
            _read.Add(version);
            return Task.FromResult<FloatVector?>(Snapshot(version, 1).Values);
        },
        new TransferClient(Options.Create(new TransferOptions())),
        _services.GetRequiredService<ClusterInstruments>(),
        TimeProvider.System);

    public void Dispose() => _services.Dispose();

    [Theory]
    [InlineData(1, 8)]
    [InlineData(Large, 2)]
    public async Task Get_AsksForWhatTheCacheDroppedOnly_AsManyAsFitAreKept(int length, int kept)
    {
        for (long version = 1; version <= 10; version++)
        {
            await _cache.PutAsync(Job, Snapshot(version, length));
        }

        Assert.Equal(length, (await _cache.GetAsync(Job, 1, 10))!.Length);
        Assert.Equal(length, (await _cache.GetAsync(Job, 1, 11 - kept))!.Length);
        Assert.Empty(_read);

        Assert.NotNull(await _cache.GetAsync(Job, 1, 10 - kept));
        Assert.Equal(10 - kept, Assert.Single(_read));
    }

    [Fact]
    public async Task Get_AsksAgain_WhenNobodyHadTheVersion()
    {
        int asked = 0;
        ParameterCache cache = new(
            (_, _, version) => Task.FromResult(++asked == 1 ? null : Snapshot(version, 1).Values),
            new TransferClient(Options.Create(new TransferOptions())),
            _services.GetRequiredService<ClusterInstruments>(),
            TimeProvider.System);

        Assert.Null(await cache.GetAsync(Job, 1, 5));
        Assert.NotNull(await cache.GetAsync(Job, 1, 5));
        Assert.NotNull(await cache.GetAsync(Job, 1, 5));
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task Get_PullsAgain_WhenWhatCameWithALeaseCouldNotBeFetched()
    {
        await _cache.PutAsync(Job, Snapshot(5, 1) with { Values = new FloatVector(new VectorTicket("127.0.0.1", 1, Guid.NewGuid(), 70_000)) });
        await Assert.ThrowsAsync<IOException>(() => _cache.GetAsync(Job, 1, 5));

        Assert.Equal(1, (await _cache.GetAsync(Job, 1, 5))!.Length);
    }

    private static ParameterSnapshot Snapshot(long version, int length) =>
        new() { Epoch = 1, Version = version, Values = new FloatVector(GC.AllocateUninitializedArray<float>(length)) };
}
