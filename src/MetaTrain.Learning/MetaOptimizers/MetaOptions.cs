using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace MetaTrain.Learning.MetaOptimizers;

/// <summary>The section <c>meta</c> of a spec: what every meta-optimizer has.</summary>
public abstract record MetaOptions
{
    /// <summary>Meta-iterations to run.</summary>
    [Description("Meta-iterations to run.")]
    [Range(1L, 1L << 40)]
    public required long Iterations { get; init; }

    /// <summary>Tasks whose meta-gradients are averaged in one iteration.</summary>
    [Description("Tasks whose meta-gradients are averaged in one iteration.")]
    [Range(1, 1 << 20)]
    public required int TasksPerIteration { get; init; }

    /// <summary>The learning rate of the outer loop.</summary>
    [Description("The learning rate of the outer loop.")]
    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double LearningRate { get; init; } = 0.001;

    /// <summary>How the learning rate changes over the iterations.</summary>
    [Description("How the learning rate changes over the iterations: a name, or an object with its options.")]
    public LearningRateSchedule Schedule { get; init; } = new ConstantSchedule();

    /// <summary>Clips each value of the averaged meta-gradient to this size; null does not. Comes before <see cref="ClipNorm"/>.</summary>
    [Description("Clips each value of the averaged meta-gradient to this size.")]
    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double? ClipValue { get; init; }

    /// <summary>Scales the averaged meta-gradient down to this Euclidean norm over all parameters; null does not.</summary>
    [Description("Scales the averaged meta-gradient down to this Euclidean norm over all parameters.")]
    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double? ClipNorm { get; init; }
}

/// <summary>Options of <see cref="Sgd"/>.</summary>
public sealed record SgdOptions : MetaOptions, IValidatableObject
{
    /// <summary>How much of the last step is kept; 0 keeps nothing.</summary>
    [Description("How much of the last step is kept.")]
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Momentum { get; init; }

    /// <summary>True for Nesterov's momentum.</summary>
    [Description("Nesterov's momentum.")]
    public bool Nesterov { get; init; }

    /// <summary>How much of the parameters is added to the gradient.</summary>
    [Description("How much of the parameters is added to the gradient.")]
    [Range(0, double.MaxValue)]
    public double WeightDecay { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Nesterov && Momentum == 0
        ? [new ValidationResult("is true, but momentum is 0: Nesterov's momentum needs a momentum, for instance 0.9.", [nameof(Nesterov)])]
        : [];
}

/// <summary>Options of <see cref="Adam"/>.</summary>
public record AdamOptions : MetaOptions
{
    /// <summary>Decay of the first moment.</summary>
    [Description("Decay of the first moment.")]
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the second moment.</summary>
    [Description("Decay of the second moment.")]
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the root of the second moment.</summary>
    [Description("Added to the root of the second moment.")]
    [Range(1e-30, double.MaxValue)]
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Adam: how much of the parameters is added to the gradient. AdamW: the share of the parameters that a step of rate 1 takes away.</summary>
    [Description("Adam: how much of the parameters is added to the gradient. AdamW: the share of the parameters that a step of rate 1 takes away.")]
    [Range(0, double.MaxValue)]
    public double WeightDecay { get; init; }
}

/// <summary>Options of <see cref="Adam"/> with decoupled weight decay.</summary>
public sealed record AdamWOptions : AdamOptions
{
    /// <summary>With the decay that is customary for it.</summary>
    public AdamWOptions() => WeightDecay = 0.01;
}
