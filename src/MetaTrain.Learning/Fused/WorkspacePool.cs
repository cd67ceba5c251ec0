using System.Collections.Concurrent;

namespace MetaTrain.Learning.Fused;

/// <summary>Keeps what a computation needs for the next one like it, so that memory is not allocated and cleared for every block.</summary>
/// <typeparam name="TKey">What makes workspaces alike.</typeparam>
/// <typeparam name="TWorkspace">Used by one thread at a time.</typeparam>
/// <param name="create">Makes one.</param>
internal sealed class WorkspacePool<TKey, TWorkspace>(Func<TKey, TWorkspace> create)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, ConcurrentBag<TWorkspace>> _free = new();

    /// <summary>The bytes of a new one.</summary>
    public long BytesOf(TKey key)
    {
        var before = NativeBuffers.Allocated;
        _ = create(key);
        return NativeBuffers.Allocated - before;
    }

    /// <summary>Lends one for a call.</summary>
    public TResult Use<TState, TResult>(TKey key, TState state, Func<TWorkspace, TState, TResult> compute)
        where TState : allows ref struct
    {
        var free = _free.GetOrAdd(key, static _ => []);
        var workspace = free.TryTake(out var kept) ? kept : create(key);
        var result = compute(workspace, state);

        // Not after an exception: what was half computed is left to the collector.
        free.Add(workspace);
        return result;
    }
}
