using System.Collections.Immutable;
using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Datasets;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Fused;
using MetaTrain.Learning.MetaOptimizers;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Options;
using MetaTrain.Learning.Tensors;

namespace MetaTrain.Learning.Experiments;

/// <summary>
/// Task source, method and meta-optimizer bound together, from a spec or from objects of one's own. Immutable and safe for concurrent
/// use; every block is computed on the calling thread, with one intra-op thread and inside a dispose scope of its own.
/// </summary>
public sealed class Experiment : IExperiment
{
    private readonly ITaskSource _source;
    private readonly IMetaAlgorithm _algorithm;
    private readonly Func<int, IMetaOptimizer> _createOptimizer;
    private readonly ParameterLayout _layout;
    private readonly BlockComputer _computer;
    private readonly ulong _seed;

    /// <summary>An experiment of parts of one's own.</summary>
    /// <param name="source">Where tasks come from.</param>
    /// <param name="algorithm">The method, with its model and loss.</param>
    /// <param name="createOptimizer">Makes the meta-optimizer, given the number of parameters.</param>
    /// <param name="seed">Every random choice is derived from it.</param>
    /// <param name="iterations">Meta-iterations of the whole run, for methods that look at them.</param>
    /// <param name="path">What computes blocks; null takes the fused path where method, model, loss, device and precision allow it.</param>
    /// <param name="device">Where blocks are computed.</param>
    /// <param name="precision">What the products of layers are computed in.</param>
    /// <exception cref="InvalidOperationException">The model does not fit the episodes, or does not use all its parameters; the message says which.</exception>
    /// <exception cref="NotSupportedException">The fused path was asked for, but the method, the model or the loss is not made for it.</exception>
    /// <exception cref="OptionsException">Path, device and precision do not go together, or ways vary and the method's head does not allow it.</exception>
    /// <exception cref="TorchUnavailableException">The device cannot be computed on here.</exception>
    public Experiment(
        ITaskSource source,
        IMetaAlgorithm algorithm,
        Func<int, IMetaOptimizer> createOptimizer,
        ulong seed = 0,
        long iterations = 1,
        ComputePath? path = null,
        ComputeDevice device = default,
        Precision precision = Precision.Float32)
    {
        ComputeRules.Check(path, device, precision);
        CheckWays(source, algorithm);
        if (device.IsCuda && CudaSupport.OfThisProcess.Refuse(device) is { } reason)
        {
            throw new TorchUnavailableException($"The device {device} cannot be computed on: {reason}");
        }

        (_source, _algorithm, _createOptimizer, _seed) = (source, algorithm, createOptimizer, seed);
        _layout = new ParameterLayout(algorithm.Parameters.Select(parameter => (parameter.Name, parameter.Shape)));
        BlockComputer.TryOut(algorithm, _layout, source.TrainingShape, InitialParameters());
        var mayFuse = path != ComputePath.Autograd && ComputeRules.MayFuse(device.Kind, precision);
        var context = new ComputeContext { Iterations = iterations, Seed = seed, Device = device.ToTorch(), Precision = precision };
        var fused = !mayFuse ? null : (algorithm as IFusible)?.Fuse<float>(source.TrainingShape, _layout, context);
        if (path == ComputePath.Fused && fused is null)
        {
            throw new NotSupportedException(
                "This method, model or loss has no fused path: it takes the library's methods and losses, and a model that is a list of layers; use the autograd path.");
        }

        Path = fused is null ? ComputePath.Autograd : ComputePath.Fused;
        _computer = new BlockComputer(algorithm, fused ?? new AutogradProgram(algorithm, _layout, context), context.Device);
    }

    /// <inheritdoc/>
    public EpisodeShape TrainingShape => _source.TrainingShape;

    /// <inheritdoc/>
    public ComputePath Path { get; }

    /// <inheritdoc/>
    public ImmutableArray<ParameterSlot> Parameters => _layout.Slots;

