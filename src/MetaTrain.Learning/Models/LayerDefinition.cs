namespace MetaTrain.Learning.Models;

/// <summary>One layer of a <see cref="LayeredModel"/>.</summary>
public abstract record LayerDefinition;

/// <summary>A 3x3 convolution with a border of one zero; parameters <c>NAME.weight</c> [out, in, 3, 3] and <c>NAME.bias</c> [out].</summary>
/// <param name="Name">What its parameters' names begin with.</param>
/// <param name="Inputs">Channels in.</param>
/// <param name="Outputs">Channels out.</param>
/// <param name="Stride">Pixels from one output to the next.</param>
public sealed record ConvolutionLayer(string Name, int Inputs, int Outputs, int Stride) : LayerDefinition;

/// <summary>A fully connected layer; parameters <c>NAME.weight</c> [out, in] and <c>NAME.bias</c> [out].</summary>
/// <param name="Name">What its parameters' names begin with.</param>
/// <param name="Inputs">Values in.</param>
/// <param name="Outputs">Values out.</param>
public sealed record LinearLayer(string Name, int Inputs, int Outputs) : LayerDefinition;

/// <summary>Batch normalisation with each task's own batch, then ReLU; parameters <c>NAME.weight</c> and <c>NAME.bias</c>, [channels].</summary>
/// <param name="Name">What its parameters' names begin with.</param>
/// <param name="Channels">Channels.</param>
public sealed record BatchNormReluLayer(string Name, int Channels) : LayerDefinition
{
    /// <summary>Added to the variance.</summary>
    public const double Epsilon = 1e-5;
}

/// <summary>max(0, x).</summary>
public sealed record ReluLayer : LayerDefinition;

/// <summary>The greatest of each 2x2 square; an odd last row or column is left out.</summary>
public sealed record MaxPoolLayer : LayerDefinition;
