using System.Numerics;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Fused;

/// <summary>
/// A network's answers to a task's queries: all of them at once, or each beside the support set alone, for a network that normalises over
/// its batch (non-transductive evaluation).
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed unsafe class QueryPass<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly InputGather _gather;
    private readonly Trace<T> _trace;
    private readonly Node<T>? _collected;

    /// <summary>A pass.</summary>
    /// <param name="network">On examples.</param>
    /// <param name="shape">Of the episodes.</param>
    /// <param name="together">True to show all queries at once.</param>
    public QueryPass(FusedNetwork<T> network, EpisodeShape shape, bool together)
    {
        _gather = network.Gather!;
        _trace = new Trace<T>(network, together ? shape.QueryCount : shape.SupportCount + 1, NodeParts.Value);
        _collected = together ? null : Node<T>.Create(network.Output, shape.QueryCount, NodeParts.Value);
    }

    /// <summary>The answers, good until the next call.</summary>
    /// <param name="weights">The network's.</param>
    /// <param name="episodes">The block.</param>
    /// <param name="task">Which of its tasks.</param>
    public Node<T> Run(Weights<T> weights, BlockData<T> episodes, int task)
    {
        var (queries, length) = (episodes.Shape.QueryCount, episodes.Shape.InputLength);
        var inputs = episodes.QueryInputs(task);
        if (_collected is null)
        {
            _gather.Load(inputs, _trace.Input);
            _trace.Forward(weights);
            return _trace.Output;
        }

        var supports = episodes.Shape.SupportCount;
        _gather.Load(episodes.SupportInputs(task), _trace.Input);
        for (var query = 0; query < queries; query++)
        {
            _gather.Load(inputs.Slice(query * length, length), _trace.Input, supports);
            _trace.Forward(weights);
            var size = _collected.Shape.Pixels * _collected.Stride;
            new ReadOnlySpan<T>(_trace.Output.Value + ((nint)supports * size), size).CopyTo(new Span<T>(_collected.Value + ((nint)query * size), size));
        }

        return _collected;
    }
}
