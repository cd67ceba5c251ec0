using System.Collections.Immutable;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Models;

/// <summary>The same network by libtorch's own layers, one task at a time, with channels first: slow and plain, to compare the fast one with.</summary>
internal sealed class ReferenceResNet12(ResNet12 network, FinalPooling pooling) : IModel
{
    public ImmutableArray<ParameterDefinition> Parameters => network.Parameters;

    public bool MixesExamples => true;

    public Tensor Forward(ParameterSet parameters, Tensor x) =>
        stack(Enumerable.Range(0, (int)x.shape[0]).Select(task => Forward(parameters, x.select(0, task), task)), 0);

    private Tensor Forward(ParameterSet parameters, Tensor x, int task)
    {
        Tensor Of(string name) => parameters[name] is var value && value.shape[0] == 1 ? value.select(0, 0) : value.select(0, task);
        Tensor Normal(Tensor h, string name) => nn.functional.batch_norm(
            h, null, null, Of($"{name}.weight"), Of($"{name}.bias"), training: true, momentum: 0.1, eps: 1e-5);
        Tensor Convolve(Tensor h, string name, long border) => nn.functional.conv2d(h, Of($"{name}.weight"), null, [1L, 1L], [border, border]);

        Tensor LeakyRelu(Tensor h) => nn.functional.leaky_relu(h, 0.1);

        var h = x;
        for (var block = 1; block <= 4; block++)
        {
            var (name, input) = ($"layer{block}.0", h);
            h = LeakyRelu(Normal(Convolve(h, $"{name}.conv1", 1), $"{name}.bn1"));
            h = LeakyRelu(Normal(Convolve(h, $"{name}.conv2", 1), $"{name}.bn2"));
            h = Normal(Convolve(h, $"{name}.conv3", 1), $"{name}.bn3");
            h = LeakyRelu(Ops.Add(h, Normal(Convolve(input, $"{name}.downsample.0", 0), $"{name}.downsample.1")));
            h = nn.functional.max_pool2d(h, 2);
        }

        h = pooling == FinalPooling.Average ? h.mean([2L, 3L]) : h.flatten(1);
        return nn.functional.linear(h, Of("head.weight"), Of("head.bias"));
    }
}
