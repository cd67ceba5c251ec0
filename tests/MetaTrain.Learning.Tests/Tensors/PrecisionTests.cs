using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.Options;
using MetaTrain.Learning.Tensors;
using MetaTrain.Learning.Tests.Experiments;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Tensors;

public sealed class PrecisionTests
{
    private static readonly BlobSource Images = new(3, 2, 2, 0.3f, 1, 12, 12);
    private static readonly BlockRequest Request = new(Iteration: 0, FirstTask: 0, Tasks: 4);

    [Theory]
    [InlineData("maml", Specs.SmallConv, 0.3)]
    [InlineData("maml", Specs.TwoLayers, 0.05)]
    [InlineData("reptile", Specs.TwoLayers, 0.05)]
    [InlineData("proto-net", Specs.SmallConv, 0.1)]
    public void Bfloat16_ChangesTheGradient_ByALittle_AndTheSameEachTime(string kind, string model, double most)
    {
        var (exact, narrow) = (Compute(kind, model, Precision.Float32), Compute(kind, model, Precision.Bfloat16));

        var difference = RelativeDifference(exact.Gradient, narrow.Gradient);
        Assert.InRange(difference, 1e-5, most);
        Assert.NotEqual(exact.Metrics[0], narrow.Metrics[0]);
        Assert.Equal(exact.Metrics[0], narrow.Metrics[0], 0.02 * Math.Abs(exact.Metrics[0]));
        Assert.Null(narrow.NonFiniteTask);
        Assert.Equal(narrow.Gradient, Compute(kind, model, Precision.Bfloat16).Gradient);
    }

    [Fact]
    public void Bfloat16_LeavesNothingBehind_OnItsThread()
    {
        var before = Compute("maml", Specs.SmallConv, Precision.Float32).Gradient;
        _ = Compute("maml", Specs.SmallConv, Precision.Bfloat16);

        Assert.Equal(before, Compute("maml", Specs.SmallConv, Precision.Float32).Gradient);
    }

    [Fact]
    public void Bfloat16_RoundsTheProductsOfLayers_AndNothingElse()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var (x, weight, bias) = (
            TensorData.FromValues([1.001f, 1f], [1, 1, 2]), TensorData.FromValues([1f, 0f, 0f, 1f], [1, 2, 2]), TensorData.FromValues([0f, 0.001f], [1, 2]));

        using var precision = ProductPrecision.Use(Precision.Bfloat16);
        var linear = Ops.Linear(x, weight, bias);
        var product = Ops.Multiply(x, x);

        // 1.001 is 1 in bfloat16; the bias is added in float32, and no other operation rounds.
        Assert.Equal(ScalarType.Float32, linear.dtype);
        Assert.Equal([1f, 1.001f], linear.data<float>().ToArray());
        Assert.Equal([1.001f * 1.001f, 1f], product.data<float>().ToArray());
    }

    [Fact]
    public void Bfloat16_TakesTheAutogradPath()
    {
        var experiment = Experiment.Create(Specs.Of("""{ "kind": "maml" }"""), Images, precision: Precision.Bfloat16);

        Assert.Equal(ComputePath.Autograd, experiment.Path);
        Assert.Equal(ComputePath.Fused, Experiment.Create(Specs.Of("""{ "kind": "maml" }"""), Images).Path);
    }

    [Theory]
    [InlineData(null, "cpu", Precision.Tf32, "resources.precision", "only a GPU computes in it, and the device is cpu")]
    [InlineData(ComputePath.Fused, "cpu", Precision.Bfloat16, "plan.path", "computes in float32 only, and resources.precision is \"bf16\"")]
    [InlineData(ComputePath.Fused, "cuda:1", Precision.Float32, "plan.path", "computes on a processor only, and the device is cuda:1")]
    public void Create_RefusesByName_WhatDoesNotGoTogether(ComputePath? path, string device, Precision precision, string key, string reason)
    {
        Assert.True(ComputeDevice.TryParse(device, out var on));

        var refusal = Assert.Throws<OptionsException>(() => Experiment.Create(Specs.Of("""{ "kind": "maml" }"""), Images, path, on, precision));

        Assert.Equal(key, refusal.Path);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cpu/AuthenticAMD/avx2", Precision.Float32, ComputePath.Fused)]
    [InlineData("cpu/AuthenticAMD/avx2", Precision.Bfloat16, ComputePath.Autograd)]
    [InlineData("cuda/NVIDIA-H100/sm_90", Precision.Float32, ComputePath.Autograd)]
    public void PathOn_FollowsTheDeviceClass_AndThePrecision(string deviceClass, Precision precision, ComputePath expected) =>
        Assert.Equal(expected, ComputePlan.PathOn(Experiment.Create(Specs.Of("""{ "kind": "maml" }"""), Images), deviceClass, precision));

    private static BlockSums Compute(string kind, string model, Precision precision)
    {
        var experiment = Experiment.Create(Specs.Of($$"""{ "kind": "{{kind}}" }""", model), Images, ComputePath.Autograd, precision: precision);
        return experiment.Compute(Request, experiment.Sample(Request), experiment.InitialParameters());
    }

    private static double RelativeDifference(float[] expected, float[] actual) =>
        Math.Sqrt(expected.Zip(actual, (a, b) => ((double)a - b) * ((double)a - b)).Sum() / expected.Sum(value => (double)value * value));
}
