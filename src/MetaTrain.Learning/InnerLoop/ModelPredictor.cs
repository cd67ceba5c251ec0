using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.InnerLoop;

/// <summary>Answers by the model with each task's own parameters.</summary>
/// <param name="model">The model.</param>
/// <param name="parameters">Each [T or 1, shape...].</param>
/// <param name="support">[T, S, input...]: shown beside each query example when query examples are kept apart.</param>
/// <param name="transductive">False keeps query examples apart.</param>
internal sealed class ModelPredictor(IModel model, ParameterSet parameters, Tensor support, bool transductive) : IPredictor
{
    public Tensor Predict(Tensor query)
    {
        using var noGraph = no_grad();
        return transductive || !model.MixesExamples
            ? model.Forward(parameters, query)
            : QueriesApart.Run(model.Forward, parameters, support, query);
    }
}
