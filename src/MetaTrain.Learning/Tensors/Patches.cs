using static TorchSharp.torch;

namespace MetaTrain.Learning.Tensors;

/// <summary>
/// im2col on channels-last images and its transpose, each the other's backward: both are linear, so that a pair of custom functions
/// differentiates as often as wanted, and a convolution becomes one matrix product a task. <see cref="PatchKernels"/> does the work on the
/// processor, single tensor operations elsewhere.
/// </summary>
internal static class Patches
{
    /// <summary>The 3x3 surroundings of every output pixel: [T, N * patches, 9 * C] from [T, N, H, W, C].</summary>
    public static Tensor Of(Tensor images, PatchGeometry geometry) => Gather.apply(images, geometry);

    /// <summary>The transpose: every patch value added where it came from, [T, N, H, W, C] from [T, N * patches, 9 * C].</summary>
    public static Tensor Sum(Tensor patches, PatchGeometry geometry) => Scatter.apply(patches, geometry);

    private static unsafe Tensor Gathered(Tensor images, PatchGeometry g)
    {
        if (!TensorMemory.Reaches(images))
        {
            return ByOperations(images, g);
        }

        var (source, patches) = (images.contiguous(), empty(g.PatchShape, images.dtype));
        if (images.dtype == ScalarType.Float32)
        {
            PatchKernels.Gather(TensorMemory.Of<float>(source), TensorMemory.Of<float>(patches), g);
        }
        else
        {
            PatchKernels.Gather(TensorMemory.Of<double>(source), TensorMemory.Of<double>(patches), g);
        }

        return patches;
    }

    private static unsafe Tensor Scattered(Tensor patches, PatchGeometry g)
    {
        if (!TensorMemory.Reaches(patches))
        {
            return SumByOperations(patches, g);
        }

        var (source, images) = (patches.contiguous(), zeros(g.ImageShape, patches.dtype));
        if (patches.dtype == ScalarType.Float32)
        {
            PatchKernels.Scatter(TensorMemory.Of<float>(source), TensorMemory.Of<float>(images), g);
        }
        else
        {
            PatchKernels.Scatter(TensorMemory.Of<double>(source), TensorMemory.Of<double>(images), g);
        }

        return images;
    }

    /// <summary>The same as <see cref="Of"/> from single tensor operations, for devices that the kernels cannot reach.</summary>
    internal static Tensor ByOperations(Tensor images, PatchGeometry g)
    {
        var (height, width, channels) = (g.Height + 2, g.Width + 2, g.Channels);
        var padded = nn.functional.pad(
            images.reshape(g.Tasks * g.Images, g.Height, g.Width, channels), [0L, 0, 1, 1, 1, 1]).contiguous();
        var runs = padded.as_strided(
            [g.Tasks * g.Images, g.OutputHeight, g.OutputWidth, PatchGeometry.Kernel, PatchGeometry.Kernel * channels],
            [height * width * channels, g.Stride * width * channels, g.Stride * channels, width * channels, 1]);
        return runs.contiguous().view(g.PatchShape);
    }

    /// <summary>The same as <see cref="Sum"/> from single tensor operations, for devices that the kernels cannot reach.</summary>
    internal static Tensor SumByOperations(Tensor patches, PatchGeometry g)
    {
        var (height, width, channels) = (g.Height + 2, g.Width + 2, g.Channels);
        long[] windows = [g.Tasks * g.Images, g.OutputHeight, g.OutputWidth, channels];
        long[] steps = [height * width * channels, g.Stride * width * channels, g.Stride * channels, 1];
        var values = patches.reshape([.. windows[..3], PatchGeometry.Kernel * PatchGeometry.Kernel, channels]);
        var padded = zeros([windows[0], height, width, channels], patches.dtype, patches.device);
        for (var position = 0; position < PatchGeometry.Kernel * PatchGeometry.Kernel; position++)
        {
            var offset = ((position / PatchGeometry.Kernel * width) + (position % PatchGeometry.Kernel)) * channels;
            padded.as_strided(windows, steps, offset).add_(values.select(3, position), HeldScalars.One);
        }

        return padded.narrow(1, 1, g.Height).narrow(2, 1, g.Width).contiguous().view(g.ImageShape);
    }

    private sealed class Gather : autograd.SingleTensorFunction<Gather>
    {
        public override string Name => nameof(Gather);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            ctx.save_data(nameof(PatchGeometry), vars[1]);
            return Gathered((Tensor)vars[0], (PatchGeometry)vars[1]);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
            [Sum(grad_output, (PatchGeometry)ctx.get_data(nameof(PatchGeometry))), null!];
    }

    private sealed class Scatter : autograd.SingleTensorFunction<Scatter>
    {
        public override string Name => nameof(Scatter);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            ctx.save_data(nameof(PatchGeometry), vars[1]);
            return Scattered((Tensor)vars[0], (PatchGeometry)vars[1]);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
            [Of(grad_output, (PatchGeometry)ctx.get_data(nameof(PatchGeometry))), null!];
    }
}
