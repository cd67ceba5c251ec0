using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Fused;
using MetaTrain.Learning.Tensors;
using MetaTrain.Learning.Tests.Algorithms;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Fused;

/// <summary>What MAML++ has beyond the other methods: iterations that compute different things.</summary>
public sealed partial class FusedPathTests
{
    private const string Annealed = """{ "kind": "maml-plus-plus", "innerSteps": 3, "firstOrderIterations": 3, "multiStepIterations": 5 }""";

    [Theory]
    [InlineData("conv4 stride", 2)]
    [InlineData("conv4 stride", 3)]
    [InlineData("conv4 stride", 5)]
    [InlineData("mlp regression", 2)]
    [InlineData("mlp regression", 4)]
    public void Train_ComputesWhatItsIterationAsksFor(string model, long iteration)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var (algorithm, layout, shape) = Create(model, Annealed);
        var (parameters, episodes) = (TestTasks.Parameters(algorithm), Episodes<double>(shape));
        var program = ((IFusible)algorithm).Fuse<double>(shape, layout, TestTasks.Context)!;
        var expected = algorithm.Compute(TestTasks.Context with { Iteration = iteration }, parameters, Tensors(episodes));

        // The same program computes other iterations in between: what they leave behind changes nothing.
        var before = program.Train(0, TestTasks.Flat(parameters), episodes);
        _ = program.Train(9, TestTasks.Flat(parameters), episodes);
        var result = program.Train(iteration, TestTasks.Flat(parameters), episodes);

        AssertNear(TensorData.ToDoubles(expected.Losses), result.Losses, Double, "losses");
        AssertNear(TensorData.ToDoubles(expected.Predictions.detach()), result.Predictions, Double, "predictions");
        AssertNear(TestTasks.Flat(expected.Gradient), result.Gradient, Double, "gradient");
        Assert.NotEqual(before.Gradient, result.Gradient);
    }

    [Theory]
    [InlineData("conv4 stride", """{ "kind": "maml-plus-plus", "innerSteps": 4 }""")]
    [InlineData("no-conv", """{ "kind": "maml-plus-plus", "innerSteps": 4, "adaptNorm": true, "stepSizes": "fixed" }""")]
    public void StepwiseLoop_GivesTheSameBits_WhenItComputesStepsASecondTime(string model, string method)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var (algorithm, layout, shape) = Create(model, method);
        float[] parameters = [.. TestTasks.Flat(TestTasks.Parameters(algorithm)).Select(value => (float)value)];
        var (network, rule) = (FusedNetwork<float>.OnData(Layers(model), shape.Input)!, ((MamlPlusPlus)algorithm).Rule);

        var (kept, recomputed) = (Run(long.MaxValue), Run(0));

        Assert.Equal(kept, recomputed);

        float[] Run(long traceBytes)
        {
            var loop = new StepwiseLoop<float>(network, rule, FusedLoss.CrossEntropy, shape, trains: true, traceBytes);
            Assert.Equal(traceBytes > 0, loop.Traces.KeepsSteps);
            var (episodes, values) = (Episodes<float>(shape), new StepwiseValues<float>(new StepwiseMaps<float>(network, rule, layout)));
            values.Load(parameters);
            foreach (var input in loop.Traces.SupportInputs)
            {
                network.Gather!.Load(episodes.SupportInputs(0), input);
            }

            network.Gather!.Load(episodes.QueryInputs(0), loop.Traces.Query.Input);
            var (predictions, gradient) = (new float[shape.QueryCount * shape.Outputs], new float[layout.Length]);
            loop.Train(values, rule.PassOf(0), episodes.SupportTargets(0), episodes.QueryTargets(0), predictions);
            values.Unload(gradient);
            return [.. predictions, .. gradient];
        }
    }
}
