using System.Numerics;
using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;

namespace MetaTrain.Learning.Fused;

/// <summary>A method that can be computed without an autograd graph when its model and loss allow it.</summary>
internal interface IFusible
{
    /// <summary>The method as a program.</summary>
    /// <typeparam name="T">float, or double where exactness is tested.</typeparam>
    /// <param name="shape">The training episodes.</param>
    /// <param name="layout">The flat parameters.</param>
    /// <param name="context">Seed and iterations, for methods that look at them.</param>
    /// <returns>Null when its model is not a list of layers, or its loss is not one of the library's.</returns>
    IBlockProgram<T>? Fuse<T>(EpisodeShape shape, ParameterLayout layout, ComputeContext context)
        where T : unmanaged, IFloatingPointIeee754<T>;
}

/// <summary>What models and losses are to a program.</summary>
internal static class Fusion
{
    /// <summary>The loss as a program computes it; null when it is one of the user's own.</summary>
    public static FusedLoss? LossOf(ExampleLoss loss) => loss switch
    {
        _ when loss == Losses.CrossEntropy => FusedLoss.CrossEntropy,
        _ when loss == Losses.MeanSquaredError => FusedLoss.SquaredError,
        _ => null,
    };

    /// <summary>A method that adapts every parameter.</summary>
    public static IBlockProgram<T>? Adaptation<T>(
        IModel model, ExampleLoss loss, InnerRule rule, EpisodeShape shape, ParameterLayout layout, string? stepSizePrefix = null)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        model is LayeredModel layered && LossOf(loss) is { } fusedLoss
            && FusedNetwork<T>.OnData([.. layered.Body, layered.HeadLayer], shape.Input) is { } network
            ? new AdaptationProgram<T>(network, rule, fusedLoss, layout, model.MixesExamples, stepSizePrefix)
            : null;

    /// <summary>A method that adapts every parameter with values of each step's own.</summary>
    public static IBlockProgram<T>? Stepwise<T>(IModel model, ExampleLoss loss, StepwiseRule rule, EpisodeShape shape, ParameterLayout layout)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        model is LayeredModel layered && LossOf(loss) is { } fusedLoss
            && FusedNetwork<T>.OnData([.. layered.Body, layered.HeadLayer], shape.Input) is { } network
            ? new StepwiseProgram<T>(network, rule, fusedLoss, layout, model.MixesExamples)
            : null;

    /// <summary>A method that adapts the head.</summary>
    public static IBlockProgram<T>? HeadAdaptation<T>(IModel model, ExampleLoss loss, InnerRule rule, EpisodeShape shape, ParameterLayout layout)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        model is LayeredModel layered && LossOf(loss) is { } fusedLoss && Body<T>(layered, shape) is { } body
            ? new HeadAdaptationProgram<T>(
                body, FusedNetwork<T>.OnFeatures(layered.HeadLayer, body.Output), rule, fusedLoss, layout, model.MixesExamples)
            : null;

    /// <summary>A method that compares features.</summary>
    public static IBlockProgram<T>? Comparison<T>(
        ComparisonMethod method,
        ISplitModel model,
        IEnumerable<ParameterDefinition> own,
        EpisodeShape shape,
        ParameterLayout layout,
        ComputeContext context)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        model is LayeredModel layered && Body<T>(layered, shape) is { } body
            ? new ComparisonProgram<T>(method, body, own, layout, context, model.MixesExamples)
            : null;

    private static FusedNetwork<T>? Body<T>(LayeredModel model, EpisodeShape shape)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        model.Body.IsEmpty ? null : FusedNetwork<T>.OnData(model.Body, shape.Input);
}
