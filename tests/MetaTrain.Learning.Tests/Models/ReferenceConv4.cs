using System.Collections.Immutable;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Models;

/// <summary>The same network by libtorch's own layers, one task at a time: slow and plain, to compare the fast one with.</summary>
internal sealed class ReferenceConv4(Conv4 network, Pooling pooling) : IModel
{
    public ImmutableArray<ParameterDefinition> Parameters => network.Parameters;

    public bool MixesExamples => true;

    public Tensor Forward(ParameterSet parameters, Tensor x) =>
        stack(Enumerable.Range(0, (int)x.shape[0]).Select(task => Forward(parameters, x.select(0, task), task)), 0);

    private Tensor Forward(ParameterSet parameters, Tensor x, int task)
    {
        Tensor Of(string name) => parameters[name] is var value && value.shape[0] == 1 ? value.select(0, 0) : value.select(0, task);
        var (h, stride) = (x, pooling == Pooling.Stride ? 2L : 1L);
        for (var block = 1; block <= 4; block++)
        {
            h = nn.functional.conv2d(h, Of($"conv{block}.weight"), Of($"conv{block}.bias"), [stride, stride], [1L, 1L]);
            h = nn.functional.batch_norm(
                h, null, null, Of($"norm{block}.weight"), Of($"norm{block}.bias"), training: true, momentum: 0.1, eps: 1e-5).relu();
            h = pooling == Pooling.Max ? nn.functional.max_pool2d(h, 2) : h;
        }

        return nn.functional.linear(h.flatten(1), Of("head.weight"), Of("head.bias"));
    }
}
