// codes_s = ReLU(A2 ReLU(A1 e_s)), g = ReLU(A3 mean_s codes_s); the decoder gives e_s back from codes_s: B2 ReLU(B1 codes_s).
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms.Hierarchy;

/// <summary>An autoencoder of each example alone; the task vector is made of the mean code.</summary>
internal sealed class MeanEncoder(int example, int embedding, int width, bool decodes, string prefix) : TaskEncoder
{
    public override IEnumerable<ParameterDefinition> Parameters =>
    [
        .. ParameterDefinition.Linear($"{prefix}.encoder1", example, embedding),
        .. ParameterDefinition.Linear($"{prefix}.encoder2", embedding, width),
        .. ParameterDefinition.Linear($"{prefix}.vector", width, width),
        .. decodes ? ParameterDefinition.Linear($"{prefix}.decoder1", width, embedding) : [],
        .. decodes ? ParameterDefinition.Linear($"{prefix}.decoder2", embedding, example) : [],
    ];

    public override TaskCode Encode(ParameterSet parameters, Tensor examples_TSD, bool reconstruct)
    {
        var codes_TSH = Ops.Relu(Layer("encoder2", Ops.Relu(Layer("encoder1", examples_TSD))));
        var vector_T1H = Ops.Relu(Layer("vector", Ops.Mean(codes_TSH, 1, keepDimension: true)));
        return new TaskCode(vector_T1H, reconstruct ? Difference(examples_TSD, Layer("decoder2", Ops.Relu(Layer("decoder1", codes_TSH)))) : null);

        Tensor Layer(string name, Tensor x) => Ops.Linear(x, parameters, $"{prefix}.{name}");
    }
}
