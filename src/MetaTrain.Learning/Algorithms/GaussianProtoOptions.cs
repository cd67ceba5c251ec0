using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace MetaTrain.Learning.Algorithms;

/// <summary>What is learned of how sure an example's point is.</summary>
public enum GaussianCovariance
{
    /// <summary>Nothing: every precision is 1, which is a prototypical network with a linear layer more.</summary>
    Constant,

    /// <summary>One number an example: its precision in all directions.</summary>
    Radius,

    /// <summary>One number an example and dimension.</summary>
    Diagonal,
}

/// <summary>What of the distance to a class is its logit.</summary>
public enum GaussianDistance
{
    /// <summary>Minus its square.</summary>
    Squared,

    /// <summary>Minus the distance itself, as in the code that the paper's author published.</summary>
    Plain,
}

/// <summary>The options of <see cref="GaussianProto"/>.</summary>
[Description("Gaussian prototypical networks (Fort 2017): class means weighted by learned precisions, which also scale the distances.")]
public sealed record GaussianProtoOptions : IValidatableObject
{
    /// <summary>The dimensions of the space that examples are compared in.</summary>
    [Description("The dimensions of the space that examples are compared in.")]
    [Range(1, 65536)]
    public int Dimensions { get; init; } = 64;

    /// <summary>constant, radius or diagonal.</summary>
    [Description("What is learned of how sure an example's point is: constant (nothing), radius (one number) or diagonal (one for each dimension).")]
    public GaussianCovariance Covariance { get; init; } = GaussianCovariance.Radius;

    /// <summary>squared or plain.</summary>
    [Description("What of the distance to a class is its logit: squared, or plain as in the code of the paper's author.")]
    public GaussianDistance Distance { get; init; } = GaussianDistance.Squared;

    /// <summary>0, or the values of a class's description.</summary>
    [Description("0 to compare with the support set; else the number of values that the data describes a class by: prototypes come from these alone (zero-shot).")]
    [Range(0, 65536)]
    public int Descriptions { get; init; }

    /// <summary>True to draw prototypes while training.</summary>
    [Description("True to draw each prototype from its Gaussian while training, in the manner of VERSA; answers use its mean.")]
    public bool Sampled { get; init; }

    /// <summary>Draws a task, where sampled.</summary>
    [Description("Draws of each prototype while training, where sampled.")]
    [Range(1, 1000)]
    public int Samples { get; init; } = 10;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Samples != new GaussianProtoOptions().Samples && !Sampled
        ? [new ValidationResult($"is {Samples}, but sampled is false: set it to true, or leave samples out.", [nameof(Samples)])]
        : [];
}
