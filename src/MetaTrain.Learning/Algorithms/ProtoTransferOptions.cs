using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace MetaTrain.Learning.Algorithms;

/// <summary>What fine-tunes the head of <see cref="ProtoTransfer"/>.</summary>
public enum HeadOptimizer
{
    /// <summary>Adam with its usual decays, as in the paper.</summary>
    Adam,

    /// <summary>Plain gradient steps.</summary>
    Sgd,
}

/// <summary>The options of <see cref="ProtoTransfer"/>.</summary>
[Description("ProtoTransfer (Medina et al. 2020): trained as prototypical networks, on images without labels where data.labels is false; answers by a head that starts at the prototypes and is fine-tuned.")]
public sealed record ProtoTransferOptions : IValidatableObject
{
    /// <summary>Steps that fine-tune the head when answering; with none the answers are those of prototypical networks.</summary>
    [Description("Steps that fine-tune the head on a task's support set when answering; with 0 the answers are those of prototypical networks.")]
    [Range(0, 1000)]
    public int InnerSteps { get; init; } = 15;

    /// <summary>The step size of fine-tuning.</summary>
    [Description("The step size of fine-tuning.")]
    [Range(0.0, 1000.0, MinimumIsExclusive = true)]
    public double InnerLearningRate { get; init; } = 0.001;

    /// <summary>adam or sgd.</summary>
    [Description("What fine-tunes the head: adam or sgd.")]
    public HeadOptimizer InnerOptimizer { get; init; } = HeadOptimizer.Adam;

    /// <summary>Joins the normalised prototypes of several views into one.</summary>
    [Description("true: a class is known by the prototypes of several views of it, each at length 1, joined; features are at length 1 too. false: by one prototype.")]
    public bool Concatenate { get; init; }

    /// <summary>How many groups the shots are parted into, each a view with a prototype of its own; never more than any class has shots.</summary>
    [Description("How many views the shots are parted into for concatenate: true, each with a prototype of its own; never more than any class has shots.")]
    [Range(1, 100)]
    public int Views { get; init; } = 1;

    /// <summary>What the mean over views of squared distances between vectors of length 1 is multiplied by.</summary>
    [Description("What the mean over views of squared distances between vectors of length 1 is multiplied by, for concatenate: true.")]
    [Range(0.0, 1000.0, MinimumIsExclusive = true)]
    public double Scale { get; init; } = 10;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Views > 1 && !Concatenate)
        {
            yield return new ValidationResult($"is {Views}, but concatenate is false: set it to true, or leave views out.", [nameof(Views)]);
        }

        if (Scale != new ProtoTransferOptions().Scale && !Concatenate)
        {
            yield return new ValidationResult(
                string.Create(CultureInfo.InvariantCulture, $"is {Scale}, but concatenate is false: set it to true, or leave scale out."), [nameof(Scale)]);
        }
    }
}
