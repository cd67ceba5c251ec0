using System.Numerics;

namespace MetaTrain.Learning.Fused;

/// <summary>Batch normalisation with the batch's own statistics, then ReLU. Its input's value becomes the standardised one.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="shape">Of input and output.</param>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="offset">Where its scales, then its shifts, begin in the packed parameters.</param>
internal sealed unsafe class NormReluLayer<T>(NodeShape shape, double epsilon, int offset) : FusedLayer<T>(shape)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Channels in whole strips: the length of the scales and of the shifts.</summary>
    public int Channels { get; } = (shape.Channels + Strip<T>.Width - 1) / Strip<T>.Width * Strip<T>.Width;

    /// <summary>Where the scales begin.</summary>
    public int Offset { get; } = offset;

    /// <inheritdoc/>
    public override bool MayOverwriteGradient => true;

    /// <inheritdoc/>
    public override Stage<T> Bind(Node<T> input, Node<T> output) => new NormStage(this, T.CreateChecked(epsilon), input, output);

    private sealed class NormStage(NormReluLayer<T> layer, T epsilon, Node<T> input, Node<T> output) : Stage<T>
    {
        private readonly NormKernel<T> _kernel = new(input.Rows, input.Stride, epsilon);
        private readonly NativeBuffer<T> _statistics = new(4 * layer.Channels);

        private T* Inverse => _statistics.Values;

        private T* MeanG => Inverse + layer.Channels;

        private T* MeanGy => MeanG + layer.Channels;

        private T* MeanYu => MeanGy + layer.Channels;

        public override void Forward(Weights<T> weights)
        {
            var (scale, shift) = ((nint)layer.Offset, (nint)layer.Offset + layer.Channels);
            for (var c = 0; c < layer.Channels; c += Strip<T>.Width)
            {
                _kernel.Forward(input.Value + c, output.Value + c, weights.Values + scale + c, weights.Values + shift + c, Inverse + c);
            }
        }

        public override void Backward(Weights<T> weights, T* gradient)
        {
            T* scale = gradient + layer.Offset;
            for (var c = 0; c < layer.Channels; c += Strip<T>.Width)
            {
                _kernel.Backward(
                    output.Gradient + c,
                    output.Value + c,
                    input.Value + c,
                    input.Gradient + c,
                    weights.Values + layer.Offset + c,
                    Inverse + c,
                    scale + c,
                    scale + layer.Channels + c,
                    MeanG + c,
                    MeanGy + c);
            }
        }

        public override void TangentForward(Weights<T> weights, Weights<T> direction)
        {
            T* along = direction.Values + layer.Offset;
            for (var c = 0; c < layer.Channels; c += Strip<T>.Width)
            {
                _kernel.TangentForward(
                    input.Tangent + c,
                    output.Value + c,
                    input.Value + c,
                    output.Tangent + c,
                    weights.Values + layer.Offset + c,
                    Inverse + c,
                    along + c,
                    along + layer.Channels + c,
                    MeanYu + c);
            }
        }

        public override void TangentBackward(Weights<T> weights, Weights<T> direction, T* tangent)
        {
            T* scale = tangent + layer.Offset;
            for (var c = 0; c < layer.Channels; c += Strip<T>.Width)
            {
                var strip = new NormTangent<T>
                {
                    A = output.Value + c,
                    Y = input.Value + c,
                    TangentOfY = input.Tangent + c,
                    OfA = output.Gradient + c,
                    TangentOfOfA = output.GradientTangent + c,
                    TangentOfOfU = input.GradientTangent + c,
                    Weight = weights.Values + layer.Offset + c,
                    AlongWeight = direction.Values + layer.Offset + c,
                    Inverse = Inverse + c,
                    MeanG = MeanG + c,
                    MeanGy = MeanGy + c,
                    MeanYu = MeanYu + c,
                };
                _kernel.TangentBackward(strip, scale + c, scale + layer.Channels + c);
            }
        }
    }
}
