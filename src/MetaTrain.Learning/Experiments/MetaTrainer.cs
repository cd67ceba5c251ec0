using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.MetaOptimizers;

namespace MetaTrain.Learning.Experiments;

/// <summary>
/// Meta-training in this process, without a cluster: the same sampling, blocks, summation and steps, and so, with the same block size, the
/// same parameters to the bit. Not safe for concurrent use.
/// </summary>
public sealed class MetaTrainer
{
    private readonly IExperiment _experiment;
    private readonly IMetaOptimizer _optimizer;
    private readonly int _tasks;
    private readonly int _blockSize;
    private readonly ParallelOptions _parallel;
    private readonly float[] _parameters;

    /// <summary>Training from the experiment's initial parameters.</summary>
    /// <param name="experiment">What is trained, and how.</param>
    /// <param name="tasksPerIteration">Tasks whose meta-gradients are averaged in one iteration.</param>
    /// <param name="blockSize">Tasks that are computed at once; it shows in the last bits.</param>
    /// <param name="workers">Blocks that are computed side by side; it shows in no bit.</param>
    public MetaTrainer(IExperiment experiment, int tasksPerIteration, int blockSize = 32, int workers = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tasksPerIteration, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(blockSize, 1);
        (_experiment, _tasks, _blockSize) = (experiment, tasksPerIteration, blockSize);
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = workers };
        _parameters = experiment.InitialParameters();
        _optimizer = experiment.CreateOptimizer(_parameters.Length);
    }

    /// <summary>Iterations done.</summary>
    public long Iteration { get; private set; }

    /// <summary>The parameters now: [P].</summary>
    public ReadOnlyMemory<float> Parameters => _parameters;

    /// <summary>Everything that training goes on from: a copy.</summary>
    public TrainerState Save() => new(
        Iteration, [.. _parameters], _optimizer.State.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray(), StringComparer.Ordinal));

    /// <summary>Goes on from a state of the same experiment, with the same bits as if training had never stopped.</summary>
    /// <exception cref="ArgumentException">The state is that of another experiment.</exception>
    public void Restore(TrainerState state)
    {
        if (state.Parameters.Length != _parameters.Length)
        {
            throw new ArgumentException(
                $"The state has {state.Parameters.Length} parameters, but this experiment has {_parameters.Length}; restore a state of the same spec.", nameof(state));
        }

        _optimizer.Restore(state.Optimizer);
        state.Parameters.CopyTo(_parameters, 0);
        Iteration = state.Iteration;
    }

    /// <summary>One meta-iteration.</summary>
    /// <returns>The mean over tasks of each training metric: "loss", and "accuracy" for classification.</returns>
    /// <exception cref="InvalidOperationException">A loss or a gradient was not finite; the message names the task.</exception>
    public IReadOnlyDictionary<string, double> Step()
    {
        var sums = Compute(_tasks, block => new BlockRequest(Iteration, block * _blockSize, BlockTasks(block, _tasks)));
        if (sums.NonFiniteTask is { } task)
        {
            throw new InvalidOperationException(
                $"The loss or gradient of task {task} was not finite in iteration {Iteration}; lower the learning rates, or clip the gradient.");
        }

        FlatArithmetic.Divide(sums.Gradient, sums.Count);
        _optimizer.Step(_parameters, sums.Gradient, Iteration);
        GradientArrays.Return(sums.Gradient);
        Iteration++;
        return _experiment.TrainingMetrics.Zip(sums.Metrics).ToDictionary(pair => pair.First, pair => pair.Second / sums.Count);
    }

    /// <summary>Several meta-iterations.</summary>
    /// <param name="iterations">How many.</param>
    /// <param name="progress">Told the iteration and its training metrics after each.</param>
    /// <param name="cancellationToken">Ends training between two iterations.</param>
    public void Train(
        long iterations, Action<long, IReadOnlyDictionary<string, double>>? progress = null, CancellationToken cancellationToken = default)
    {
        for (var left = iterations; left > 0; left--)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var metrics = Step();
            progress?.Invoke(Iteration, metrics);
        }
    }

    /// <summary>Measures the parameters as they are.</summary>
    /// <param name="settings">What to measure.</param>
    /// <param name="episodes">Over how many episodes; the same ones each time.</param>
    /// <returns>
    /// The mean over episodes of each metric with its 95% confidence interval: "accuracy", "loss", "f1", "nll" and "baseline" when measured,
    /// or "mse@k". For classification also "ece" and, where classes have names, "accuracy of class CLASS" and "accuracy of GROUP": over the queries
    /// of all episodes.
    /// </returns>
    public IReadOnlyDictionary<string, Measurement> Evaluate(EvaluationSettings settings, int episodes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(episodes, 1);
        var sums = Compute(episodes, block => new BlockRequest(Iteration, block * _blockSize, BlockTasks(block, episodes), settings));
        return EvaluationMeasures.Read(_experiment.EvaluationMetrics(settings), sums.Metrics, sums.Count).ToDictionary();
    }

    private BlockSums Compute(int tasks, Func<int, BlockRequest> request)
    {
        var blocks = new BlockSums[((tasks - 1) / _blockSize) + 1];
        if (_parallel.MaxDegreeOfParallelism == 1)
        {
            for (var block = 0; block < blocks.Length; block++)
            {
                blocks[block] = Compute(request(block));
            }
        }
        else
        {
            Parallel.For(0, blocks.Length, _parallel, block => blocks[block] = Compute(request(block)));
        }

        return FixedSum.Of(blocks);
    }

    private BlockSums Compute(BlockRequest request) => _experiment.Compute(request, _experiment.Sample(request), _parameters);

    private int BlockTasks(int block, int tasks) => Math.Min(_blockSize, tasks - (block * _blockSize));
}

/// <summary>Where a training stands.</summary>
/// <param name="Iteration">Iterations done.</param>
/// <param name="Parameters">[P].</param>
/// <param name="Optimizer">The meta-optimizer's vectors, by name.</param>
public sealed record TrainerState(long Iteration, float[] Parameters, IReadOnlyDictionary<string, float[]> Optimizer);
