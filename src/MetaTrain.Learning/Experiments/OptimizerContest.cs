using System.Collections.Immutable;
using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Experiments;

/// <summary>An optimizer made by hand, with its customary settings but for the learning rate.</summary>
public enum HandMadeOptimizer
{
    /// <summary>Plain gradient descent.</summary>
    Sgd,

    /// <summary>RMSProp with decay 0.99.</summary>
    RmsProp,

    /// <summary>Adam with decays 0.9 and 0.999.</summary>
    Adam,
}

/// <summary>How an optimizer did.</summary>
/// <param name="Name">Its name.</param>
/// <param name="LearningRate">Its learning rate; null for a learned one.</param>
/// <param name="Losses">The mean support loss over tasks, with its 95% interval: before the first step, and after each.</param>
/// <param name="FinalByTask">The support loss of each task after the last step.</param>
public sealed record ContestCurve(string Name, double? LearningRate, ImmutableArray<Measurement> Losses, ImmutableArray<double> FinalByTask)
{
    /// <summary>After the last step.</summary>
    public Measurement Final => Losses[^1];

    /// <summary>
    /// By how much its loss after the last step is above another's, the mean of the tasks' differences: both had the same tasks and starts, so
    /// that what makes one task harder than another is not in the interval.
    /// </summary>
    /// <param name="other">Of the same contest.</param>
    public Measurement Behind(ContestCurve other) => Measurement.Of([.. FinalByTask.Zip(other.FinalByTask, static (own, others) => own - others)]);
}

/// <summary>
/// Optimizers side by side on the support losses of the same held-out tasks from the same starts (arXiv:1606.04474, section 3). Those made by
/// hand take the learning rate of a grid whose mean loss after the last step is least on validation tasks; what is reported is measured on
/// test tasks. Immutable; computes in float32, some tasks at a time on as many threads as there are processors.
/// </summary>
/// <param name="source">Where the tasks come from.</param>
/// <param name="model">What is optimized; each task starts at a draw of its initial values, also where a learned optimizer has learned others.</param>
/// <param name="loss">The loss of an example.</param>
public sealed class OptimizerContest(ITaskSource source, IModel model, ExampleLoss loss)
{
    // So many tasks have tensors that stay in the processor's cache, or near it.
    private const int TasksAtOnce = 16;

    private readonly Optimizee _optimizee = new(model, loss);

    /// <summary>Steps an optimizer takes.</summary>
    public int Steps { get; init; } = 100;

    /// <summary>Tasks measured, and as many to choose learning rates by.</summary>
    public int Tasks { get; init; } = 128;

    /// <summary>Tasks and starts are derived from it.</summary>
    public ulong Seed { get; init; }

    /// <summary>How a task's examples join into its loss.</summary>
    public InnerLoss InnerLoss { get; init; } = InnerLoss.Sum;

    /// <summary>The learning rates to choose from: three a decade from 0.0001 to 10 unless set.</summary>
    public ImmutableArray<double> LearningRates { get; init; } =
        [.. Enumerable.Range(0, 5).SelectMany(decade => new[] { 1, 2.15, 4.64 }.Select(part => part * Math.Pow(10, decade - 4))), 10];

    /// <summary>All of them: the learned optimizer first, then those made by hand.</summary>
    /// <param name="optimizer">The learned one.</param>
    /// <param name="parameters">[P]: what it learned, in the order of its layout.</param>
    public IReadOnlyList<ContestCurve> Run(LstmOptimizer optimizer, ReadOnlySpan<float> parameters) =>
        [Measure(optimizer, parameters), .. Enum.GetValues<HandMadeOptimizer>().Select(Tune)];

    /// <summary>A learned optimizer.</summary>
    /// <param name="optimizer">It.</param>
    /// <param name="parameters">[P]: what it learned, in the order of its layout.</param>
    public ContestCurve Measure(LstmOptimizer optimizer, ReadOnlySpan<float> parameters)
    {
        var layout = new ParameterLayout(optimizer.Parameters.Select(parameter => (parameter.Name, parameter.Shape)));
        var values = parameters.ToArray();
        return Curve("lstm-optimizer", learningRate: null, () => optimizer.Update(ParameterSet.Load(layout, values, new ComputeContext())), Split.Test);
    }

    /// <summary>One made by hand, with a given learning rate.</summary>
    public ContestCurve Measure(HandMadeOptimizer optimizer, double learningRate) =>
        Curve(optimizer.ToString(), learningRate, () => Update(optimizer, learningRate), Split.Test);

    /// <summary>One made by hand, with the learning rate that is best on validation tasks.</summary>
    public ContestCurve Tune(HandMadeOptimizer optimizer) => Measure(optimizer, LearningRates.MinBy(rate =>
        Curve(optimizer.ToString(), rate, () => Update(optimizer, rate), Split.Validation).Final.Mean is var mean && double.IsFinite(mean) ? mean : double.PositiveInfinity));

    private static CoordinateUpdate Update(HandMadeOptimizer optimizer, double learningRate) => optimizer switch
    {
        HandMadeOptimizer.Sgd => Descent.Sgd(learningRate),
        HandMadeOptimizer.RmsProp => Descent.RmsProp(learningRate),
        _ => Descent.Adam(learningRate),
    };

    private ContestCurve Curve(string name, double? learningRate, Func<CoordinateUpdate> update, Split split)
    {
        TorchRuntime.PinThread();
        var some = Enumerable.Range(0, Tasks).Chunk(TasksAtOnce).AsParallel().AsOrdered().Select(tasks => Run(tasks, update, split)).ToArray();
        double[][] losses = [.. Enumerable.Range(0, Steps + 1).Select(step => some.SelectMany(each => each[step]).ToArray())];
        return new ContestCurve(name, learningRate, [.. losses.Select(Measurement.Of)], [.. losses[^1]]);
    }

    /// <summary>The losses of each task before the first step, and after each.</summary>
    private double[][] Run(int[] tasks, Func<CoordinateUpdate> update, Split split)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var block = new EpisodeBlock(source.TrainingShape, tasks.Length);
        var seeds = new ulong[tasks.Length];
        foreach (var (place, task) in tasks.Index())
        {
            var key = new EpisodeKey(Seed, split, 0, task);
            source.Sample(key, block, place);
            seeds[place] = new CounterRandom(key, RandomPurpose.Algorithm).NextUInt64();
        }

        var support = EpisodeTensors.Of(BlockData<float>.Of(block), new ComputeContext()).Support;
        var losses = new List<double[]>(Steps + 1);
        _ = Descent.Run(
            _optimizee.Draw(seeds, ScalarType.Float32, device: null),
            Steps,
            theta => _optimizee.Slope(theta, support, InnerLoss),
            update(),
            each => losses.Add(TensorData.ToDoubles(each)));
        return [.. losses];
    }
}
