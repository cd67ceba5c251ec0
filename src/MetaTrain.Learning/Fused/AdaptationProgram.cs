using System.Numerics;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Tensors;

namespace MetaTrain.Learning.Fused;

/// <summary>Methods that adapt every parameter by gradient steps: MAML of both orders, implicit MAML, Meta-SGD, Reptile.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed unsafe class AdaptationProgram<T> : IBlockProgram<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly FusedNetwork<T> _network;
    private readonly int _parameters;
    private readonly int[] _map;
    private readonly int[]? _stepSizeMap;
    private readonly WorkspacePool<EpisodeShape, TrainWorkspace> _training;
    private readonly WorkspacePool<(EpisodeShape Shape, bool Together), PredictWorkspace> _predicting;
    private readonly bool _mixesExamples;

    /// <summary>A program.</summary>
    /// <param name="network">What is adapted.</param>
    /// <param name="rule">How.</param>
    /// <param name="loss">Of both loops.</param>
    /// <param name="layout">The flat parameters.</param>
    /// <param name="stepSizePrefix">What the names of learned step sizes begin with; null without.</param>
    /// <param name="mixesExamples">Whether the network normalises over its batch.</param>
    public AdaptationProgram(
        FusedNetwork<T> network, InnerRule rule, FusedLoss loss, ParameterLayout layout, bool mixesExamples, string? stepSizePrefix = null)
    {
        (_network, _parameters, _mixesExamples) = (network, layout.Length, mixesExamples);
        _map = network.MapTo(layout);
        _stepSizeMap = stepSizePrefix is null ? null : network.MapTo(layout, stepSizePrefix);
        _training = new(shape => new TrainWorkspace(network, new InnerLoop<T>(network, rule, loss, shape), stepSizePrefix is not null));

        // A prediction needs no derivative of the adaptation.
        var plain = rule with { Direction = MetaDirection.FirstOrder };
        _predicting = new(key => new PredictWorkspace(
            new TrainWorkspace(network, new InnerLoop<T>(network, plain, loss, key.Shape), stepSizePrefix is not null), new QueryPass<T>(network, key.Shape, key.Together)));
    }

    /// <inheritdoc/>
    public BlockGradient<T> Train(long iteration, ReadOnlySpan<T> parameters, BlockData<T> episodes) =>
        _training.Use(episodes.Shape, new BlockCall<T>(parameters, episodes), Train);

    /// <inheritdoc/>
    /// <remarks>Tasks come one after the other: their number does not count.</remarks>
    public long? EstimateBytes(ReadOnlySpan<T> parameters, BlockData<T> episodes) => _training.BytesOf(episodes.Shape);

    /// <inheritdoc/>
    public IReadOnlyList<T[]> Predict(ReadOnlySpan<T> parameters, BlockData<T> episodes, IReadOnlyList<int> steps, bool transductive) =>
        _predicting.Use((episodes.Shape, transductive || !_mixesExamples), new BlockCall<T>(parameters, episodes), (workspace, call) => Predict(workspace, call, steps));

    private BlockGradient<T> Train(TrainWorkspace workspace, BlockCall<T> call)
    {
        var (episodes, shape) = (call.Episodes, call.Episodes.Shape);
        var result = BlockGradient<T>.Empty(_parameters, episodes);
        Load(workspace, call.Parameters);
        workspace.Sum.Span.Clear();
        workspace.StepSum?.Span.Clear();
        for (var task = 0; task < episodes.Tasks; task++)
        {
            workspace.Loop.Traces.LoadSupport(episodes, task);
            _network.Gather!.Load(episodes.QueryInputs(task), workspace.Loop.Traces.Query.Input);
            result.Losses[task] = workspace.Loop.Train(
                workspace.Theta, StepSizes(workspace), episodes.SupportTargets(task), episodes.QueryTargets(task), workspace.Sum.Values, workspace.StepSum is null ? null : workspace.StepSum.Values);
            Rows.Copy(workspace.Loop.Traces.Query.Output, shape.Outputs, result.PredictionsOf(task));
        }

        Packed.Unpack(workspace.Sum.Span, _map, result.Gradient);
        if (workspace.StepSum is not null)
        {
            Packed.Unpack(workspace.StepSum.Span, _stepSizeMap!, result.Gradient);
        }

        return result;
    }

    private List<T[]> Predict(PredictWorkspace workspace, BlockCall<T> call, IReadOnlyList<int> steps)
    {
        var (episodes, shape, inner) = (call.Episodes, call.Episodes.Shape, workspace.Inner);
        var answers = Answers<T>.Of(steps, episodes);
        Load(inner, call.Parameters);
        for (var task = 0; task < episodes.Tasks; task++)
        {
            inner.Loop.Traces.LoadSupport(episodes, task);
            inner.Loop.Adapt(inner.Theta, StepSizes(inner), episodes.SupportTargets(task), steps.Max(), (done, weights) =>
            {
                foreach (var answer in answers.After(done, task))
                {
                    Rows.Copy(workspace.Queries.Run(weights, episodes, task), shape.Outputs, answer.Span);
                }
            });
        }

        return answers.Values;
    }

    private void Load(TrainWorkspace workspace, ReadOnlySpan<T> parameters)
    {
        Packed.Pack(parameters, _map, workspace.Theta.Span);
        workspace.Theta.Changed();
        if (workspace.StepSizes is not null)
        {
            Packed.Pack(parameters, _stepSizeMap!, workspace.StepSizes.Span);
        }
    }

    private static T* StepSizes(TrainWorkspace workspace) => workspace.StepSizes is null ? null : workspace.StepSizes.Values;

    private sealed class TrainWorkspace(FusedNetwork<T> network, InnerLoop<T> loop, bool learnsStepSizes)
    {
        public InnerLoop<T> Loop { get; } = loop;

        public Weights<T> Theta { get; } = new(network);

        public NativeBuffer<T>? StepSizes { get; } = learnsStepSizes ? new(network.PackedLength) : null;

        public NativeBuffer<T> Sum { get; } = new(network.PackedLength);

        public NativeBuffer<T>? StepSum { get; } = learnsStepSizes ? new(network.PackedLength) : null;
    }

    private sealed record PredictWorkspace(TrainWorkspace Inner, QueryPass<T> Queries);
}
