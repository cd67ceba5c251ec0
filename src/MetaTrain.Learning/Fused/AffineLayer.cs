using System.Collections.Concurrent;
using System.Numerics;

namespace MetaTrain.Learning.Fused;

/// <summary>Where an affine layer's input comes from.</summary>
internal enum InputKind
{
    /// <summary>The examples themselves: nothing is differentiated with respect to them.</summary>
    Data,

    /// <summary>What another network computed: it has a gradient but no tangent.</summary>
    Features,

    /// <summary>A layer before it.</summary>
    Layer,
}

/// <summary>A convolution or a fully connected layer: y = x W + b along its connections.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed unsafe class AffineLayer<T> : FusedLayer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // By number of examples, of which varying episodes have many: those in use are kept by their stages.
    private const int MostSchedules = 8;

    private readonly ConcurrentDictionary<int, Schedules> _schedules = new();
    private readonly Connections _connections;
    private readonly int _inputs;
    private readonly InputKind _kind;

    /// <summary>A layer.</summary>
    /// <param name="connections">Between pixels.</param>
    /// <param name="inputs">Channels in.</param>
    /// <param name="outputs">Channels out.</param>
    /// <param name="kind">Where its input comes from.</param>
    /// <param name="offset">Where its weights, then its bias, begin in the packed parameters.</param>
    /// <param name="transposedOffset">Where its transposed weights begin among the transposed ones.</param>
    public AffineLayer(Connections connections, int inputs, int outputs, InputKind kind, int offset, int transposedOffset)
        : base(new NodeShape(connections.Outputs, outputs))
    {
        (_connections, _inputs, _kind, Offset, TransposedOffset) = (connections, inputs, kind, offset, transposedOffset);
        Matrix = new PanelMatrix<T>(connections.Taps * inputs, outputs);
        Transposed = new PanelMatrix<T>(connections.Taps * outputs, inputs);
    }

    /// <summary>How the weights lie: taps times inputs rows, outputs columns.</summary>
    public PanelMatrix<T> Matrix { get; }

    /// <summary>How the transposed weights lie: taps times outputs rows, inputs columns.</summary>
    public PanelMatrix<T> Transposed { get; }

    /// <summary>Where the weights begin in the packed parameters.</summary>
    public int Offset { get; }

    /// <summary>Where the bias begins in the packed parameters.</summary>
    public int BiasOffset => Offset + Matrix.Length;

    /// <summary>Where the transposed weights begin.</summary>
    public int TransposedOffset { get; }

    /// <summary>Pieces of the weights.</summary>
    public int Taps => _connections.Taps;

    /// <summary>True when a gradient of its input is ever asked for.</summary>
    public bool HasInputGradient => _kind != InputKind.Data;

    /// <summary>Multiplications of a product with one example.</summary>
    public long Multiplications => (long)_connections.Count * _inputs * Output.Channels;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">There are more values than a schedule counts.</exception>
    public override Stage<T> Bind(Node<T> input, Node<T> output)
    {
        if (_schedules.Count >= MostSchedules && !_schedules.ContainsKey(input.Examples))
        {
            _schedules.Clear();
        }

        return new AffineStage(this, _kind, _schedules.GetOrAdd(input.Examples, _ => Plan(input, output)), input, output);
    }

    private Schedules Plan(Node<T> input, Node<T> output)
    {
        if (Math.Max(input.Length, output.Length) > int.MaxValue)
        {
            throw new InvalidOperationException(
                $"{input.Examples} images of a task have {Math.Max(input.Length, output.Length):N0} values in one layer, more than the fused path counts: take smaller images or episodes, or plan.path: autograd.");
        }

        var examples = input.Examples;
        var (into, from) = (Enumerable.Range(0, _connections.Outputs).Select(_connections.Into), Enumerable.Range(0, _connections.Inputs).Select(_connections.From));
        return new Schedules(
            ProductSchedule.Create([.. into], examples, _inputs, input.Geometry, output.Geometry),
            HasInputGradient ? ProductSchedule.Create([.. from], examples, Output.Channels, output.Geometry, input.Geometry) : null,
            OuterSchedule.Create(_connections, examples, input.Stride, output.Stride));
    }

    private sealed record Schedules(ProductSchedule Forward, ProductSchedule? Backward, OuterSchedule Outer);

    private sealed class AffineStage : Stage<T>
    {
        private readonly AffineLayer<T> _layer;
        private readonly InputKind _kind;
        private readonly Schedules _schedules;
        private readonly Node<T> _input;
        private readonly Node<T> _output;
        private readonly NativeBuffer<T> _zeros;

        public AffineStage(AffineLayer<T> layer, InputKind kind, Schedules schedules, Node<T> input, Node<T> output)
        {
            (_layer, _kind, _schedules, _input, _output) = (layer, kind, schedules, input, output);
            _zeros = new NativeBuffer<T>(layer.Transposed.PaddedColumns);
        }

        public override void Forward(Weights<T> weights) => ProductKernel<T>.Run(
            _schedules.Forward, _input.Value, _layer.Matrix, weights.Values + _layer.Offset, weights.Values + _layer.BiasOffset, _output.Value);

        public override void Backward(Weights<T> weights, T* gradient)
        {
            AddOuter(_input.Value, _output.Gradient, gradient);
            ColumnKernel<T>.AddSums(_output.Gradient, _output.Rows, _output.Stride, _layer.Matrix.PaddedColumns, gradient + _layer.BiasOffset);
            if (_kind != InputKind.Data)
            {
                Back(_output.Gradient, weights, _zeros.Values, _input.Gradient);
            }
        }

        public override void TangentForward(Weights<T> weights, Weights<T> direction)
        {
            ProductKernel<T>.Run(
                _schedules.Forward, _input.Value, _layer.Matrix, direction.Values + _layer.Offset, direction.Values + _layer.BiasOffset, _output.Tangent);
            if (_kind == InputKind.Layer)
            {
                ProductKernel<T>.Run(_schedules.Forward, _input.Tangent, _layer.Matrix, weights.Values + _layer.Offset, null, _output.Tangent);
            }
        }

        public override void TangentBackward(Weights<T> weights, Weights<T> direction, T* tangent)
        {
            AddOuter(_input.Value, _output.GradientTangent, tangent);
            if (_kind == InputKind.Layer)
            {
                AddOuter(_input.Tangent, _output.Gradient, tangent);
            }

            ColumnKernel<T>.AddSums(_output.GradientTangent, _output.Rows, _output.Stride, _layer.Matrix.PaddedColumns, tangent + _layer.BiasOffset);
            if (_kind != InputKind.Data)
            {
                Back(_output.GradientTangent, weights, _zeros.Values, _input.GradientTangent);
                Back(_output.Gradient, direction, null, _input.GradientTangent);
            }
        }

        private void AddOuter(T* x, T* ofOutput, T* target) =>
            OuterKernel<T>.Run(_schedules.Outer, x, ofOutput, _layer.Matrix, target + _layer.Offset);

        private void Back(T* ofOutput, Weights<T> weights, T* start, T* ofInput) => ProductKernel<T>.Run(
            _schedules.Backward!, ofOutput, _layer.Transposed, weights.Transposed + _layer.TransposedOffset, start, ofInput);
    }
}
