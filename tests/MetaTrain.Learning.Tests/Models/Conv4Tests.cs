using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using MetaTrain.Learning.Tests.Algorithms;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Models;

public sealed class Conv4Tests
{
    [Theory]
    [InlineData(Pooling.Stride, 1, 28, 3, GradientOrder.Second, 1)]
    [InlineData(Pooling.Stride, 3, 17, 5, GradientOrder.Second, 2)]
    [InlineData(Pooling.Max, 1, 16, 4, GradientOrder.Second, 1)]
    [InlineData(Pooling.Max, 3, 19, 6, GradientOrder.Second, 2)]
    [InlineData(Pooling.Stride, 2, 20, 9, GradientOrder.First, 2)]
    public void Compute_EqualsBuiltInLayersOneTaskAtATime(Pooling pooling, int channels, int size, int filters, GradientOrder order, int steps)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var network = new Conv4(channels, size, size, filters, outputs: 3, pooling);
        var options = new MamlOptions { Order = order, InnerSteps = steps, InnerLearningRate = 0.1 };
        var (fast, plain) = (new Maml(network, Losses.CrossEntropy, options), new Maml(new ReferenceConv4(network, pooling), Losses.CrossEntropy, options));
        var (parameters, tasks) = (TestTasks.Parameters(fast), TestTasks.Classification(3, 3, 1, 2, channels, size, size));

        var (expected, actual) = (plain.Compute(TestTasks.Context, parameters, tasks), fast.Compute(TestTasks.Context, parameters, tasks));

        TestTasks.AssertClose(TensorData.ToDoubles(expected.Losses), TensorData.ToDoubles(actual.Losses), 1e-10);
        TestTasks.AssertClose(TestTasks.Flat(expected.Gradient), TestTasks.Flat(actual.Gradient), 1e-8);
    }

    [Theory]
    [InlineData(Pooling.Stride, 2, 7, 7)]
    [InlineData(Pooling.Max, 2, 7, 6)]
    [InlineData(Pooling.Stride, 4, 2, 2)]
    [InlineData(Pooling.Max, 1, 14, 13)]
    public void Halvings_LeaveLargerMaps(Pooling pooling, int halvings, int height, int width)
    {
        var network = new Conv4(1, 28, pooling == Pooling.Stride ? 28 : 26, 4, 3, pooling, halvings);

        Assert.Equal([4, height, width], network.FeatureShape);
        Assert.Equal([3, 4 * height * width], network.Parameters.Single(parameter => parameter.Name == "head.weight").Shape);
    }

    [Fact]
    public void Kernels_KeepTheirArrangementInMemory_WhenTheyAreAdapted()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var network = new Conv4(1, 28, 28, 4, 3);
        var maml = new Maml(network, Losses.CrossEntropy);
        var (parameters, tasks) = (TestTasks.Parameters(maml).AsLeaves(), TestTasks.Classification(2, 3, 1, 1, 1, 28, 28));

        var adapted = GradientSteps.Differentiable(
            parameters,
            tasks: 2,
            steps: 1,
            fast => TaskLoss.Of(Losses.CrossEntropy, ((IModel)network).Forward(fast, tasks.Support.Inputs), tasks.Support),
            (fast, gradients, _) => fast.Zip(gradients, (value, gradient) => Ops.Add(value, gradient, -0.1)));

        // [task, out, in, 3, 3] that lies as [task, height, width, in, out]: convolutions multiply with it as it lies.
        Assert.Equal([144, 1, 4, 48, 16], adapted["conv2.weight"].stride());
    }

    [Fact]
    public void Constructor_SaysWhatIsTooSmall_WhenPoolingLeavesNothing()
    {
        var exception = Assert.Throws<ArgumentException>(() => new Conv4(1, 12, 12, 4, 3, Pooling.Max));

        Assert.Contains("12x12", exception.Message, StringComparison.Ordinal);
    }
}
