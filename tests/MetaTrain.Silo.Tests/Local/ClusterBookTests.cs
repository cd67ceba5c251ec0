using MetaTrain.Abstractions.Clusters;
using MetaTrain.Silo.Local;

namespace MetaTrain.Silo.Tests.Local;

public sealed class ClusterBookTests
{
    private readonly List<LocalCluster> _written = [];
    private readonly ClusterBook _book;

    public ClusterBookTests() => _book = new ClusterBook(
        new LocalCluster { ClusterId = "c", Store = "redis://127.0.0.1:1", SupervisorProcessId = 1, SupervisorStartedAt = DateTimeOffset.UnixEpoch },
        silos: 2,
        _written.Add);

    [Fact]
    public void SiloReady_MakesTheClusterReady_WithTheLastSilo()
    {
        _book.SiloStarted(Silo("silo-1", 11));
        _book.SiloStarted(Silo("silo-0", 10));
        _book.SiloReady("silo-1");
        Assert.False(_book.Current.Ready);
        Assert.False(_book.Ready.IsCompleted);

        _book.SiloReady("silo-0");

        Assert.True(_book.Current.Ready);
        Assert.True(_book.Ready.IsCompletedSuccessfully);
        Assert.Equal(["silo-0", "silo-1"], _book.Current.Silos.Select(silo => silo.Name));
    }

    [Fact]
    public void SiloReady_CountsASiloThatStartedAgainOnce()
    {
        _book.SiloStarted(Silo("silo-0", 10));
        _book.SiloReady("silo-0");
        _book.SiloStarted(Silo("silo-0", 12));
        _book.SiloReady("silo-0");

        Assert.False(_book.Current.Ready);
        Assert.Equal(12, Assert.Single(_book.Current.Silos).ProcessId);
    }

    [Fact]
    public void SiloStarted_TakesAwayTheReadinessOfItsPredecessor()
    {
        _book.SiloStarted(Silo("silo-0", 10));
        _book.SiloReady("silo-0");
        _book.SiloStarted(Silo("silo-0", 12));
        _book.SiloReady("silo-1");

        Assert.False(_book.Current.Ready);
    }

    [Fact]
    public void Ready_Stays_WhileSilosComeAndGo()
    {
        _book.SiloReady("silo-0");
        _book.SiloReady("silo-1");
        _book.SiloStarted(Silo("silo-0", 12));

        Assert.True(_book.Current.Ready);
    }

    [Fact]
    public void EveryChange_IsWritten()
    {
        _book.StoreStarted(5);
        _book.SiloStarted(Silo("silo-0", 10));
        _book.Failed("It broke: mend it.");

        Assert.Equal(3, _written.Count);
        Assert.Equal((5, false, "It broke: mend it."), (_written[^1].StoreProcessId, _written[^1].Ready, _written[^1].Failure));
    }

    private static LocalSilo Silo(string name, int id) => new(name, id, 1, 2, 3);
}
