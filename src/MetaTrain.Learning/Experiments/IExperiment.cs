using System.Collections.Immutable;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.MetaOptimizers;

namespace MetaTrain.Learning.Experiments;

/// <summary>
/// A spec's mathematics, ready to compute: task source, model, algorithm and meta-optimizer bound together.
/// This is all that the cluster knows of learning. Safe for concurrent use, one block a thread.
/// </summary>
public interface IExperiment
{
    /// <summary>Everything learned, in ordinal order of its UTF-8 names: name, shape, offset in the flat vector.</summary>
    ImmutableArray<ParameterSlot> Parameters { get; }

    /// <summary>The sizes of its training episodes; the largest where they vary from iteration to iteration.</summary>
    EpisodeShape TrainingShape { get; }

    /// <summary>What computes its blocks; part of what its bits are.</summary>
    ComputePath Path { get; }

    /// <summary>The names of <see cref="BlockSums.Metrics"/> of a training block: "loss", and "accuracy" for classification.</summary>
    ImmutableArray<string> TrainingMetrics { get; }

    /// <summary>What to say beside every number measured; null for real data.</summary>
    string? DataNote { get; }

    /// <summary>True when inputs are drawings whose ink is 1 and whose paper is 0.</summary>
    bool HasInk { get; }

    /// <summary>True when an evaluation can measure a pixel baseline.</summary>
    bool HasPixelBaseline { get; }

    /// <summary>The initial parameters [P], a pure function of the seed.</summary>
    float[] InitialParameters();

    /// <summary>A fresh meta-optimizer.</summary>
    /// <param name="parameters">Of how many parameters: all, or those of a range.</param>
    IMetaOptimizer CreateOptimizer(int parameters);

    /// <summary>Samples the episodes of a block; cheap, off the device, ahead of time.</summary>
    EpisodeBlock Sample(BlockRequest request);

    /// <summary>Computes a block's sums on the calling thread: a pure function of the experiment, the request and the parameters.</summary>
    /// <param name="request">The block.</param>
    /// <param name="episodes">What <see cref="Sample"/> gave for it.</param>
    /// <param name="parameters">[P].</param>
    BlockSums Compute(BlockRequest request, EpisodeBlock episodes, ReadOnlyMemory<float> parameters);

    /// <summary>
    /// About how many bytes a worker allocates for a training block of so many tasks, of the largest episodes where they vary, measured on blocks of one and two; null where the
    /// machine does not tell. What other threads allocate meanwhile is counted too.
    /// </summary>
    long? EstimateBlockBytes(int tasks);

    /// <summary>
    /// The names of <see cref="BlockSums.Metrics"/> of an evaluation block: first each mean over episodes "m", followed by its square "m^2", then
    /// sums over queries. <see cref="EvaluationMeasures"/> reads the sums.
    /// </summary>
    /// <remarks>
    /// "accuracy", "loss", "baseline" when measured, "f1" and "nll" for classification, then the queries, confidences and hits of the bins of
    /// the calibration error and the queries and hits of each group of classes; "mse@k" for regression after k inner steps.
    /// </remarks>
    ImmutableArray<string> EvaluationMetrics(EvaluationSettings settings);

    /// <summary>Why such an evaluation cannot be made, in one sentence with the remedy; null when it can.</summary>
    string? Refuse(EvaluationSettings settings);

    /// <summary>Shows one episode of an evaluation, and what is answered to it before and after adaptation; computed on the calling thread.</summary>
    /// <param name="settings">The evaluation.</param>
    /// <param name="task">Which of its episodes, from 0.</param>
    /// <param name="parameters">[P].</param>
    Demonstration Demonstrate(EvaluationSettings settings, int task, ReadOnlyMemory<float> parameters);

    /// <summary>The nearest classes of each query, the most probable first; computed on the calling thread.</summary>
    /// <param name="classes">What is searched: at least 2 classes, each with an image, or each with a description.</param>
    /// <param name="queries">At least one.</param>
    /// <param name="count">How many classes a query is answered with, if there are as many; at least 1.</param>
    /// <param name="parameters">[P].</param>
    /// <exception cref="RetrievalException">The method, or an image, is not made for it; the message is one sentence.</exception>
    ImmutableArray<ImmutableArray<RetrievedClass>> Retrieve(
        IReadOnlyList<ImageFileClass> classes, IReadOnlyList<ImageFile> queries, int count, ReadOnlyMemory<float> parameters);
}

/// <summary>One learned tensor.</summary>
/// <param name="Name">Its name: for a model's own, as PyTorch names it.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Offset">Where it starts in the flat vector.</param>
public sealed record ParameterSlot(string Name, ImmutableArray<int> Shape, int Offset)
{
    /// <summary>How many values it has.</summary>
    public int Length => Shape.Aggregate(1, (product, size) => product * size);
}

/// <summary>Which block: tasks <c>FirstTask .. FirstTask + Tasks</c> of a meta-iteration, or of an evaluation.</summary>
/// <param name="Iteration">The meta-iteration (the version of the parameters computed with).</param>
/// <param name="FirstTask">The first task.</param>
/// <param name="Tasks">How many.</param>
/// <param name="Evaluation">What to measure; null for training.</param>
public sealed record BlockRequest(long Iteration, int FirstTask, int Tasks, EvaluationSettings? Evaluation = null);

/// <summary>What an evaluation measures.</summary>
public sealed record EvaluationSettings
{
    /// <summary>The split.</summary>
    public required Split Split { get; init; }

    /// <summary>Classes an episode; null takes the training shape's. Only a model without a head of fixed width can change it.</summary>
    public int? Ways { get; init; }

    /// <summary>Support examples a class; null takes the training shape's.</summary>
    public int? Shots { get; init; }

    /// <summary>Query examples a class; null takes the training shape's.</summary>
    public int? Queries { get; init; }

    /// <summary>Inner steps after which the query set is measured; empty takes the algorithm's own. Classification uses the largest.</summary>
    public ImmutableArray<int> InnerSteps { get; init; } = [];

    /// <summary>True to normalise an episode's query examples together; false to show the model each query example with the support set alone.</summary>
    public bool Transductive { get; init; } = true;

    /// <summary>True to measure nearest neighbour on pixels too.</summary>
    public bool Baseline { get; init; }
}

/// <summary>What a block adds to its round.</summary>
/// <param name="Count">Tasks summed.</param>
/// <param name="Gradient">[P], the sum (not the mean) of the tasks' meta-gradients; empty for an evaluation.</param>
/// <param name="Metrics">Sums over tasks (or over their queries), in the declared order.</param>
/// <param name="NonFiniteTask">The first task (its index in the round) whose loss or gradient was not finite; null when all were.</param>
public sealed record BlockSums(int Count, float[] Gradient, double[] Metrics, int? NonFiniteTask);
