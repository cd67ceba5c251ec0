using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MetaTrain.Learning.InnerLoop;

namespace MetaTrain.Learning.Algorithms;

/// <summary>Which inner step sizes are learned.</summary>
public enum StepSizes
{
    /// <summary>One for every layer and every inner step.</summary>
    PerLayerPerStep,

    /// <summary>One for every layer.</summary>
    PerLayer,

    /// <summary>None: all are <see cref="MamlPlusPlusOptions.InnerLearningRate"/>.</summary>
    Fixed,
}

/// <summary>
/// The options of <see cref="MamlPlusPlus"/>. MAML itself is <c>multiStepLoss: false, stepSizes: fixed, perStepNorm: false, adaptNorm: true</c>.
/// </summary>
[Description("MAML++ (Antoniou et al. 2019): MAML with a loss after every inner step, learned step sizes and batch normalisation by inner step, each of which can be switched off.")]
public sealed record MamlPlusPlusOptions : IValidatableObject
{
    private const long DefaultMultiStepIterations = 1000;

    /// <summary>second, or first.</summary>
    [Description("second: differentiate through the adaptation. first: take the gradients of the inner steps as constants, cheaper; what is learned of the steps still is.")]
    public GradientOrder Order { get; init; } = GradientOrder.Second;

    /// <summary>Iterations that begin a second-order training in first order.</summary>
    [Description("Derivative-order annealing: so many iterations of first order come before those of second order; 0 has none.")]
    [Range(0L, 1L << 40)]
    public long FirstOrderIterations { get; init; }

    /// <summary>Gradient steps on the support set.</summary>
    [Description("Gradient steps on a task's support set.")]
    [Range(1, 1000)]
    public int InnerSteps { get; init; } = 5;

    /// <summary>The step size, or what learned ones start from and are multiples of; it belongs to <see cref="InnerLoss"/>.</summary>
    [Description("The inner step size, or what learned step sizes start from and are multiples of; it belongs to innerLoss.")]
    [Range(0.0, 1000.0, MinimumIsExclusive = true)]
    public double InnerLearningRate { get; init; } = 0.1;

    /// <summary>mean or sum.</summary>
    [Description("How support examples join into the inner loss: mean or sum.")]
    public InnerLoss InnerLoss { get; init; } = InnerLoss.Mean;

    /// <summary>True to add up the query losses after every inner step.</summary>
    [Description("Multi-step loss: the query losses after every inner step count, in equal shares at first, until after multiStepIterations the last one counts alone.")]
    public bool MultiStepLoss { get; init; } = true;

    /// <summary>Iterations until the last step's loss counts alone.</summary>
    [Description("After so many iterations the loss after the last inner step counts alone; one pass over the queries is all that is computed then.")]
    [Range(1L, 1L << 40)]
    public long MultiStepIterations { get; init; } = DefaultMultiStepIterations;

    /// <summary>Which step sizes are learned.</summary>
    [Description("Learned inner step sizes: per-layer-per-step, per-layer, or fixed for none.")]
    public StepSizes StepSizes { get; init; } = StepSizes.PerLayerPerStep;

    /// <summary>True to learn the scale and shift of each normalisation for every inner step.</summary>
    [Description("Learns the scales and shifts of batch normalisations for every inner step.")]
    public bool PerStepNorm { get; init; } = true;

    /// <summary>True to adapt the normalisations' scales and shifts in the inner loop.</summary>
    [Description("Adapts the scales and shifts of batch normalisations in the inner loop, as MAML does; with perStepNorm, what a task changed is carried from step to step.")]
    public bool AdaptNorm { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (FirstOrderIterations > 0 && Order == GradientOrder.First)
        {
            yield return new ValidationResult($"is {FirstOrderIterations}, but order is first: set it to second, or leave firstOrderIterations out.", [nameof(FirstOrderIterations)]);
        }

        if (MultiStepIterations != DefaultMultiStepIterations && (!MultiStepLoss || InnerSteps == 1))
        {
            yield return new ValidationResult(
                $"is {MultiStepIterations}, but {(MultiStepLoss ? "innerSteps is 1: take more" : "multiStepLoss is false: set it to true")}, or leave multiStepIterations out.",
                [nameof(MultiStepIterations)]);
        }
    }
}
