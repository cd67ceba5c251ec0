using System.Collections.Concurrent;

namespace MetaTrain.Learning.Fused;

/// <summary>
/// Keeps what a computation needs for the next one like it, so that memory is not allocated and cleared for every block. It keeps a few
/// kinds at a time: where the sizes of episodes vary there may be hundreds, and each is as large as a block.
/// </summary>
/// <typeparam name="TKey">What makes workspaces alike.</typeparam>
/// <typeparam name="TWorkspace">Used by one thread at a time.</typeparam>
/// <param name="create">Makes one.</param>
internal sealed class WorkspacePool<TKey, TWorkspace>(Func<TKey, TWorkspace> create)
    where TKey : notnull
{
    /// <summary>Kinds that are kept: those of training and of an evaluation, and as many more.</summary>
    public const int Kinds = 4;

    private readonly Lock _lock = new();

    // The one used last stands last.
    private readonly List<(TKey Key, ConcurrentBag<TWorkspace> Free)> _kinds = [];

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
        var free = FreeOf(key);
        var workspace = free.TryTake(out var kept) ? kept : create(key);
        var result = compute(workspace, state);

        // Not after an exception: what was half computed is left to the collector, as is a workspace whose kind was dropped meanwhile.
        free.Add(workspace);
        return result;
    }

    private ConcurrentBag<TWorkspace> FreeOf(TKey key)
    {
        lock (_lock)
        {
            var at = _kinds.FindIndex(kind => EqualityComparer<TKey>.Default.Equals(kind.Key, key));
            (TKey Key, ConcurrentBag<TWorkspace> Free) kind = at < 0 ? (key, []) : _kinds[at];
            if (at >= 0 || _kinds.Count == Kinds)
            {
                _kinds.RemoveAt(Math.Max(0, at));
            }

            _kinds.Add(kind);
            return kind.Free;
        }
    }
}
