using static TorchSharp.torch;

namespace MetaTrain.Learning.Tensors;

public static partial class Ops
{
    /// <summary>A 3x3 convolution with a border of one zero, each task with its own kernels or all with the same.</summary>
    /// <param name="x">[T, N, H, W, C]: channels last.</param>
    /// <param name="weight">[T or 1, O, C, 3, 3], as PyTorch lays it out.</param>
    /// <param name="bias">[T or 1, O].</param>
    /// <param name="stride">Pixels from one output to the next.</param>
    /// <returns>[T, N, (H - 1) / stride + 1, (W - 1) / stride + 1, O].</returns>
    public static Tensor Conv3x3(Tensor x, Tensor weight, Tensor bias, int stride = 1)
    {
        var (shape, kernels) = (x.shape, weight.shape);
        var geometry = new PatchGeometry(shape[0], shape[1], shape[2], shape[3], shape[4], stride);

        // [T, height, width, C, O]: the order of a patch's values. ParameterSet arranges kernels so that this is a view.
        var matrix_TKO = weight.permute(0, 3, 4, 2, 1).reshape(kernels[0], -1, kernels[1]);
        return TaskMatrixProduct(Patches.Of(x, geometry), matrix_TKO, bias)
            .reshape(shape[0], shape[1], geometry.OutputHeight, geometry.OutputWidth, kernels[1]);
    }

    /// <summary>A 3x3 convolution without a bias.</summary>
    /// <inheritdoc cref="Conv3x3(Tensor, Tensor, Tensor, int)"/>
    public static Tensor Conv3x3(Tensor x, Tensor weight, int stride = 1) => Conv3x3(x, weight, zeros([1, weight.shape[1]], x.dtype, x.device), stride);

    /// <summary>A 1x1 convolution without a bias: the same matrix at every pixel.</summary>
    /// <param name="x">[T, N, H, W, C]: channels last.</param>
    /// <param name="weight">[T or 1, O, C, 1, 1], as PyTorch lays it out.</param>
    /// <returns>[T, N, H, W, O].</returns>
    public static Tensor Conv1x1(Tensor x, Tensor weight)
    {
        var (shape, kernels) = (x.shape, weight.shape);
        var matrix_TOC = weight.reshape(kernels[0], kernels[1], kernels[2]);
        return Linear(x.reshape(shape[0], -1, shape[4]), matrix_TOC).reshape(shape[0], shape[1], shape[2], shape[3], kernels[1]);
    }

    /// <summary>The mean over the pixels of each map: [T, N, H, W, C] to [T, N, C].</summary>
    public static Tensor GlobalAverage(Tensor x)
    {
        var shape = x.shape;
        return Mean(x.reshape(shape[0], shape[1], -1, shape[4]), 2);
    }

    /// <summary>The greatest of each 2x2 square; an odd last row or column is left out.</summary>
    /// <param name="x">[T, N, H, W, C].</param>
    /// <returns>[T, N, H / 2, W / 2, C].</returns>
    public static Tensor MaxPool2x2(Tensor x)
    {
        var shape = x.shape;
        var images = x.reshape(shape[0] * shape[1], shape[2], shape[3], shape[4]).permute(0, 3, 1, 2);
        return nn.functional.max_pool2d(images, 2).permute(0, 2, 3, 1)
            .reshape(shape[0], shape[1], shape[2] / 2, shape[3] / 2, shape[4]);
    }

    /// <summary>Images with channels first, [T, N, C, H, W], as images with channels last, [T, N, H, W, C].</summary>
    public static Tensor ChannelsLast(Tensor x) => x.permute(0, 1, 3, 4, 2).contiguous();

    /// <summary>Images with channels last as vectors in PyTorch's order: [T, N, H, W, C] to [T, N, C * H * W].</summary>
    public static Tensor FlattenImages(Tensor x) => Flatten(x.permute(0, 1, 4, 2, 3));
}
