using System.Numerics;

namespace MetaTrain.Learning.Fused;

/// <summary>What an inner loop learns of a block, and the sums of its meta-gradients; one thread at a time.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="maps">Where it lies in a flat vector.</param>
internal sealed unsafe class StepwiseValues<T>(StepwiseMaps<T> maps)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly NativeBuffer<T>[] _rows = [.. maps.Rows.Skip(1).Select(_ => new NativeBuffer<T>(maps.Network.PackedLength))];
    private readonly NativeBuffer<T>[] _sums = [.. maps.Rows.Select(_ => new NativeBuffer<T>(maps.Network.PackedLength))];
    private readonly double[] _stepSizes = new double[maps.StepScales.Length * maps.Rule.StepSizeEntries];
    private readonly double[] _stepSums = new double[maps.StepScales.Length * maps.Rule.StepSizeEntries];

    /// <summary>The parameters before the first step.</summary>
    public Weights<T> Theta { get; } = new(maps.Network);

    /// <summary>The scales and shifts of normalisations after so many steps, at their places among the packed parameters.</summary>
    public T* Row(int steps) => Math.Min(steps, _rows.Length) is var row and > 0 ? _rows[row - 1].Values : Theta.Values;

    /// <summary>The packed meta-gradient of a row; that of row 0 is theta's.</summary>
    public T* Sum(int row) => _sums[row].Values;

    /// <summary>The step size of one of the network's ranges.</summary>
    public double StepSize(int range, int step) => maps.StepScales[range] < 0 ? maps.Rule.LearningRate : _stepSizes[Entry(range, step)];

    /// <summary>Adds to the meta-gradient of a step size.</summary>
    public void AddToStepSum(int range, int step, double value) => _stepSums[Entry(range, step)] += value;

    /// <summary>Takes over what is learned, and begins the sums.</summary>
    public void Load(ReadOnlySpan<T> parameters)
    {
        Packed.Pack(parameters, maps.Rows[0], Theta.Span);
        Theta.Changed();
        for (var row = 1; row < maps.Rows.Length; row++)
        {
            Packed.Pack(parameters, maps.Rows[row], _rows[row - 1].Span);
        }

        for (var range = 0; range < maps.StepScales.Length; range++)
        {
            for (var entry = 0; entry < maps.Rule.StepSizeEntries && maps.StepScales[range] >= 0; entry++)
            {
                _stepSizes[Entry(range, entry)] = maps.Rule.LearningRate * double.CreateChecked(parameters[maps.StepScales[range] + entry]);
            }
        }

        Array.Clear(_stepSums);
        Array.ForEach(_sums, sum => sum.Span.Clear());
    }

    /// <summary>Writes the sums as a flat meta-gradient.</summary>
    public void Unload(Span<T> gradient)
    {
        for (var row = 0; row < maps.Rows.Length; row++)
        {
            Packed.Unpack(_sums[row].Span, maps.Rows[row], gradient);
        }

        for (var range = 0; range < maps.StepScales.Length; range++)
        {
            for (var entry = 0; entry < maps.Rule.StepSizeEntries && maps.StepScales[range] >= 0; entry++)
            {
                gradient[maps.StepScales[range] + entry] = T.CreateTruncating(maps.Rule.LearningRate * _stepSums[Entry(range, entry)]);
            }
        }
    }

    private int Entry(int range, int step) => (range * maps.Rule.StepSizeEntries) + Math.Min(step, maps.Rule.StepSizeEntries - 1);
}
