using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms.Hierarchy;

/// <summary>
/// An autoencoder of support sets, whose code is the task vector (arXiv:1905.05301, section 4.1), for all tasks of a block at once.
/// T tasks, S support examples, D values an example (input and target), E an embedding, H the task vector.
/// </summary>
internal abstract class TaskEncoder
{
    /// <summary>What it learns.</summary>
    public abstract IEnumerable<ParameterDefinition> Parameters { get; }

    /// <summary>An encoder of the kind that the options name, with a decoder where its loss counts.</summary>
    /// <param name="options">The options of the method.</param>
    /// <param name="example">D.</param>
    /// <param name="prefix">What its parameters' names begin with.</param>
    public static TaskEncoder Create(HsmlOptions options, int example, string prefix) => options.Aggregator switch
    {
        HsmlAggregator.Gru => new RecurrentEncoder(example, options.Embedding, options.Width, options.Reconstruction > 0, prefix),
        HsmlAggregator.Mean => new MeanEncoder(example, options.Embedding, options.Width, options.Reconstruction > 0, prefix),
        _ => throw new ArgumentOutOfRangeException(nameof(options), options.Aggregator, "No encoder is made for this aggregator; make it here."),
    };

    /// <summary>Encodes the support sets.</summary>
    /// <param name="parameters">Each [1, shape...].</param>
    /// <param name="examples_TSD">Inputs beside targets: [T, S, D].</param>
    /// <param name="reconstruct">True to decode too; the encoder must have a decoder.</param>
    public abstract TaskCode Encode(ParameterSet parameters, Tensor examples_TSD, bool reconstruct);

    /// <summary>[T]: the mean squared difference of what went in and what came out, each [T, S, ...].</summary>
    private protected static Tensor Difference(Tensor input, Tensor output) =>
        Ops.Mean(Ops.Flatten(Ops.Square(Ops.Subtract(input, output)), 1), 1);
}

/// <summary>What a support set becomes.</summary>
/// <param name="Vector">[T, 1, H]: the task vectors.</param>
/// <param name="Reconstruction">[T]: the loss of the autoencoder; null where none was asked for.</param>
internal sealed record TaskCode(Tensor Vector, Tensor? Reconstruction);
