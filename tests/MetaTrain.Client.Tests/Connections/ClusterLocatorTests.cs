using MetaTrain.Abstractions.Clusters;
using MetaTrain.Client.Connections;
using MetaTrain.Client.Tests.Fakes;

namespace MetaTrain.Client.Tests.Connections;

public sealed class ClusterLocatorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Locate_ReadsTheFile_WhenTheClusterRuns()
    {
        Cluster().Write(_folder.Path);
        ClusterLocation location = Locate(alive: true);
        Assert.Equal(("c1", "metatrain", "redis://127.0.0.1:41234"), (location.ClusterId, location.ServiceId, location.Store.ToString()));
    }

    [Fact]
    public void Locate_SaysThatNoneRuns_WhenThereIsNoFile() =>
        Assert.StartsWith($"No cluster runs on {_folder.Path}:", Refused(alive: true));

    [Fact]
    public void Locate_SaysThatItIsGone_WhenTheFileIsStale()
    {
        Cluster().Write(_folder.Path);
        Assert.Contains("its supervisor (process 4711) is gone", Refused(alive: false));
    }

    [Fact]
    public void Locate_RepeatsTheFailure_WhenTheClusterCouldNotStart()
    {
        (Cluster() with { Failure = "The port 11111 is taken: choose another." }).Write(_folder.Path);
        Assert.Equal("The port 11111 is taken: choose another.", Refused(alive: true));
    }

    [Fact]
    public void Locate_AsksForPatience_WhenTheClusterStarts()
    {
        (Cluster() with { Ready = false }).Write(_folder.Path);
        Assert.Contains("is still starting", Refused(alive: true));
    }

    [Fact]
    public void Locate_NamesTheFile_WhenItIsDamaged()
    {
        File.WriteAllText(_folder.File(LocalCluster.FileName), "{ \"clusterId\": ");
        Assert.StartsWith(_folder.File(LocalCluster.FileName), Refused(alive: true));
    }

    [Fact]
    public async Task Locate_SaysThatTheStoreIsSilent_WhenNothingListens()
    {
        var address = ClusterAddress.Parse("redis://:secret@127.0.0.1:1");
        var failure = await Assert.ThrowsAsync<MetaTrainException>(
            () => ClusterLocator.LocateAsync(address, TestContext.Current.CancellationToken));
        Assert.Equal(FailureKind.Unreachable, failure.Kind);
        Assert.StartsWith("The store redis://127.0.0.1:1 does not answer", failure.Message);
    }

    [Fact]
    public void Address_IsStoreOrDirectory()
    {
        Assert.IsType<ClusterAddress.InStore>(ClusterAddress.Parse("redis://host:6380"));
        Assert.Equal(Path.GetFullPath("data"), Assert.IsType<ClusterAddress.InDirectory>(ClusterAddress.Parse("data")).Path);
        Assert.Throws<FormatException>(() => ClusterAddress.Parse("http://host"));
        Assert.Throws<FormatException>(() => ClusterAddress.Parse("redis://"));
    }

    [Fact]
    public void Process_IsAlive_OnlyWithItsOwnStartTime()
    {
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        DateTimeOffset started = self.StartTime;
        Assert.True(ProcessIdentity.IsAlive(Environment.ProcessId, started));
        Assert.False(ProcessIdentity.IsAlive(Environment.ProcessId, started.AddMinutes(-10)));
        Assert.False(ProcessIdentity.IsAlive(int.MaxValue, started));
    }

    private static LocalCluster Cluster() => new()
    {
        ClusterId = "c1",
        Store = "redis://127.0.0.1:41234",
        SupervisorProcessId = 4711,
        SupervisorStartedAt = Statuses.Submitted,
        Ready = true,
    };

    private ClusterLocation Locate(bool alive) => ClusterLocator.LocateInDirectory(_folder.Path, (_, _) => alive);

    private string Refused(bool alive)
    {
        var failure = Assert.Throws<MetaTrainException>(() => Locate(alive));
        Assert.Equal(FailureKind.Unreachable, failure.Kind);
        return failure.Message;
    }
}
