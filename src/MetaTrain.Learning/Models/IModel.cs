using System.Collections.Immutable;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Models;

/// <summary>
/// A network as a function of named parameters. It holds no values itself: the same model computes with the parameters of every task.
/// Implementations are immutable and may be called from several threads at once.
/// </summary>
public interface IModel
{
    /// <summary>Its parameters: name, shape and initial values.</summary>
    ImmutableArray<ParameterDefinition> Parameters { get; }

    /// <summary>
    /// True when what it says about one example depends on the other examples it is shown with (batch statistics).
    /// Evaluation that keeps query examples apart shows them one at a time only where this is true.
    /// </summary>
    bool MixesExamples { get; }

    /// <summary>
    /// True where a layer, named by what its parameters' names begin with, is a batch normalisation, whose <c>weight</c> and <c>bias</c> are scales
    /// and shifts: MAML++ has them for every step. Unless a model says otherwise, layers whose name begins with <c>norm</c>.
    /// </summary>
    /// <param name="layer">The layer's name.</param>
    bool IsNorm(string layer) => layer.StartsWith("norm", StringComparison.Ordinal);

    /// <summary>The predictions for a batch of inputs of every task.</summary>
    /// <param name="parameters">Each [T or 1, shape...].</param>
    /// <param name="x">[T, N, input...].</param>
    /// <returns>[T, N, O]: logits of O classes, or O regression targets.</returns>
    Tensor Forward(ParameterSet parameters, Tensor x);
}

/// <summary>A model made of a body that computes features and a head on top of it, whose parameters are named <c>head.</c>something.</summary>
public interface ISplitModel : IModel
{
    /// <summary>What the name of every parameter of a head begins with.</summary>
    const string HeadPrefix = "head.";

    /// <summary>The shape of an example's features, whose product is F: [channels, height, width] where they are maps, [F] otherwise.</summary>
    ImmutableArray<int> FeatureShape { get; }

    /// <summary>The body.</summary>
    /// <param name="parameters">Each [T or 1, shape...].</param>
    /// <param name="x">[T, N, input...].</param>
    /// <returns>[T, N, F].</returns>
    Tensor Features(ParameterSet parameters, Tensor x);

    /// <summary>The head.</summary>
    /// <param name="parameters">Each [T or 1, shape...].</param>
    /// <param name="features">[T, N, F].</param>
    /// <returns>[T, N, O].</returns>
    Tensor Head(ParameterSet parameters, Tensor features);

    Tensor IModel.Forward(ParameterSet parameters, Tensor x) => Head(parameters, Features(parameters, x));
}
