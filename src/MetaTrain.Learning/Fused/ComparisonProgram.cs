using System.Collections.Immutable;
using System.Numerics;
using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Fused;

/// <summary>
/// Instance-based methods: the body without a graph, the comparison of its features through autograd, one task after the other, so that
/// what is kept between forward and backward is a task's.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed unsafe class ComparisonProgram<T> : IBlockProgram<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const string Support = "support";
    private const string Query = "query";

    private readonly ComparisonMethod _method;
    private readonly FusedNetwork<T> _body;
    private readonly ParameterLayout _layout;
    private readonly ParameterLayout _own;
    private readonly ComputeContext _context;
    private readonly int[] _map;
    private readonly bool _mixesExamples;
    private readonly WorkspacePool<(EpisodeShape Shape, bool Together), Workspace> _workspaces;

    /// <summary>A program.</summary>
    /// <param name="method">What compares.</param>
    /// <param name="body">From examples to features.</param>
    /// <param name="own">What the method learns beside the body.</param>
    /// <param name="layout">The flat parameters.</param>
    /// <param name="context">Seed and iterations.</param>
    /// <param name="mixesExamples">Whether the body normalises over its batch.</param>
    public ComparisonProgram(
        ComparisonMethod method,
        FusedNetwork<T> body,
        IEnumerable<ParameterDefinition> own,
        ParameterLayout layout,
        ComputeContext context,
        bool mixesExamples)
    {
        (_method, _body, _layout, _mixesExamples) = (method, body, layout, mixesExamples);
        _own = new ParameterLayout(own.Select(parameter => (parameter.Name, parameter.Shape)));
        _context = context with { Dtype = typeof(T) == typeof(double) ? ScalarType.Float64 : ScalarType.Float32 };
        _map = body.MapTo(layout);
        _workspaces = new(key => new Workspace(body, key.Shape, key.Together, LeavesOf(key.Shape)));
    }

    /// <inheritdoc/>
    public BlockGradient<T> Train(long iteration, ReadOnlySpan<T> parameters, BlockData<T> episodes)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var own = Own(parameters);
        return _workspaces.Use(
            (episodes.Shape, true), new BlockCall<T>(parameters, episodes), (workspace, call) => Train(workspace, call, own, iteration));
    }

    /// <inheritdoc/>
    /// <remarks>Tasks come one after the other: their number does not count. What the comparison holds is not counted.</remarks>
    public long? EstimateBytes(ReadOnlySpan<T> parameters, BlockData<T> episodes) => _workspaces.BytesOf((episodes.Shape, true));

    /// <inheritdoc/>
    public IReadOnlyList<T[]> Predict(ReadOnlySpan<T> parameters, BlockData<T> episodes, IReadOnlyList<int> steps, bool transductive)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var own = Own(parameters);
        return _workspaces.Use(
            (episodes.Shape, transductive || !_mixesExamples),
            new BlockCall<T>(parameters, episodes),
            (workspace, call) => Predict(workspace, call, own, (steps, transductive)));
    }

    private BlockGradient<T> Train(Workspace workspace, BlockCall<T> call, ParameterSet own, long iteration)
    {
        var episodes = call.Episodes;
        var result = BlockGradient<T>.Empty(_layout.Length, episodes);
        Load(workspace, call.Parameters);
        workspace.Sum.Span.Clear();
        foreach (var slot in _own.Slots)
        {
            result.Gradient.AsSpan(_layout.Slots[_layout.IndexOf(slot.Name)].Offset, slot.Length).Clear();
        }

        for (var task = 0; task < episodes.Tasks; task++)
        {
            using var scope = NewDisposeScope();
            var (support, query) = (workspace.Support.Output, workspace.Query.Output);
            LoadSupport(workspace, episodes, task);
            _body.Gather!.Load(episodes.QueryInputs(task), workspace.Query.Input);
            workspace.Query.Forward(workspace.Body);
            var supportRows = FeatureRows.Read(support);
            var leaves = Leaves(workspace, own, supportRows, FeatureRows.Read(query));
            supportRows = LooksAtSupport ? leaves[Support] : supportRows;
            var comparison = new Comparison(supportRows, Rows(episodes.SupportTargets(task), episodes.Shape.Outputs), leaves[Query])
            {
                Descriptions = Descriptions(episodes, task),
                Training = _context with { Iteration = iteration, FirstTask = episodes.FirstTask + task },
            };
            var predictions = _method.Compare(leaves, comparison);
            var loss = TaskLoss.Of(_method.Loss, predictions, new Examples(leaves[Query], Rows(episodes.QueryTargets(task), episodes.Shape.Outputs)));
            var gradients = Gradients.Of(loss, leaves, createGraph: false);
            result.Losses[task] = TensorData.ToDoubles(loss)[0];
            CopyTo(predictions, result.PredictionsOf(task));
            AddOwn(gradients, result.Gradient);
            FeatureRows.Write(gradients[Query], query);
            workspace.Query.Backward(workspace.Body, workspace.Sum.Values);
            if (LooksAtSupport)
            {
                FeatureRows.Write(gradients[Support], support);
                workspace.Support.Backward(workspace.Body, workspace.Sum.Values);
            }
        }

        Packed.Unpack(workspace.Sum.Span, _map, result.Gradient);
        return result;
    }

    private List<T[]> Predict(Workspace workspace, BlockCall<T> call, ParameterSet own, (IReadOnlyList<int> Steps, bool Transductive) how)
    {
        var episodes = call.Episodes;
        var answers = Answers<T>.Of(how.Steps, episodes);
        Load(workspace, call.Parameters);
        for (var task = 0; task < episodes.Tasks; task++)
        {
            using var scope = NewDisposeScope();
            LoadSupport(workspace, episodes, task);
            var queries = workspace.Features.Run(workspace.Body, episodes, task);
            var comparison = new Comparison(
                FeatureRows.Read(workspace.Support.Output), Rows(episodes.SupportTargets(task), episodes.Shape.Outputs), FeatureRows.Read(queries))
            {
                Descriptions = Descriptions(episodes, task),
            };

            // A method without steps answers the same after any number of them.
            var last = default(Tensor);
            foreach (var steps in how.Steps.Distinct())
            {
                last = last is not null && _method.InnerSteps == 0
                    ? last
                    : _method.Answer(own, comparison with { InnerSteps = steps }, how.Transductive);
                foreach (var answer in answers.After(steps, task))
                {
                    CopyTo(last, answer.Span);
                }
            }
        }

        return answers.Values;
    }

    private bool LooksAtSupport => _method.Descriptions == 0;

    private static void CopyTo(Tensor values, Span<T> target) =>
        new ReadOnlySpan<T>(TensorMemory.Of<T>(values.detach().contiguous()), target.Length).CopyTo(target);

    private void Load(Workspace workspace, ReadOnlySpan<T> parameters)
    {
        Packed.Pack(parameters, _map, workspace.Body.Span);
        workspace.Body.Changed();
    }

    private void LoadSupport(Workspace workspace, BlockData<T> episodes, int task)
    {
        _body.Gather!.Load(episodes.SupportInputs(task), workspace.Support.Input);
        workspace.Support.Forward(workspace.Body);
    }

    private Tensor? Descriptions(BlockData<T> episodes, int task) =>
        episodes.Shape.Descriptions == 0 ? null : Rows(episodes.DescriptionsOf(task), episodes.Shape.Descriptions);

    private Tensor Rows(ReadOnlySpan<T> values, int width)
    {
        var rows = empty([1, values.Length / width, width], _context.Dtype);
        values.CopyTo(new Span<T>(TensorMemory.Of<T>(rows), values.Length));
        return rows;
    }

    /// <summary>The method's own parameters: [1, shape...].</summary>
    private ParameterSet Own(ReadOnlySpan<T> parameters)
    {
        var tensors = new Tensor[_own.Slots.Length];
        for (var position = 0; position < tensors.Length; position++)
        {
            var slot = _layout.Slots[_layout.IndexOf(_own.Slots[position].Name)];
            var tensor = empty([1, .. slot.Shape.Select(size => (long)size)], _context.Dtype);
            parameters.Slice(slot.Offset, slot.Length).CopyTo(new Span<T>(TensorMemory.Of<T>(tensor), slot.Length));
            tensors[position] = ParameterSet.Arrange(tensor);
        }

        return new ParameterSet(_own, tensors);
    }

    /// <summary>Everything that a comparison is differentiated with respect to.</summary>
    private static ParameterSet Leaves(Workspace workspace, ParameterSet own, Tensor support, Tensor query) =>
        new ParameterSet(workspace.Leaves, workspace.Leaves.Slots.Select(slot => slot.Name switch
        {
            Support => support,
            Query => query,
            _ => own[slot.Name],
        })).AsLeaves();

    /// <summary>The names and shapes of those: the method's own, and the features that it looks at.</summary>
    private ParameterLayout LeavesOf(EpisodeShape shape)
    {
        var features = _body.Output.Pixels * _body.Output.Channels;
        IEnumerable<(string, ImmutableArray<int>)> support = LooksAtSupport ? [(Support, [shape.SupportCount, features])] : [];
        return new ParameterLayout([.. _own.Slots.Select(slot => (slot.Name, slot.Shape)), .. support, (Query, [shape.QueryCount, features])]);
    }

    private void AddOwn(ParameterSet gradients, Span<T> sum)
    {
        foreach (var own in _own.Slots)
        {
            var slot = _layout.Slots[_layout.IndexOf(own.Name)];
            var target = sum.Slice(slot.Offset, slot.Length);
            var values = new ReadOnlySpan<T>(TensorMemory.Of<T>(gradients[own.Name].contiguous()), slot.Length);
            for (var at = 0; at < target.Length; at++)
            {
                target[at] += values[at];
            }
        }
    }

    private sealed class Workspace(FusedNetwork<T> body, EpisodeShape shape, bool together, ParameterLayout leaves)
    {
        public ParameterLayout Leaves { get; } = leaves;

        public Weights<T> Body { get; } = new(body);

        public NativeBuffer<T> Sum { get; } = new(body.PackedLength);

        public Trace<T> Support { get; } = new(body, shape.SupportCount, NodeParts.Gradient);

        public Trace<T> Query { get; } = new(body, shape.QueryCount, NodeParts.Gradient);

        public QueryPass<T> Features { get; } = new(body, shape, together);
    }
}
