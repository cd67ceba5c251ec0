// T tasks, S support examples, O outputs and D inputs of a layer, N = O D its coordinates, H units.
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms;

/// <summary>The two functions by which <see cref="MetaNet"/> makes fast weights of gradients, the same for every coordinate of a layer.</summary>
internal static class FastWeights
{
    /// <summary>Where gradients are told apart by their size (above e^-p) and by their sign; the paper's value.</summary>
    private const double P = 7;

    private const string Sequence = "metaNet.lstm";
    private const string Examples = "metaNet.mlp";

    /// <summary>Parameters of <see cref="OfSequence"/>.</summary>
    public static IEnumerable<ParameterDefinition> ParametersOfSequence(int units)
    {
        var within = Initializer.Uniform(1 / Math.Sqrt(units));
        return
        [
            new($"{Sequence}.input", [4 * units, 2], within),
            new($"{Sequence}.hidden", [4 * units, units], within),
            new($"{Sequence}.bias", [4 * units], within),
            .. ParameterDefinition.Linear($"{Sequence}.output", units, 1),
        ];
    }

    /// <summary>Parameters of <see cref="OfExamples"/>.</summary>
    public static IEnumerable<ParameterDefinition> ParametersOfExamples(int units) =>
    [
        .. ParameterDefinition.Linear($"{Examples}.layer1", 2, units),
        .. ParameterDefinition.Linear($"{Examples}.layer2", units, units),
        .. ParameterDefinition.Linear($"{Examples}.output", units, 1),
    ];

    /// <summary>Fast weights of a task, [T, O, D], from gradients [T, O, D] one after the other; there is at least one.</summary>
    public static Tensor OfSequence(ParameterSet parameters, IReadOnlyList<Tensor> gradients)
    {
        var (like, recurrent) = (gradients[0], parameters[$"{Sequence}.hidden"]);
        var shape = like.shape;
        var nothing_TNH = zeros([shape[0], shape[1] * shape[2], recurrent.shape[2]], like.dtype, like.device);
        var state = (Hidden: nothing_TNH, Cell: nothing_TNH);
        foreach (var gradient in gradients)
        {
            state = Ops.LstmCell(Readable(gradient), state, parameters[$"{Sequence}.input"], recurrent, parameters[$"{Sequence}.bias"]);
        }

        return Ops.Linear(state.Hidden, parameters, $"{Sequence}.output").reshape(shape);
    }

    /// <summary>Fast weights of every example, [T, S, O, D]: its gradient is the product of errors and inputs.</summary>
    /// <param name="parameters">At least those of <see cref="ParametersOfExamples"/>.</param>
    /// <param name="errors">[T, S, O].</param>
    /// <param name="inputs">[T, S, D].</param>
    public static Tensor OfExamples(ParameterSet parameters, Tensor errors, Tensor inputs)
    {
        var gradients_TSOD = Ops.Multiply(errors.unsqueeze(3), inputs.unsqueeze(2));
        var first = Ops.Relu(Ops.Linear(Readable(gradients_TSOD), parameters, $"{Examples}.layer1"));
        var second = Ops.Relu(Ops.Linear(first, parameters, $"{Examples}.layer2"));
        return Ops.Linear(second, parameters, $"{Examples}.output").reshape(gradients_TSOD.shape);
    }

    /// <summary>What a network can read of a gradient whatever its scale: [T, all else, 2].</summary>
    private static Tensor Readable(Tensor gradients) => Ops.LogAndSign(gradients.reshape(gradients.shape[0], -1), P);
}
