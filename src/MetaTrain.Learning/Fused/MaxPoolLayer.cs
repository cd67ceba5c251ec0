using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MetaTrain.Learning.Fused;

/// <summary>The greatest of each 2x2 square, the first of equals (row by row); an odd last row or column is left out.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="height">Of an image.</param>
/// <param name="width">Of an image.</param>
/// <param name="channels">Channels.</param>
internal sealed unsafe class MaxPoolLayer<T>(int height, int width, int channels) : FusedLayer<T>(new NodeShape(height / 2 * (width / 2), channels))
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Stage<T> Bind(Node<T> input, Node<T> output) => new PoolStage(height, width, input, output);

    private sealed class PoolStage(int height, int width, Node<T> input, Node<T> output) : Stage<T>
    {
        public override void Forward(Weights<T> weights) => ForEachSquare(input.Value, output.Value, &Greatest);

        public override void Backward(Weights<T> weights, T* gradient) => Spread(output.Gradient, input.Gradient);

        public override void TangentForward(Weights<T> weights, Weights<T> direction) => ForEachSquare(input.Tangent, output.Tangent, &Chosen);

        public override void TangentBackward(Weights<T> weights, Weights<T> direction, T* tangent) =>
            Spread(output.GradientTangent, input.GradientTangent);

        private static void Greatest(Square square, T* from, T* to)
        {
            var x00 = Vector256.Load(from + square.At(0));
            var best = Pick(Vector256.Load(from + square.At(1)), x00);
            best = Pick(Vector256.Load(from + square.At(2)), best);
            Pick(Vector256.Load(from + square.At(3)), best).Store(to);

            // What is not a number is chosen over any number, as libtorch does, so that it is seen further on.
            static Vector256<T> Pick(Vector256<T> next, Vector256<T> best) =>
                Vector256.ConditionalSelect(Vector256.LessThanOrEqual(next, best) | ~Vector256.Equals(best, best), best, next);
        }

        private static void Chosen(Square square, T* from, T* to)
        {
            var chosen = Vector256<T>.Zero;
            for (var corner = 3; corner >= 0; corner--)
            {
                chosen = Vector256.ConditionalSelect(square.Is(corner), Vector256.Load(from + square.At(corner)), chosen);
            }

            chosen.Store(to);
        }

        private static void Scatter(Square square, T* to, T* from)
        {
            var left = Vector256.Load(from);
            for (var corner = 0; corner < 4; corner++)
            {
                var mask = square.Is(corner);
                (mask & left).Store(to + square.At(corner));
                left = Vector256.AndNot(left, mask);
            }
        }

        private void Spread(T* from, T* to)
        {
            // Rows and columns that no square covers get nothing.
            if (height % 2 != 0 || width % 2 != 0)
            {
                NativeMemory.Clear(to, (nuint)input.Length * (nuint)sizeof(T));
            }

            ForEachSquare(to, from, &Scatter);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void ForEachSquare(T* large, T* small, delegate*<Square, T*, T*, void> visit)
        {
            var (rows, columns) = (height / 2, width / 2);
            for (var image = 0; image < input.Examples; image++)
            {
                for (var y = 0; y < rows; y++)
                {
                    for (var x = 0; x < columns; x++)
                    {
                        var first = ((((nint)image * height) + (2 * y)) * width + (2 * x)) * input.Stride;
                        var target = ((((nint)image * rows) + y) * columns + x) * output.Stride;
                        for (var c = 0; c < output.Shape.Channels; c += Vector256<T>.Count)
                        {
                            var square = new Square(input.Value + first + c, output.Value + target + c, input.Stride, (nint)width * input.Stride);
                            visit(square, large + first + c, small + target + c);
                        }
                    }
                }
            }
        }
    }

    /// <summary>Four pixels of one vector of channels, and the greatest of each channel.</summary>
    private readonly struct Square(T* values, T* greatest, nint right, nint below)
    {
        public nint At(int corner) => ((corner & 1) * right) + ((corner >> 1) * below);

        /// <summary>Where this corner has the greatest value; a corner before it may have it too.</summary>
        public Vector256<T> Is(int corner) => Vector256.Equals(Vector256.Load(values + At(corner)), Vector256.Load(greatest));
    }
}
