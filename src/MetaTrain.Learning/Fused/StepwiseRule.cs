using MetaTrain.Learning.InnerLoop;

namespace MetaTrain.Learning.Fused;

/// <summary>How parameters are adapted where each inner step may have values of its own (MAML++).</summary>
internal sealed record StepwiseRule
{
    /// <summary>K.</summary>
    public required int Steps { get; init; }

    /// <summary>The step size, and what learned ones are multiples of.</summary>
    public required double LearningRate { get; init; }

    /// <summary>How support examples join into the loss.</summary>
    public required InnerLoss Loss { get; init; }

    /// <summary>The learned step sizes of each layer: K + 1, 1 for all steps, or 0 for none.</summary>
    public required int StepSizeEntries { get; init; }

    /// <summary>True when normalisations have K + 1 rows of scales and shifts.</summary>
    public required bool HasNormRows { get; init; }

    /// <summary>True when the inner loop adapts normalisations too.</summary>
    public required bool AdaptsNorms { get; init; }

    /// <summary>True when some iteration is of second order.</summary>
    public required bool IsEverThrough { get; init; }

    /// <summary>What an iteration computes.</summary>
    public required Func<long, StepwisePass> PassOf { get; init; }

    /// <summary>Whether a layer is adapted.</summary>
    public bool Adapts(LayerRange layer) => !layer.IsNorm || AdaptsNorms;
}

/// <summary>What an iteration computes.</summary>
/// <param name="IsThrough">True for second order.</param>
/// <param name="LossWeights">[K]: how much the query loss after each step counts; the last one always does.</param>
internal readonly record struct StepwisePass(bool IsThrough, double[] LossWeights);

/// <summary>Where a layer's parameters, all of them, lie among the packed ones.</summary>
internal readonly record struct LayerRange(string Name, int Offset, int Length, bool IsNorm);
