using System.Numerics;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Tensors;

namespace MetaTrain.Learning.Fused;

/// <summary>MAML++: adapts every parameter by gradient steps, some of whose values are learned for each of them.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class StepwiseProgram<T> : IBlockProgram<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly FusedNetwork<T> _network;
    private readonly StepwiseRule _rule;
    private readonly int _parameters;
    private readonly bool _mixesExamples;
    private readonly WorkspacePool<EpisodeShape, Workspace> _training;
    private readonly WorkspacePool<(EpisodeShape Shape, bool Together), PredictWorkspace> _predicting;

    /// <summary>A program.</summary>
    /// <param name="network">What is adapted.</param>
    /// <param name="rule">How.</param>
    /// <param name="loss">Of both loops.</param>
    /// <param name="layout">The flat parameters.</param>
    /// <param name="mixesExamples">Whether the network normalises over its batch.</param>
    public StepwiseProgram(FusedNetwork<T> network, StepwiseRule rule, FusedLoss loss, ParameterLayout layout, bool mixesExamples)
    {
        (_network, _rule, _parameters, _mixesExamples) = (network, rule, layout.Length, mixesExamples);
        var maps = new StepwiseMaps<T>(network, rule, layout);
        _training = new(shape => Create(shape, trains: true));
        _predicting = new(key => new PredictWorkspace(Create(key.Shape, trains: false), new QueryPass<T>(network, key.Shape, key.Together)));

        Workspace Create(EpisodeShape shape, bool trains) => new(new StepwiseLoop<T>(network, rule, loss, shape, trains), new StepwiseValues<T>(maps));
    }

    /// <inheritdoc/>
    public BlockGradient<T> Train(long iteration, ReadOnlySpan<T> parameters, BlockData<T> episodes)
    {
        var pass = _rule.PassOf(iteration);
        return _training.Use(episodes.Shape, new BlockCall<T>(parameters, episodes), (workspace, call) => Train(workspace, call, pass));
    }

    /// <inheritdoc/>
    /// <remarks>Tasks come one after the other: their number does not count.</remarks>
    public long? EstimateBytes(ReadOnlySpan<T> parameters, BlockData<T> episodes) => _training.BytesOf(episodes.Shape);

    /// <inheritdoc/>
    public IReadOnlyList<T[]> Predict(ReadOnlySpan<T> parameters, BlockData<T> episodes, IReadOnlyList<int> steps, bool transductive) =>
        _predicting.Use((episodes.Shape, transductive || !_mixesExamples), new BlockCall<T>(parameters, episodes), (workspace, call) => Predict(workspace, call, steps));

    private BlockGradient<T> Train(Workspace workspace, BlockCall<T> call, StepwisePass pass)
    {
        var (episodes, loop) = (call.Episodes, workspace.Loop);
        var result = BlockGradient<T>.Empty(_parameters, episodes);
        workspace.Values.Load(call.Parameters);
        for (var task = 0; task < episodes.Tasks; task++)
        {
            loop.Traces.LoadSupport(episodes, task);
            _network.Gather!.Load(episodes.QueryInputs(task), loop.Traces.Query.Input);
            result.Losses[task] = loop.Train(
                workspace.Values, pass, episodes.SupportTargets(task), episodes.QueryTargets(task), result.PredictionsOf(task));
        }

        workspace.Values.Unload(result.Gradient);
        return result;
    }

    private List<T[]> Predict(PredictWorkspace workspace, BlockCall<T> call, IReadOnlyList<int> steps)
    {
        var (episodes, inner) = (call.Episodes, workspace.Inner);
        var (answers, outputs) = (Answers<T>.Of(steps, episodes), episodes.Shape.Outputs);
        inner.Values.Load(call.Parameters);
        for (var task = 0; task < episodes.Tasks; task++)
        {
            inner.Loop.Traces.LoadSupport(episodes, task);
            inner.Loop.Adapt(inner.Values, episodes.SupportTargets(task), steps.Max(), (done, weights) =>
            {
                foreach (var answer in answers.After(done, task))
                {
                    Rows.Copy(workspace.Queries.Run(weights, episodes, task), outputs, answer.Span);
                }
            });
        }

        return answers.Values;
    }

    private sealed record Workspace(StepwiseLoop<T> Loop, StepwiseValues<T> Values);

    private sealed record PredictWorkspace(Workspace Inner, QueryPass<T> Queries);
}
