using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Tensors;
using MetaTrain.Learning.Tests.Algorithms;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Tensors;

public sealed class PatchesTests
{
    [Theory]
    [InlineData(1, 5, 6, 1)]
    [InlineData(2, 7, 4, 3)]
    [InlineData(2, 1, 1, 2)]
    [InlineData(1, 2, 9, 8)]
    public void Kernels_EqualSingleTensorOperations(int stride, int height, int width, int channels)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var geometry = new PatchGeometry(2, 3, height, width, channels, stride);
        var (images, patches) = (TestTasks.Random(1, geometry.ImageShape), TestTasks.Random(2, geometry.PatchShape));

        Assert.Equal(TensorData.ToDoubles(Patches.BySlices(images, geometry)), TensorData.ToDoubles(Patches.Of(images, geometry)));

        // The gradient of what is linear is its transpose.
        var leaf = images.detach().requires_grad_();
        var transposed = autograd.grad([Ops.Sum(Ops.Multiply(Patches.BySlices(leaf, geometry), patches))], [leaf])[0];
        TestTasks.AssertClose(TensorData.ToDoubles(transposed), TensorData.ToDoubles(Patches.Sum(patches, geometry)), 1e-14);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Slices_DifferentiateTwice_AsTheKernelsDo(int stride)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var geometry = new PatchGeometry(2, 3, 7, 5, 2, stride);

        var (kernels, slices) = (OfImages(Patches.Of), OfImages(Patches.BySlices));

        for (var i = 0; i < kernels.Count; i++)
        {
            TestTasks.AssertClose(kernels[i], slices[i], 1e-11);
        }

        List<double[]> OfImages(Func<Tensor, PatchGeometry, Tensor> patchesOf)
        {
            var images = TestTasks.Random(1, geometry.ImageShape).requires_grad_();
            var patches = patchesOf(images, geometry);
            var first = autograd.grad([Ops.Sum(Ops.Multiply(Ops.Square(patches), patches))], [images], retain_graph: true, create_graph: true)[0];
            var second = autograd.grad([Ops.Sum(Ops.Square(first))], [images])[0];
            return [.. new[] { patches.detach(), first.detach(), second }.Select(tensor => TensorData.ToDoubles(tensor))];
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Conv3x3_EqualsTheBuiltIn_ToItsSecondDerivative(int stride)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();

        var expected = Derivatives((x, w, b) => nn.functional.conv2d(x, w, b, [stride, stride], [1L, 1L]));
        var actual = Derivatives((x, w, b) => Ops.Conv3x3(
            Ops.ChannelsLast(x.unsqueeze(0)), ParameterSet.Arrange(w.unsqueeze(0)), b.unsqueeze(0), stride).squeeze(0).permute(0, 3, 1, 2));

        for (var i = 0; i < expected.Count; i++)
        {
            TestTasks.AssertClose(expected[i], actual[i], 1e-11);
        }
    }

    private static List<double[]> Derivatives(Func<Tensor, Tensor, Tensor, Tensor> convolution)
    {
        Tensor[] inputs =
        [
            TestTasks.Random(1, 2, 3, 7, 6).requires_grad_(), TestTasks.Random(2, 5, 3, 3, 3).requires_grad_(), TestTasks.Random(3, 5).requires_grad_(),
        ];
        var output = convolution(inputs[0], inputs[1], inputs[2]);
        var scalar = Ops.Sum(Ops.Multiply(Ops.Square(output), output));
        var first = autograd.grad([scalar], inputs, retain_graph: true, create_graph: true);
        var second = autograd.grad([first.Select(gradient => Ops.Sum(Ops.Square(gradient))).Aggregate(Ops.Add)], inputs, retain_graph: true);
        return [.. new[] { output }.Concat(first).Concat(second).Select(tensor => TensorData.ToDoubles(tensor.detach()))];
    }
}
