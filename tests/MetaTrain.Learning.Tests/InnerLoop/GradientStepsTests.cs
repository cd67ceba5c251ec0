using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.InnerLoop;

public sealed class GradientStepsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Detached_KeepsTheParametersOfTheLastStepAlone(bool adam)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var layout = new ParameterLayout([("w", [3])]);
        var start = ParameterSet.Load(layout, [1f, 2, 3], new ComputeContext());
        var update = adam ? new AdamSteps(0.1).Next : GradientSteps.Descend(0.1);
        List<Tensor> seen = [];

        var last = GradientSteps.Detached(start, tasks: 2, steps: 4, parameters => parameters["w"].square().sum(1), (parameters, gradients, step) =>
        {
            seen.Add(parameters["w"]);
            return update(parameters, gradients, step);
        });

        // The first is the start, which belongs to the caller.
        Assert.Equal([false, true, true, true], seen.Select(static tensor => tensor.IsInvalid));
        Assert.False(last["w"].IsInvalid);
        Assert.False(start["w"].IsInvalid);
    }
}