    /// <inheritdoc/>
    public long? EstimateBlockBytes(int tasks) => _computer.EstimateBytes(_source.TrainingShape, InitialParameters(), tasks);

    /// <inheritdoc/>
    public ImmutableArray<string> TrainingMetrics => MetricNames.Training(_source.TrainingShape);

    /// <inheritdoc/>
    public string? DataNote => _source.Note;

    /// <inheritdoc/>
    public bool HasInk => _source.HasInk;

    /// <inheritdoc/>
    public bool HasPixelBaseline => _source.HasPixelBaseline;

    /// <summary>The experiment of a spec.</summary>
    /// <param name="spec">The spec's sections.</param>
    /// <param name="datasets">Where imported data sets are found.</param>
    /// <param name="path">What computes blocks; null takes the fused path where it can.</param>
    /// <param name="device">Where blocks are computed.</param>
    /// <param name="precision">What the products of layers are computed in.</param>
    /// <exception cref="OptionsException">Something in the spec cannot be; the message is one sentence with the option's path.</exception>
    /// <exception cref="UnknownDatasetException">The data set was never imported.</exception>
    public static Experiment Create(
        ExperimentSpec spec, IDatasetProvider datasets, ComputePath? path = null, ComputeDevice device = default, Precision precision = Precision.Float32) =>
        Create(spec, TaskSourceRegistry.Create(spec.Data, datasets), path, device, precision);

