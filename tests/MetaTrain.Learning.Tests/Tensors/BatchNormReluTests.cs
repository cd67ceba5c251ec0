using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Tensors;
using MetaTrain.Learning.Tests.Algorithms;
using TorchSharp;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Tensors;

public sealed class BatchNormReluTests
{
    [Theory]
    [InlineData(2, 9, 4)]
    [InlineData(3, 150, 7)]
    [InlineData(1, 130, 17)]
    public void Derivatives_EqualThoseOfPrimitives_UpToTheThird(int tasks, int rows, int channels)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();

        var fused = Derivatives((x, w, b) => Ops.BatchNormRelu(x, w, b), tasks, rows, channels);
        var plain = Derivatives((x, w, b) => BatchNormPrimitives.Forward(x, w, b, 1e-5), tasks, rows, channels);

        Assert.Equal(plain.Count, fused.Count);
        for (var i = 0; i < plain.Count; i++)
        {
            TestTasks.AssertClose(plain[i], fused[i], 1e-9, $"value {i} ");
        }
    }

    [Fact]
    public void SecondDerivative_EqualsThatOfPrimitives_WhenTheInputDoesNotLieInOnePiece()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();

        var fused = SecondDerivative(x => Ops.BatchNormRelu(x.transpose(1, 2), ones([2, 3], ScalarType.Float64), zeros([2, 3], ScalarType.Float64)));
        var plain = SecondDerivative(x => BatchNormPrimitives.Forward(x.transpose(1, 2), ones([2, 3], ScalarType.Float64), zeros([2, 3], ScalarType.Float64), 1e-5));

        TestTasks.AssertClose(plain, fused, 1e-9);
    }

    [Fact]
    public unsafe void DoubleBackward_OfTheKernels_EqualsThatOfPrimitives()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var (tasks, rows, channels) = (2, 70, 5);
        var (g, x) = (TestTasks.Random(1, tasks, rows, channels).requires_grad_(), TestTasks.Random(2, tasks, rows, channels).requires_grad_());
        var (w, b) = (TestTasks.Random(3, tasks, channels).requires_grad_(), TestTasks.Random(4, tasks, channels));
        List<Tensor> given = [TestTasks.Random(5, tasks, rows, channels), TestTasks.Random(6, tasks, channels), TestTasks.Random(7, tasks, channels)];
        var state = new BatchNormState<double>(tasks, rows, channels, 1e-5);
        state.SetScale(TensorData.ToDoubles(w.detach()), TensorData.ToDoubles(b));
        var (output, gradG, gradX, gradW) = (zeros_like(x), zeros_like(x), zeros_like(x), zeros_like(b));

        BatchNormKernels.Forward(TensorMemory.Of<double>(x), TensorMemory.Of<double>(output), state);
        BatchNormKernels.DoubleBackward(
            TensorMemory.Of<double>(given[0]),
            TensorMemory.Of<double>(given[1]),
            TensorMemory.Of<double>(given[2]),
            TensorMemory.Of<double>(g),
            TensorMemory.Of<double>(x),
            TensorMemory.Of<double>(gradG),
            TensorMemory.Of<double>(gradX),
            TensorMemory.Of<double>(gradW),
            state);
        var expected = BatchNormPrimitives.DoubleBackward(given, [g, x, w, b], 1e-5);

        TestTasks.AssertClose(TensorData.ToDoubles(expected[0].detach()), TensorData.ToDoubles(gradG), 1e-11, "of g ");
        TestTasks.AssertClose(TensorData.ToDoubles(expected[1].detach()), TensorData.ToDoubles(gradX), 1e-11, "of x ");
        TestTasks.AssertClose(TensorData.ToDoubles(expected[2].detach()), TensorData.ToDoubles(gradW), 1e-11, "of w ");
    }

    private static double[] SecondDerivative(Func<Tensor, Tensor> layer)
    {
        var x = TestTasks.Random(1, 2, 3, 9).requires_grad_();
        var y = layer(x);
        var first = autograd.grad([Ops.Sum(Ops.Multiply(Ops.Square(y), y))], [x], retain_graph: true, create_graph: true)[0];
        return TensorData.ToDoubles(autograd.grad([Ops.Sum(Ops.Square(first))], [x])[0]);
    }

    [Fact]
    public void Output_KeepsWhatIsNotANumber()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var x = TensorData.FromValues([1f, float.NaN, 3f], [1, 3, 1]);

        var y = Ops.BatchNormRelu(x, ones([1, 1]), zeros([1, 1]));

        Assert.All(TensorData.ToDoubles(y), value => Assert.True(double.IsNaN(value)));
    }

    /// <summary>Output, gradients, gradients of a function of the gradients, and once more.</summary>
    private static List<double[]> Derivatives(Func<Tensor, Tensor, Tensor, Tensor> layer, int tasks, int rows, int channels)
    {
        Tensor[] inputs =
        [
            TestTasks.Random(1, tasks, rows, channels).requires_grad_(),
            TestTasks.Random(2, tasks, channels).requires_grad_(),
            TestTasks.Random(3, tasks, channels).requires_grad_(),
        ];
        var output = layer(inputs[0], inputs[1], inputs[2]);
        List<double[]> values = [TensorData.ToDoubles(output.detach())];
        var scalar = Ops.Sum(Ops.Multiply(Ops.Square(output), TestTasks.Random(4, tasks, rows, channels)));
        for (ulong order = 1; order <= 3; order++)
        {
            var gradients = autograd.grad([scalar], inputs, retain_graph: true, create_graph: true);
            values.AddRange(gradients.Select(gradient => TensorData.ToDoubles(gradient.detach())));
            scalar = gradients.Select((gradient, i) => Ops.Sum(Ops.Multiply(gradient, TestTasks.Random((10 * order) + (ulong)i, gradient.shape))))
                .Aggregate(Ops.Add);
        }

        return values;
    }
}
