using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using MetaTrain.Learning.InnerLoop;

namespace MetaTrain.Learning.Algorithms;

/// <summary>What a learned optimizer is judged by while it is trained.</summary>
public enum OptimizerLoss
{
    /// <summary>The sum of the support losses after each of its steps (Andrychowicz et al. 2016, equation 3 with all weights 1).</summary>
    SupportTrajectory,

    /// <summary>The query loss after its last step (Ravi and Larochelle 2017).</summary>
    Query,
}

/// <summary>What a learned optimizer sees of a gradient.</summary>
public enum GradientPreprocessing
{
    /// <summary>Logarithm and sign (Andrychowicz et al. 2016, appendix A).</summary>
    LogAndSign,

    /// <summary>The gradient itself.</summary>
    None,
}

/// <summary>The options of <see cref="LstmOptimizer"/>.</summary>
[Description("Learning to learn by gradient descent by gradient descent (Andrychowicz et al. 2016): an LSTM, the same for every coordinate, says what to add to it.")]
public sealed record LstmOptimizerOptions : IValidatableObject
{
    private const double DefaultPreprocessingP = 10;

    /// <summary>True to learn where the steps begin.</summary>
    [Description("True learns the model's initial values too (after Ravi and Larochelle 2017). False is the paper: every training task starts at initial values of the model drawn anew.")]
    public bool LearnInitial { get; init; } = true;

    /// <summary>support-trajectory or query.</summary>
    [Description("support-trajectory: the sum of the support losses after each step. query: the query loss after the last step; only the last truncation steps are learned from.")]
    public OptimizerLoss MetaLoss { get; init; } = OptimizerLoss.SupportTrajectory;

    /// <summary>Steps on the support set.</summary>
    [Description("Steps that the learned optimizer takes on a task's support set.")]
    [Range(1, 10_000)]
    public int InnerSteps { get; init; } = 100;

    /// <summary>Steps that are differentiated through together.</summary>
    [Description("Steps that are differentiated through together; memory grows with it.")]
    [Range(1, 10_000)]
    public int Truncation { get; init; } = 20;

    /// <summary>LSTM layers.</summary>
    [Description("LSTM layers.")]
    [Range(1, 8)]
    public int Layers { get; init; } = 2;

    /// <summary>Units of each.</summary>
    [Description("Units of each LSTM layer.")]
    [Range(1, 1024)]
    public int HiddenUnits { get; init; } = 20;

    /// <summary>log-and-sign or none.</summary>
    [Description("What the LSTM sees of a gradient: log-and-sign, or none for the gradient itself.")]
    public GradientPreprocessing Preprocessing { get; init; } = GradientPreprocessing.LogAndSign;

    /// <summary>How small gradients must be before they count as none.</summary>
    [Description("p of log-and-sign: gradients under exp(-p) are seen by their value alone. The paper takes 10, its published code 5.")]
    [Range(0.1, 40.0)]
    public double PreprocessingP { get; init; } = DefaultPreprocessingP;

    /// <summary>What the LSTM's output is multiplied with.</summary>
    [Description("What the LSTM's output is multiplied with to give the update.")]
    [Range(0.0, 1000.0, MinimumIsExclusive = true)]
    public double OutputScale { get; init; } = 0.01;

    /// <summary>mean or sum.</summary>
    [Description("How support examples join into the inner loss: mean or sum.")]
    public InnerLoss InnerLoss { get; init; } = InnerLoss.Mean;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Preprocessing == GradientPreprocessing.None && PreprocessingP != DefaultPreprocessingP
        ? [new ValidationResult(string.Create(CultureInfo.InvariantCulture, $"is {PreprocessingP}, but preprocessing is none: set it to log-and-sign, or leave preprocessingP out."), [nameof(PreprocessingP)])]
        : [];
}
