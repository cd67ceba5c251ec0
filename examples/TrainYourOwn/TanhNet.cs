using System.Collections.Immutable;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using TorchSharp;

namespace TrainYourOwn;

/// <summary>A model of one's own: parameters by name, and what it computes with them. Shapes: T tasks, N examples.</summary>
internal sealed class TanhNet : IModel
{
    public ImmutableArray<ParameterDefinition> Parameters { get; } =
        [.. ParameterDefinition.Linear("hidden1", 1, 40), .. ParameterDefinition.Linear("hidden2", 40, 40), .. ParameterDefinition.Linear("out", 40, 1)];

    public bool MixesExamples => false;

    public torch.Tensor Forward(ParameterSet parameters, torch.Tensor x)
    {
        var h1_TNH = Ops.Tanh(Ops.Linear(x, parameters["hidden1.weight"], parameters["hidden1.bias"]));
        var h2_TNH = Ops.Tanh(Ops.Linear(h1_TNH, parameters["hidden2.weight"], parameters["hidden2.bias"]));
        return Ops.Linear(h2_TNH, parameters["out.weight"], parameters["out.bias"]);
    }
}
