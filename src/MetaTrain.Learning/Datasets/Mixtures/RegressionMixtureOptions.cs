using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace MetaTrain.Learning.Datasets.Mixtures;

/// <summary>Options of <see cref="RegressionMixtureTaskSource"/>.</summary>
public sealed record RegressionMixtureOptions : IValidatableObject
{
    /// <summary>What tasks are drawn from, each family equally often.</summary>
    [Description("The families that tasks are drawn from, each equally often.")]
    public ImmutableArray<RegressionFamily> Families { get; init; } =
        [RegressionFamily.Sinusoid, RegressionFamily.Line, RegressionFamily.Quadratic, RegressionFamily.Cubic];

    /// <summary>Support points a task.</summary>
    [Description("Support points a task.")]
    [Range(1, 10_000)]
    public int Shots { get; init; } = 5;

    /// <summary>Query points a task.</summary>
    [Description("Query points a task.")]
    [Range(1, 10_000)]
    public int Queries { get; init; } = 10;

    /// <summary>The standard deviation of normal noise on every target, of support and query points alike.</summary>
    [Description("The standard deviation of normal noise on every target, of support and query points alike.")]
    [Range(0.0, 1000.0)]
    public double Noise { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Families switch
    {
        { IsDefaultOrEmpty: true } => [new ValidationResult("is empty: it must name a family, for instance sinusoid.", [nameof(Families)])],
        _ when Families.Distinct().Count() < Families.Length => [new ValidationResult("names a family twice: name each once.", [nameof(Families)])],
        _ => [],
    };
}
