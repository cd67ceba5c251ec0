using System.Numerics;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Tensors;

namespace MetaTrain.Learning.Fused;

/// <summary>
/// Methods that adapt the head alone (ANIL): the body's features are computed once a task, the inner loop runs on them, and what it leaves as
/// their gradient goes back through the body.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed unsafe class HeadAdaptationProgram<T> : IBlockProgram<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly FusedNetwork<T> _body;
    private readonly int _parameters;
    private readonly int[] _bodyMap;
    private readonly int[] _headMap;
    private readonly bool _isThrough;
    private readonly bool _mixesExamples;
    private readonly WorkspacePool<(EpisodeShape Shape, bool Together), Workspace> _workspaces;

    /// <summary>A program.</summary>
    /// <param name="body">From examples to features.</param>
    /// <param name="head">On the body's features.</param>
    /// <param name="rule">How the head is adapted.</param>
    /// <param name="loss">Of both loops.</param>
    /// <param name="layout">The flat parameters.</param>
    /// <param name="mixesExamples">Whether the body normalises over its batch.</param>
    public HeadAdaptationProgram(
        FusedNetwork<T> body, FusedNetwork<T> head, InnerRule rule, FusedLoss loss, ParameterLayout layout, bool mixesExamples)
    {
        (_body, _parameters, _mixesExamples, _isThrough) = (body, layout.Length, mixesExamples, rule.Direction == MetaDirection.SecondOrder);
        (_bodyMap, _headMap) = (body.MapTo(layout), head.MapTo(layout));
        _workspaces = new(key => new Workspace(body, head, new InnerLoop<T>(head, rule, loss, key.Shape), key.Shape, key.Together));
    }

    /// <inheritdoc/>
    public BlockGradient<T> Train(long iteration, ReadOnlySpan<T> parameters, BlockData<T> episodes) =>
        _workspaces.Use((episodes.Shape, true), new BlockCall<T>(parameters, episodes), Train);

    /// <inheritdoc/>
    /// <remarks>Tasks come one after the other: their number does not count.</remarks>
    public long? EstimateBytes(ReadOnlySpan<T> parameters, BlockData<T> episodes) => _workspaces.BytesOf((episodes.Shape, true));

    /// <inheritdoc/>
    public IReadOnlyList<T[]> Predict(ReadOnlySpan<T> parameters, BlockData<T> episodes, IReadOnlyList<int> steps, bool transductive) =>
        _workspaces.Use(
            (episodes.Shape, transductive || !_mixesExamples),
            new BlockCall<T>(parameters, episodes),
            (workspace, call) => Predict(workspace, call, steps));

    private static void Copy(T* source, T* target, long length) => new ReadOnlySpan<T>(source, (int)length).CopyTo(new Span<T>(target, (int)length));

    private BlockGradient<T> Train(Workspace workspace, BlockCall<T> call)
    {
        var episodes = call.Episodes;
        var result = BlockGradient<T>.Empty(_parameters, episodes);
        var loop = workspace.Loop;
        Load(workspace, call.Parameters);
        workspace.BodySum.Span.Clear();
        workspace.HeadSum.Span.Clear();
        for (var task = 0; task < episodes.Tasks; task++)
        {
            LoadSupport(workspace, episodes, task);
            _body.Gather!.Load(episodes.QueryInputs(task), workspace.Query.Input);
            workspace.Query.Forward(workspace.Body);
            var (support, query) = (workspace.Support.Output, workspace.Query.Output);
            Copy(query.Value, loop.Traces.Query.Input.Value, query.Length);
            result.Losses[task] = loop.Train(
                workspace.Head,
                null,
                episodes.SupportTargets(task),
                episodes.QueryTargets(task),
                workspace.HeadSum.Values,
                null,
                _isThrough ? workspace.SupportFeatures : null);
            Rows.Copy(loop.Traces.Query.Output, episodes.Shape.Outputs, result.PredictionsOf(task));
            Copy(loop.Traces.Query.Input.Gradient, query.Gradient, query.Length);
            workspace.Query.Backward(workspace.Body, workspace.BodySum.Values);
            if (_isThrough)
            {
                Copy(workspace.SupportFeatures.Values, support.Gradient, support.Length);
                workspace.Support.Backward(workspace.Body, workspace.BodySum.Values);
            }
        }

        Packed.Unpack(workspace.BodySum.Span, _bodyMap, result.Gradient);
        Packed.Unpack(workspace.HeadSum.Span, _headMap, result.Gradient);
        return result;
    }

    private List<T[]> Predict(Workspace workspace, BlockCall<T> call, IReadOnlyList<int> steps)
    {
        var (episodes, outputs) = (call.Episodes, call.Episodes.Shape.Outputs);
        var answers = Answers<T>.Of(steps, episodes);
        var head = workspace.Loop.Traces.Query;
        Load(workspace, call.Parameters);
        for (var task = 0; task < episodes.Tasks; task++)
        {
            LoadSupport(workspace, episodes, task);
            var features = workspace.Features.Run(workspace.Body, episodes, task);
            Copy(features.Value, head.Input.Value, features.Length);
            workspace.Loop.Adapt(workspace.Head, null, episodes.SupportTargets(task), steps.Max(), (done, weights) =>
            {
                foreach (var answer in answers.After(done, task))
                {
                    head.Forward(weights);
                    Rows.Copy(head.Output, outputs, answer.Span);
                }
            });
        }

        return answers.Values;
    }

    private void Load(Workspace workspace, ReadOnlySpan<T> parameters)
    {
        Packed.Pack(parameters, _bodyMap, workspace.Body.Span);
        Packed.Pack(parameters, _headMap, workspace.Head.Span);
        workspace.Body.Changed();
        workspace.Head.Changed();
    }

    private void LoadSupport(Workspace workspace, BlockData<T> episodes, int task)
    {
        _body.Gather!.Load(episodes.SupportInputs(task), workspace.Support.Input);
        workspace.Support.Forward(workspace.Body);
        foreach (var input in workspace.Loop.Traces.SupportInputs)
        {
            Copy(workspace.Support.Output.Value, input.Value, input.Length);
        }
    }

    private sealed class Workspace(FusedNetwork<T> body, FusedNetwork<T> head, InnerLoop<T> loop, EpisodeShape shape, bool together)
    {
        public InnerLoop<T> Loop { get; } = loop;

        public Weights<T> Body { get; } = new(body);

        public Weights<T> Head { get; } = new(head);

        public Trace<T> Support { get; } = new(body, shape.SupportCount, NodeParts.Gradient);

        public Trace<T> Query { get; } = new(body, shape.QueryCount, NodeParts.Gradient);

        public QueryPass<T> Features { get; } = new(body, shape, together);

        public NativeBuffer<T> SupportFeatures { get; } = new(loop.Traces.SupportInputs.First().Length);

        public NativeBuffer<T> BodySum { get; } = new(body.PackedLength);

        public NativeBuffer<T> HeadSum { get; } = new(head.PackedLength);
    }
}
