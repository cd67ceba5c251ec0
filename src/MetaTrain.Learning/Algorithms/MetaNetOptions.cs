using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace MetaTrain.Learning.Algorithms;

/// <summary>The options of <see cref="MetaNet"/>.</summary>
[Description("Meta networks (Munkhdalai and Yu 2017): fast weights generated from loss gradients beside slow ones, on the features of the model's body.")]
public sealed record MetaNetOptions : IValidatableObject
{
    /// <summary>Units of the embedding and of the base learner's hidden layer.</summary>
    [Description("Units of the embedding and of the base learner's hidden layer.")]
    [Range(1, 4096)]
    public int Width { get; init; } = 64;

    /// <summary>Units of the networks that make fast weights.</summary>
    [Description("Units of the networks that make fast weights from gradients, coordinate by coordinate.")]
    [Range(1, 256)]
    public int GeneratorWidth { get; init; } = 20;

    /// <summary>Gradients that the LSTM reads.</summary>
    [Description("Gradients of the representation loss that the LSTM reads one after the other: the support set is cut into so many parts.")]
    [Range(1, 100)]
    public int RepresentationSteps { get; init; } = 5;

    /// <summary>Whether the embedding has fast weights.</summary>
    [Description("Augment the embedding, whose outputs are the memory's keys, with fast weights of the task.")]
    public bool AugmentEmbedding { get; init; } = true;

    /// <summary>Whether the hidden layer has fast weights.</summary>
    [Description("Augment the base learner's hidden layer with fast weights, as its output layer always is.")]
    public bool AugmentHidden { get; init; } = true;

    /// <summary>What similarities are multiplied with before their softmax.</summary>
    [Description("Cosine similarities are multiplied with it before the memory's softmax; 1 as in the paper, more reads fewer memories.")]
    [Range(0.0, 1000.0, MinimumIsExclusive = true)]
    public double Sharpness { get; init; } = 1;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => RepresentationSteps != new MetaNetOptions().RepresentationSteps && !AugmentEmbedding
        ? [new ValidationResult($"is {RepresentationSteps}, but augmentEmbedding is false: set it to true, or leave representationSteps out.", [nameof(RepresentationSteps)])]
        : [];
}
