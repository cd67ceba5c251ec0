using System.Collections.Immutable;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Models;

/// <summary>
/// A model that is a list of layers: its body, then the fully connected layer <c>head</c>. Because the layers are known one by one,
/// a block can be computed without an autograd graph.
/// </summary>
public abstract class LayeredModel : ISplitModel
{
    /// <summary>A model of these layers.</summary>
    /// <param name="body">From inputs to features.</param>
    /// <param name="head">From features to outputs.</param>
    protected LayeredModel(IEnumerable<LayerDefinition> body, LinearLayer head)
    {
        (Body, HeadLayer) = ([.. body], head);
        Parameters = [.. Body.Append(head).SelectMany(layer => ParametersOf(layer))];
    }

    /// <summary>From inputs to features.</summary>
    public ImmutableArray<LayerDefinition> Body { get; }

    /// <summary>From features to outputs.</summary>
    public LinearLayer HeadLayer { get; }

    /// <inheritdoc/>
    public ImmutableArray<ParameterDefinition> Parameters { get; }

    /// <inheritdoc/>
    public virtual ImmutableArray<int> FeatureShape => [HeadLayer.Inputs];

    /// <inheritdoc/>
    public bool MixesExamples => Body.Any(layer => layer is BatchNormReluLayer);

    /// <inheritdoc/>
    public bool IsNorm(string layer) => Body.Any(definition => definition is BatchNormReluLayer norm && norm.Name == layer);

    /// <inheritdoc/>
    public Tensor Features(ParameterSet parameters, Tensor x)
    {
        var isImages = Body.FirstOrDefault() is ConvolutionLayer;
        var features = Body.Aggregate(isImages ? Ops.ChannelsLast(x) : Ops.Flatten(x), (h, layer) => Apply(layer, parameters, h));
        return isImages ? Ops.FlattenImages(features) : features;
    }

    /// <inheritdoc/>
    public Tensor Head(ParameterSet parameters, Tensor features) => Apply(HeadLayer, parameters, features);

    private static Tensor Apply(LayerDefinition layer, ParameterSet parameters, Tensor h) => layer switch
    {
        ConvolutionLayer conv => Ops.Conv3x3(h, parameters[$"{conv.Name}.weight"], parameters[$"{conv.Name}.bias"], conv.Stride),
        LinearLayer linear => Ops.Linear(h, parameters, linear.Name),
        BatchNormReluLayer norm => Ops.BatchNormRelu(
            h, parameters[$"{norm.Name}.weight"], parameters[$"{norm.Name}.bias"], BatchNormReluLayer.Epsilon),
        ReluLayer => Ops.Relu(h),
        MaxPoolLayer => Ops.MaxPool2x2(h),
        _ => throw new NotSupportedException($"A layer of the kind {layer.GetType().Name} has no forward pass; add one to {nameof(LayeredModel)}."),
    };

    private static ImmutableArray<ParameterDefinition> ParametersOf(LayerDefinition layer) => layer switch
    {
        ConvolutionLayer conv => ParameterDefinition.Conv3x3(conv.Name, conv.Inputs, conv.Outputs),
        LinearLayer linear => ParameterDefinition.Linear(linear.Name, linear.Inputs, linear.Outputs),
        BatchNormReluLayer norm => ParameterDefinition.BatchNorm(norm.Name, norm.Channels),
        _ => [],
    };
}
