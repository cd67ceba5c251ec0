using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using MetaTrain.Learning.InnerLoop;

namespace MetaTrain.Learning.Algorithms;

/// <summary>The options of <see cref="ImplicitMaml"/>.</summary>
[Description("Implicit MAML (Rajeswaran et al. 2019): MAML held to its start by a quadratic term, whose meta-gradient is solved for where the inner loop ended, not differentiated through it.")]
public sealed record ImplicitMamlOptions : IValidatableObject
{
    /// <summary>Gradient steps on the support loss and the proximal term.</summary>
    [Description("Gradient steps on a task's support loss and the proximal term; the meta-gradient supposes that they come near the minimum, and its cost and memory do not grow with them.")]
    [Range(1, 1000)]
    public int InnerSteps { get; init; } = 16;

    /// <summary>The step size; it belongs to <see cref="InnerLoss"/>.</summary>
    [Description("The inner step size; it belongs to innerLoss, and times regularization it must be below 2.")]
    [Range(0.0, 1000.0, MinimumIsExclusive = true)]
    public double InnerLearningRate { get; init; } = 0.1;

    /// <summary>mean or sum.</summary>
    [Description("How support examples join into the inner loss: mean or sum.")]
    public InnerLoss InnerLoss { get; init; } = InnerLoss.Mean;

    /// <summary>Lambda: what half the squared distance from the initial parameters is multiplied by.</summary>
    [Description("Lambda of the proximal term lambda / 2 |phi - theta|^2; it belongs to innerLoss. Large: phi stays near theta, and the meta-gradient is nearly that of FOMAML.")]
    [Range(0.0, 1e6, MinimumIsExclusive = true)]
    public double Regularization { get; init; } = 2;

    /// <summary>Conjugate-gradient steps, each a Hessian-vector product; 0 takes the query gradient itself.</summary>
    [Description("Conjugate-gradient steps of the meta-gradient's linear system, each a Hessian-vector product of the support loss; 0: the query gradient as it is, as FOMAML.")]
    [Range(0, 1000)]
    public int ConjugateGradientSteps { get; init; } = 5;

    /// <summary>Added to lambda in the linear system alone.</summary>
    [Description("Added to lambda in the linear system alone, (I + H / (lambda + damping)): steadier where the support loss is not convex, nearer to FOMAML.")]
    [Range(0.0, 1e6)]
    public double Damping { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (InnerLearningRate * Regularization >= 2)
        {
            yield return new ValidationResult(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"is {InnerLearningRate}, which times a regularization of {Regularization} is {InnerLearningRate * Regularization}: the proximal term alone would make the steps diverge; take less than {2 / Regularization}."),
                [nameof(InnerLearningRate)]);
        }

        if (Damping > 0 && ConjugateGradientSteps == 0)
        {
            yield return new ValidationResult(
                string.Create(CultureInfo.InvariantCulture, $"is {Damping}, but conjugateGradientSteps is 0: take at least 1, or leave damping out."), [nameof(Damping)]);
        }
    }
}
