using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Options;

namespace MetaTrain.Learning.Models;

/// <summary>The models by name: the section <c>model</c> of a spec. Inputs and outputs are those of the episodes.</summary>
public static class ModelRegistry
{
    /// <summary>All of them; the context is the shape of the training episodes.</summary>
    public static Registry<EpisodeShape, ISplitModel> All { get; } = new Registry<EpisodeShape, ISplitModel>("model")
        .Add<MlpOptions>("mlp", "A multilayer perceptron with ReLU.", (options, shape) =>
            new Mlp([shape.InputLength, .. options.Hidden, shape.Outputs]))
        .Add<LinearOptions>("linear", "y = W x without a bias, from zeros: what minimises quadratics.", (_, shape) => new LinearModel(shape.InputLength, shape.Outputs))
        .Add<Conv4Options>("conv4", "Four convolutions with batch normalisation, the usual network of few-shot image classification.", CreateConv4)
        .Add<ResNet12Options>("resnet12", "The residual network of twelve convolutions of MetaOptNet and TADAM, without DropBlock; through autograd.", CreateResNet12)
        .Add<NoConvOptions>("no-conv", "MAML's fully connected network with batch normalisation for Omniglot.", (options, shape) =>
            new NoConvNet(shape.InputLength, options.Hidden, shape.Outputs));

    private static Conv4 CreateConv4(Conv4Options options, EpisodeShape shape)
    {
        RequireImages("conv4", shape);
        try
        {
            return new Conv4(shape.Input[0], shape.Input[1], shape.Input[2], options.Filters, shape.Outputs, options.Pooling, options.Halvings);
        }
        catch (ArgumentException exception)
        {
            throw new OptionsException("model.pooling", $"model.pooling is \"max\": {exception.Message}", exception);
        }
    }

    private static ResNet12 CreateResNet12(ResNet12Options options, EpisodeShape shape)
    {
        RequireImages("resnet12", shape);
        try
        {
            return new ResNet12(shape.Input[0], shape.Input[1], shape.Input[2], options.Widths, shape.Outputs, options.Pooling);
        }
        catch (ArgumentException exception)
        {
            throw new OptionsException("model.kind", $"model.kind is \"resnet12\": {exception.Message}", exception);
        }
    }

    private static void RequireImages(string kind, EpisodeShape shape)
    {
        if (shape.Input.Length != 3)
        {
            throw new OptionsException(
                "model.kind",
                $"model.kind is \"{kind}\", but inputs have the shape [{string.Join(", ", shape.Input)}]: it takes images [channels, height, width]; use mlp.");
        }
    }
}

/// <summary>Options of <see cref="Mlp"/>.</summary>
public sealed record MlpOptions
{
    /// <summary>Widths of the hidden layers.</summary>
    [Description("Widths of the hidden layers.")]
    [Range(1, 65536)]
    public int[] Hidden { get; init; } = [40, 40];
}

/// <summary>Options of <see cref="Conv4"/>.</summary>
public sealed record Conv4Options
{
    /// <summary>Filters of every convolution.</summary>
    [Description("Filters of every convolution.")]
    [Range(1, 4096)]
    public int Filters { get; init; } = 64;

    /// <summary>How images are halved after each convolution.</summary>
    [Description("How images are halved: stride (convolutions of stride 2) or max (2x2 max pooling).")]
    public Pooling Pooling { get; init; } = Pooling.Stride;

    /// <summary>How many of the four blocks halve the image, the first ones.</summary>
    [Description("How many of the four blocks halve the image, the first ones; fewer leave larger feature maps (relation networks: 2).")]
    [Range(1, Conv4.Blocks)]
    public int Halvings { get; init; } = Conv4.Blocks;
}

/// <summary>Options of <see cref="ResNet12"/>.</summary>
public sealed record ResNet12Options : IValidatableObject
{
    /// <summary>Filters of each block's convolutions.</summary>
    [Description("Filters of the convolutions of each of the four blocks; 64, 128, 256, 512 is the narrower network that is also in use.")]
    [Range(1, 4096)]
    public int[] Widths { get; init; } = [64, 160, 320, 640];

    /// <summary>What becomes of the last block's maps.</summary>
    [Description("What becomes of the last block's maps: average (the mean over all pixels) or none (the maps as they are).")]
    public FinalPooling Pooling { get; init; } = FinalPooling.Average;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Widths.Length == 4
        ? []
        : [new ValidationResult($"has {Widths.Length} values: it must have 4, one for each block.", [nameof(Widths)])];
}

/// <summary>Options of <see cref="NoConvNet"/>.</summary>
public sealed record NoConvOptions
{
    /// <summary>Widths of the hidden layers.</summary>
    [Description("Widths of the hidden layers.")]
    [Range(1, 65536)]
    public int[] Hidden { get; init; } = [256, 128, 64, 64];
}