    /// <summary>The experiment of a spec on a task source of one's own; <see cref="ExperimentSpec.Data"/> is not read.</summary>
    /// <param name="spec">The spec's sections.</param>
    /// <param name="source">Where tasks come from.</param>
    /// <param name="path">What computes blocks; null takes the fused path where it can.</param>
    /// <param name="device">Where blocks are computed.</param>
    /// <param name="precision">What the products of layers are computed in.</param>
    /// <exception cref="OptionsException">Something in the spec cannot be; the message is one sentence with the option's path.</exception>
    public static Experiment Create(
        ExperimentSpec spec, ITaskSource source, ComputePath? path = null, ComputeDevice device = default, Precision precision = Precision.Float32)
    {
        var shape = source.TrainingShape;
        var model = ModelRegistry.All.Read(spec.Model);
        var method = AlgorithmRegistry.All.Read(spec.Algorithm);
        var optimizer = MetaOptimizerRegistry.All.Read(spec.Meta);
        var loss = shape.IsRegression ? (ExampleLoss)Losses.MeanSquaredError : Losses.CrossEntropy;
        var algorithm = method.Create(new AlgorithmContext(model.Create(shape), loss, shape));
        try
        {
            return new Experiment(source, algorithm, optimizer.Create, spec.Seed, ((MetaOptions)optimizer.Options).Iterations, path, device, precision);
        }
        catch (NotSupportedException exception)
        {
            throw new OptionsException("plan.path", $"plan.path is \"fused\": {exception.Message}", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new OptionsException(
                "model.kind", $"model.kind is \"{model.Kind}\", which does not fit the data and the method: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public ImmutableArray<string> EvaluationMetrics(EvaluationSettings settings) =>
        MetricNames.Evaluation(_source.TrainingShape, settings, _algorithm.InnerSteps, _source.Groups(settings.Split), _source.Classes(settings.Split));

    /// <inheritdoc/>
    public float[] InitialParameters()
    {
        var values = new float[_layout.Length];
        ParameterDefinition.Fill(_algorithm.Parameters, _layout, _seed, values);
        return values;
    }

    /// <inheritdoc/>
    public IMetaOptimizer CreateOptimizer(int parameters) => _createOptimizer(parameters);

    /// <inheritdoc/>
    public EpisodeBlock Sample(BlockRequest request)
    {
        var (shape, split, iteration) = request.Evaluation is { } evaluation
            ? (ShapeOf(evaluation), evaluation.Split, 0)
            : (_source.TrainingShapeAt(_seed, request.Iteration), Split.Train, request.Iteration);
        var block = new EpisodeBlock(shape, request.Tasks);
        for (var task = 0; task < request.Tasks; task++)
        {
            _source.Sample(new EpisodeKey(_seed, split, iteration, request.FirstTask + task), block, task);
        }

        return block;
    }

    /// <inheritdoc/>
    public BlockSums Compute(BlockRequest request, EpisodeBlock episodes, ReadOnlyMemory<float> parameters)
    {
        CheckLength(parameters);
        return request.Evaluation is { } evaluation
            ? _computer.Evaluate(request, evaluation, episodes, _source.Groups(evaluation.Split), _source.Classes(evaluation.Split), parameters.Span)
            : _computer.Train(request, episodes, parameters.Span);
    }

    /// <inheritdoc/>
    public string? Refuse(EvaluationSettings settings)
    {
        var shape = ShapeOf(settings);
        if (shape.IsRegression && shape.Ways > 0)
        {
            return $"ways is {shape.Ways}, but a regression has no classes: leave ways out.";
        }

        if (_algorithm.HasFixedWays && shape.Ways != _source.TrainingShape.Ways)
        {
            return $"ways is {shape.Ways}, but this method's head is trained for {_source.TrainingShape.Ways} classes: leave ways out, or use proto-net.";
        }

        if (!settings.InnerSteps.IsDefaultOrEmpty && settings.InnerSteps.Min() < 0)
        {
            return $"innerSteps is {settings.InnerSteps.Min()}: it must be at least 0.";
        }

        return settings.InnerSteps is { IsDefault: false, Length: > 1 } && !shape.IsRegression
            ? $"innerSteps is [{string.Join(", ", settings.InnerSteps)}], but a classification is measured after one number of steps: give that one, and evaluate again for another."
            : _source.Refuse(settings.Split, shape);
    }

    /// <inheritdoc/>
    public Demonstration Demonstrate(EvaluationSettings settings, int task, ReadOnlyMemory<float> parameters)
    {
        CheckLength(parameters);
        var block = Sample(new BlockRequest(Iteration: 0, task, Tasks: 1, settings));
        return _computer.Demonstrate(settings, block, _source.FunctionOf(new EpisodeKey(_seed, settings.Split, 0, task)), parameters.Span);
    }

    /// <inheritdoc/>
    public ImmutableArray<ImmutableArray<RetrievedClass>> Retrieve(
        IReadOnlyList<ImageFileClass> classes, IReadOnlyList<ImageFile> queries, int count, ReadOnlyMemory<float> parameters)
    {
        CheckLength(parameters);
        return FileRetrieval.Retrieve(_algorithm, _source, parameters.Span, classes, queries, count);
    }

    private void CheckLength(ReadOnlyMemory<float> parameters)
    {
        if (parameters.Length != _layout.Length)
        {
            throw new ArgumentException(
                $"{parameters.Length} parameters were given, but this experiment has {_layout.Length}; pass those of the same spec.", nameof(parameters));
        }
    }

    private static void CheckWays(ITaskSource source, IMetaAlgorithm algorithm)
    {
        var (least, most) = (source.SmallestTrainingShape.Ways, source.TrainingShape.Ways);
        if (algorithm.HasFixedWays && least != most)
        {
            throw new OptionsException(
                "data.ways", $"data.ways is [{least}, {most}], but this method's head tells one number of classes apart: give one number, or use proto-net.");
        }
    }

    private EpisodeShape ShapeOf(EvaluationSettings settings) => _source.TrainingShape with
    {
        Ways = settings.Ways ?? _source.TrainingShape.Ways,
        Shots = settings.Shots ?? _source.TrainingShape.Shots,
        Queries = settings.Queries ?? _source.TrainingShape.Queries,
    };
}
