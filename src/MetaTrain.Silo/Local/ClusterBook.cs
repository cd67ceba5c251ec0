using System.Collections.Immutable;
using MetaTrain.Abstractions.Clusters;

namespace MetaTrain.Silo.Local;

/// <summary>The state of the local cluster, written down at each change. Safe for concurrent use.</summary>
internal sealed class ClusterBook(LocalCluster first, int silos, Action<LocalCluster> write)
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableHashSet<string> _takingWork = [];
    private LocalCluster _current = first;

    /// <summary>Completes once every silo has taken work.</summary>
    public Task Ready => _ready.Task;

    public LocalCluster Current
    {
        get
        {
            lock (_lock)
            {
                return _current;
            }
        }
    }

    public void StoreStarted(int processId) => Change(cluster => cluster with { StoreProcessId = processId });

    /// <summary>A silo was started, perhaps again: it takes the place of its predecessor.</summary>
    public void SiloStarted(LocalSilo silo) => Change(cluster =>
    {
        _takingWork = _takingWork.Remove(silo.Name);
        ImmutableArray<LocalSilo> others = cluster.Silos.RemoveAll(other => other.Name == silo.Name);
        return cluster with { Silos = [.. others.Add(silo).OrderBy(each => each.Name, StringComparer.Ordinal)] };
    });

    /// <summary>A silo takes work. With the last of them the cluster is ready, and stays so while silos come and go.</summary>
    public void SiloReady(string name) => Change(cluster =>
    {
        _takingWork = _takingWork.Add(name);
        return cluster with { Ready = cluster.Ready || _takingWork.Count == silos };
    });

    /// <summary>The cluster has failed, and ends.</summary>
    public void Failed(string sentence) => Change(cluster => cluster with { Ready = false, Failure = sentence });

    private void Change(Func<LocalCluster, LocalCluster> change)
    {
        lock (_lock)
        {
            LocalCluster next = change(_current);
            _current = next;
            write(next);
            if (next.Ready)
            {
                _ready.TrySetResult();
            }
        }
    }
}
