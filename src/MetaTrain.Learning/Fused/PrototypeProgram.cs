using System.Numerics;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Tensors;

namespace MetaTrain.Learning.Fused;

/// <summary>Prototypical networks: nothing adapts; the body's features of support and query examples, each batch normalised by itself.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed unsafe class PrototypeProgram<T> : IBlockProgram<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly FusedNetwork<T> _body;
    private readonly int _parameters;
    private readonly int[] _map;
    private readonly bool _mixesExamples;
    private readonly WorkspacePool<(EpisodeShape Shape, bool Together), Workspace> _workspaces;

    /// <summary>A program.</summary>
    /// <param name="body">From examples to features.</param>
    /// <param name="layout">The flat parameters.</param>
    /// <param name="mixesExamples">Whether the body normalises over its batch.</param>
    public PrototypeProgram(FusedNetwork<T> body, ParameterLayout layout, bool mixesExamples)
    {
        (_body, _parameters, _map, _mixesExamples) = (body, layout.Length, body.MapTo(layout), mixesExamples);
        _workspaces = new(key => new Workspace(body, key.Shape, key.Together));
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

    private BlockGradient<T> Train(Workspace workspace, BlockCall<T> call)
    {
        var (episodes, kernel) = (call.Episodes, workspace.Kernel);
        var result = BlockGradient<T>.Empty(_parameters, episodes);
        var (queries, logits) = (episodes.Shape.QueryCount, workspace.Logits);
        var loss = new TaskLossKernel<T>(FusedLoss.CrossEntropy, queries, episodes.Shape.Ways, logits.Stride, isSum: false);
        Packed.Pack(call.Parameters, _map, workspace.Body.Span);
        workspace.Body.Changed();
        workspace.Sum.Span.Clear();
        for (var task = 0; task < episodes.Tasks; task++)
        {
            Represent(workspace, episodes, task);
            _body.Gather!.Load(episodes.QueryInputs(task), workspace.Query.Input);
            workspace.Query.Forward(workspace.Body);
            var (support, query) = (workspace.Support.Output, workspace.Query.Output);
            kernel.Logits(query.Value, queries, workspace.Prototypes.Values, logits.Value, logits.Stride);
            result.Losses[task] = loss.Gradient(logits.Value, episodes.QueryTargets(task), logits.Gradient);
            Rows.Copy(logits, episodes.Shape.Ways, result.PredictionsOf(task));
            kernel.Backward(
                query.Value, queries, workspace.Prototypes.Values, logits.Gradient, logits.Stride, query.Gradient, workspace.OfPrototypes.Values);
            kernel.ToSupport(workspace.OfPrototypes.Values, episodes.SupportTargets(task), support.Gradient);
            workspace.Query.Backward(workspace.Body, workspace.Sum.Values);
            workspace.Support.Backward(workspace.Body, workspace.Sum.Values);
        }

        Packed.Unpack(workspace.Sum.Span, _map, result.Gradient);
        return result;
    }

    private List<T[]> Predict(Workspace workspace, BlockCall<T> call, IReadOnlyList<int> steps)
    {
        var (episodes, logits) = (call.Episodes, workspace.Logits);
        var answers = Answers<T>.Of(steps, episodes);
        Packed.Pack(call.Parameters, _map, workspace.Body.Span);
        workspace.Body.Changed();
        for (var task = 0; task < episodes.Tasks; task++)
        {
            Represent(workspace, episodes, task);
            var features = workspace.Features.Run(workspace.Body, episodes, task);
            workspace.Kernel.Logits(features.Value, episodes.Shape.QueryCount, workspace.Prototypes.Values, logits.Value, logits.Stride);
            foreach (var answer in steps.SelectMany(count => answers.After(count, task)))
            {
                Rows.Copy(logits, episodes.Shape.Ways, answer.Span);
            }
        }

        return answers.Values;
    }

    private void Represent(Workspace workspace, BlockData<T> episodes, int task)
    {
        _body.Gather!.Load(episodes.SupportInputs(task), workspace.Support.Input);
        workspace.Support.Forward(workspace.Body);
        workspace.Kernel.Means(workspace.Support.Output.Value, episodes.SupportTargets(task), workspace.Prototypes.Values);
    }

    private sealed class Workspace
    {
        public Workspace(FusedNetwork<T> body, EpisodeShape shape, bool together)
        {
            (Body, Sum) = (new Weights<T>(body), new NativeBuffer<T>(body.PackedLength));
            Support = new Trace<T>(body, shape.SupportCount, NodeParts.Gradient);
            Query = new Trace<T>(body, shape.QueryCount, NodeParts.Gradient);
            Features = new QueryPass<T>(body, shape, together);
            Logits = Node<T>.Create(new NodeShape(1, shape.Ways), shape.QueryCount, NodeParts.Gradient);
            var length = body.Output.Pixels * Support.Output.Stride;
            Kernel = new PrototypeKernel<T>(shape.Ways, length);
            (Prototypes, OfPrototypes) = (new NativeBuffer<T>(shape.Ways * length), new NativeBuffer<T>(shape.Ways * length));
        }

        public PrototypeKernel<T> Kernel { get; }

        public Weights<T> Body { get; }

        public NativeBuffer<T> Sum { get; }

        public Trace<T> Support { get; }

        public Trace<T> Query { get; }

        public QueryPass<T> Features { get; }

        public Node<T> Logits { get; }

        public NativeBuffer<T> Prototypes { get; }

        public NativeBuffer<T> OfPrototypes { get; }
    }
}
