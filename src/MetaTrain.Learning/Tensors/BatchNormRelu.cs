using System.Numerics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tensors;

/// <summary>
/// Batch normalisation and ReLU as a custom function whose gradient is one too, both computed by <see cref="BatchNormKernels"/>.
/// It differentiates twice; where a third derivative could be wanted, the second is built from primitives instead.
/// </summary>
internal static class BatchNormRelu
{
    /// <summary>max(0, w y + b).</summary>
    /// <param name="x">[T, M, C].</param>
    /// <param name="weight">[T, C].</param>
    /// <param name="bias">[T, C].</param>
    /// <param name="epsilon">Added to the variance.</param>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor bias, double epsilon) => x.dtype == ScalarType.Float32
        ? Output<float>.apply(x, weight, bias, epsilon)
        : Output<double>.apply(x, weight, bias, epsilon);

    /// <summary>x, w, b to the output.</summary>
    private sealed class Output<T> : autograd.SingleTensorFunction<Output<T>>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public override string Name => nameof(BatchNormRelu);

        public override unsafe Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (x, weight, bias) = (((Tensor)vars[0]).contiguous(), (Tensor)vars[1], (Tensor)vars[2]);
            var shape = x.shape;
            var state = new BatchNormState<T>((int)shape[0], (int)shape[1], (int)shape[2], (double)vars[3]);
            state.SetScale(MemoryMarshal.Cast<byte, T>(weight.contiguous().bytes), MemoryMarshal.Cast<byte, T>(bias.contiguous().bytes));
            var output = empty(shape, x.dtype);
            BatchNormKernels.Forward(TensorMemory.Of<T>(x), TensorMemory.Of<T>(output), state);

            // The inputs as they came: a contiguous copy made here would have no history, and a second derivative would end at it.
            ctx.save_for_backward([(Tensor)vars[0], weight, bias]);
            ctx.save_data(nameof(BatchNormState<>), state);
            return output;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var saved = ctx.get_saved_variables();
            var gradients = Gradient<T>.apply(grad_output, saved[0], saved[1], saved[2], ctx.get_data(nameof(BatchNormState<>)));
            return [gradients[0], gradients[1], gradients[2], null!];
        }
    }

    /// <summary>g, x, w (and b, on which it does not depend) to dx, dw, db.</summary>
    private sealed class Gradient<T> : autograd.MultiTensorFunction<Gradient<T>>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public override string Name => nameof(BatchNormRelu) + nameof(Gradient<>);

        public override unsafe List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (g, x, state) = (((Tensor)vars[0]).contiguous(), ((Tensor)vars[1]).contiguous(), (BatchNormState<T>)vars[4]);
            long[] channels = [state.Tasks, state.Channels];
            var (dx, dw, db) = (empty(x.shape, x.dtype), empty(channels, x.dtype), empty(channels, x.dtype));
            BatchNormKernels.Backward(
                TensorMemory.Of<T>(g), TensorMemory.Of<T>(x), TensorMemory.Of<T>(dx), TensorMemory.Of<T>(dw), TensorMemory.Of<T>(db), state);
            ctx.save_for_backward([(Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (Tensor)vars[3]]);
            ctx.save_data(nameof(BatchNormState<>), state);
            return [dx, dw, db];
        }

        public override unsafe List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
        {
            var (saved, state) = (ctx.get_saved_variables(), (BatchNormState<T>)ctx.get_data(nameof(BatchNormState<>)));
            if (is_grad_enabled())
            {
                return [.. BatchNormPrimitives.DoubleBackward(grad_outputs, saved, state.Epsilon), null!, null!];
            }

            var (g, x) = (saved[0].contiguous(), saved[1].contiguous());
            var (ofDx, ofDw, ofDb) = (grad_outputs[0].contiguous(), grad_outputs[1].contiguous(), grad_outputs[2].contiguous());
            var (gradG, gradX, gradW) = (empty(x.shape, x.dtype), empty(x.shape, x.dtype), empty(ofDw.shape, x.dtype));
            BatchNormKernels.DoubleBackward(
                TensorMemory.Of<T>(ofDx),
                TensorMemory.Of<T>(ofDw),
                TensorMemory.Of<T>(ofDb),
                TensorMemory.Of<T>(g),
                TensorMemory.Of<T>(x),
                TensorMemory.Of<T>(gradG),
                TensorMemory.Of<T>(gradX),
                TensorMemory.Of<T>(gradW),
                state);
            return [gradG, gradX, gradW, null!, null!];
        }
    }
}
