using System.Numerics;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.InnerLoop;

namespace MetaTrain.Learning.Fused;

/// <summary>
/// A task's passes through a network, with their losses: one of the support set for each inner step, as far as memory allows, and one of the
/// queries. They lend each other memory: the pass of the queries destroys what lies between the layers in a step's tangents, and without
/// tangents in its values. One thread at a time.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed unsafe class TaskTraces<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>What traces of all steps may take unless told otherwise.</summary>
    public const long DefaultBytes = 256L << 20;

    private readonly InputGather? _gather;
    private readonly MiniBatch? _batch;
    private readonly T[] _batchInputs = [];
    private readonly T[] _batchTargets = [];
    private readonly Trace<T>[] _support;
    private readonly TaskLossKernel<T> _supportLoss;
    private readonly TaskLossKernel<T> _queryLoss;
    private (BlockData<T> Episodes, int Task)? _source;

    /// <summary>The passes of a task.</summary>
    /// <param name="network">Through which network.</param>
    /// <param name="loss">Of both loops.</param>
    /// <param name="innerLoss">How support examples join.</param>
    /// <param name="shape">Of the episodes.</param>
    /// <param name="steps">Inner steps.</param>
    /// <param name="isThrough">True to have tangents: for second order.</param>
    /// <param name="bytes">Passes of all steps are kept up to so many bytes; beyond, a step must be computed again on the way back.</param>
    /// <param name="batch">What a step sees of the support set; null for all. Only where a step is never gone back over.</param>
    public TaskTraces(
        FusedNetwork<T> network, FusedLoss loss, InnerLoss innerLoss, EpisodeShape shape, int steps, bool isThrough, long bytes, MiniBatch? batch = null)
    {
        (_gather, _batch) = (network.Gather, batch);
        var supportCount = batch?.Count ?? shape.SupportCount;
        if (batch is not null)
        {
            (_batchInputs, _batchTargets) = (new T[supportCount * shape.InputLength], new T[supportCount * shape.Outputs]);
        }

        var parts = NodeParts.Gradient | (isThrough ? NodeParts.Tangents : 0);
        var lent = new LentMemory<T>(Math.Max(supportCount, shape.QueryCount));
        var before = NativeBuffers.Allocated;
        var first = new Trace<T>(network, supportCount, parts, lent);
        KeepsSteps = isThrough && steps * (NativeBuffers.Allocated - before) <= bytes;
        _support = [first, .. Enumerable.Range(1, KeepsSteps ? steps - 1 : 0).Select(_ => new Trace<T>(network, supportCount, parts, lent))];
        Query = new Trace<T>(network, shape.QueryCount, NodeParts.Gradient, lent);
        _supportLoss = new TaskLossKernel<T>(
            loss, supportCount, shape.Outputs, first.Output.Stride, innerLoss == InnerLoss.Sum);
        _queryLoss = new TaskLossKernel<T>(loss, shape.QueryCount, shape.Outputs, Query.Output.Stride, isSum: false);
    }

    /// <summary>False when steps must be computed a second time on the way back, because their passes would take too much memory.</summary>
    public bool KeepsSteps { get; }

    /// <summary>Where support inputs go: into each of them.</summary>
    public IEnumerable<Node<T>> SupportInputs => _support.Select(trace => trace.Input);

    /// <summary>The queries' pass.</summary>
    public Trace<T> Query { get; }

    /// <summary>The pass of a step.</summary>
    public Trace<T> Support(int step) => _support[Math.Min(step, _support.Length - 1)];

    /// <summary>Takes over a task's support inputs, for a network on examples.</summary>
    public void LoadSupport(BlockData<T> episodes, int task)
    {
        if (_batch is not null)
        {
            _source = (episodes, task);
            return;
        }

        foreach (var input in SupportInputs)
        {
            _gather!.Load(episodes.SupportInputs(task), input);
        }
    }

    /// <summary>The gradient of the support loss at a step's weights; written.</summary>
    public void Descend(Weights<T> phi, ReadOnlySpan<T> targets, int step, NativeBuffer<T> gradient)
    {
        var trace = Support(step);
        targets = _batch is { } batch ? LoadBatch(batch, targets, step, trace.Input) : targets;
        trace.Forward(phi);
        _supportLoss.Gradient(trace.Output.Value, targets, trace.Output.Gradient);
        gradient.Span.Clear();
        trace.Backward(phi, gradient.Values);
    }

    /// <summary>The tangent of that gradient along a direction, the Hessian's product with it; added to.</summary>
    public void AddHessianProduct(Weights<T> phi, Weights<T> direction, int step, T* target)
    {
        var trace = Support(step);
        trace.TangentForward(phi, direction);
        _supportLoss.Tangent(trace.Output.Value, trace.Output.Tangent, trace.Output.GradientTangent);
        trace.TangentBackward(phi, direction, target);
    }

    /// <summary>The query loss; its gradient is at <see cref="Query"/>'s output then.</summary>
    public double AnswerQueries(Weights<T> phi, ReadOnlySpan<T> targets)
    {
        Query.Forward(phi);
        return _queryLoss.Gradient(Query.Output.Value, targets, Query.Output.Gradient);
    }

    private ReadOnlySpan<T> LoadBatch(MiniBatch batch, ReadOnlySpan<T> targets, int step, Node<T> input)
    {
        var (episodes, task) = _source!.Value;
        Pick(batch, episodes.SupportInputs(task), step, _batchInputs);
        Pick(batch, targets, step, _batchTargets);
        _gather!.Load(_batchInputs, input);
        return _batchTargets;
    }

    private static void Pick(MiniBatch batch, ReadOnlySpan<T> examples, int step, Span<T> picked)
    {
        var length = picked.Length / batch.Count;
        for (var row = 0; row < batch.Count; row++)
        {
            examples.Slice(batch.Example(step, row) * length, length).CopyTo(picked[(row * length)..]);
        }
    }
}
