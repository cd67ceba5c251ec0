using System.Collections.Immutable;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms;

/// <summary>
/// A meta-learning method, adaptive or instance-based: two pure functions over named parameters. Both compute on the calling thread,
/// inside the caller's dispose scope. Implementations are immutable and may be called from several threads at once.
/// </summary>
public interface IMetaAlgorithm
{
    /// <summary>Everything it learns: the model's parameters or some of them, and its own.</summary>
    ImmutableArray<ParameterDefinition> Parameters { get; }

    /// <summary>What its model is judged by.</summary>
    ExampleLoss Loss { get; }

    /// <summary>True when it can only tell as many classes apart as it was trained with; false when evaluation may choose another number.</summary>
    bool HasFixedWays => true;

    /// <summary>The inner steps that <see cref="Adapt"/> takes unless told otherwise; 0 for a method without.</summary>
    int InnerSteps { get; }

    /// <summary>The same method with the same parameters, in as few inner steps as show that model and data fit; itself where its own are few.</summary>
    IMetaAlgorithm Briefly => this;

    /// <summary>The summed meta-gradient of a block of tasks.</summary>
    /// <param name="context">Iteration, type, device.</param>
    /// <param name="parameters">What is learned, each [1, shape...].</param>
    /// <param name="tasks">The episodes.</param>
    MetaGradient Compute(ComputeContext context, ParameterSet parameters, TaskBatch tasks);

    /// <summary>Adapts to the support set of each task; builds no graph.</summary>
    /// <param name="context">How.</param>
    /// <param name="parameters">What was learned, each [1, shape...].</param>
    /// <param name="support">The support sets.</param>
    IPredictor Adapt(AdaptContext context, ParameterSet parameters, Examples support);
}

/// <summary>A model adapted to each task of a block.</summary>
public interface IPredictor
{
    /// <summary>Answers query examples.</summary>
    /// <param name="query">[T, Q, input...].</param>
    /// <returns>[T, Q, O].</returns>
    Tensor Predict(Tensor query);
}

/// <summary>What a block of tasks adds to a meta-step.</summary>
/// <param name="Gradient">The sum over tasks of the meta-gradients, each [1, shape...].</param>
/// <param name="Losses">[T]: each task's query loss after adaptation.</param>
/// <param name="Predictions">[T, Q, O]: the answers that the losses measure.</param>
public sealed record MetaGradient(ParameterSet Gradient, Tensor Losses, Tensor Predictions);
