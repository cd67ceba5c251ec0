using static TorchSharp.torch;

namespace MetaTrain.Learning.Tensors;

/// <summary>
/// im2col on channels-last images and its transpose: a convolution becomes one matrix product a task. On the processor each is the other's
/// backward, in a pair of custom functions over <see cref="PatchKernels"/>: both are linear, so that the pair differentiates as often as
/// wanted. Elsewhere the patches are put together from slices, and libtorch differentiates by itself: its threads for devices then never
/// call back into managed code, where no dispose scope of theirs would free what is made.
/// </summary>
internal static class Patches
{
    /// <summary>The 3x3 surroundings of every output pixel: [T, N * patches, 9 * C] from [T, N, H, W, C].</summary>
    public static Tensor Of(Tensor images, PatchGeometry geometry) =>
        TensorMemory.Reaches(images) ? Gather.apply(images, geometry) : BySlices(images, geometry);

    /// <summary>The transpose: every patch value added where it came from, [T, N, H, W, C] from [T, N * patches, 9 * C].</summary>
    /// <param name="patches">In memory that the processor sees.</param>
    /// <param name="geometry">The sizes.</param>
    public static Tensor Sum(Tensor patches, PatchGeometry geometry) => Scatter.apply(patches, geometry);

    /// <summary>The same as <see cref="Of"/> from slices of the images, for devices that the kernels cannot reach.</summary>
    internal static Tensor BySlices(Tensor images, PatchGeometry g)
    {
        var padded = nn.functional.pad(images.reshape(g.Tasks * g.Images, g.Height, g.Width, g.Channels), [0L, 0, 1, 1, 1, 1]);
        var slices = new Tensor[PatchGeometry.Kernel * PatchGeometry.Kernel];
        for (var position = 0; position < slices.Length; position++)
        {
            var (row, column) = Math.DivRem(position, PatchGeometry.Kernel);
            slices[position] = padded
                .slice(1, row, row + ((g.OutputHeight - 1) * g.Stride) + 1, g.Stride)
                .slice(2, column, column + ((g.OutputWidth - 1) * g.Stride) + 1, g.Stride);
        }

        return cat(slices, 3).view(g.PatchShape);
    }

    private static unsafe Tensor Gathered(Tensor images, PatchGeometry g)
    {
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
