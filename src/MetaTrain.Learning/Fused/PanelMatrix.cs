using System.Numerics;

namespace MetaTrain.Learning.Fused;

/// <summary>
/// How a matrix of weights lies in memory: its columns in panels of two vectors (the last may be of one), each panel row after row, so that
/// a product reads it from beginning to end. Columns are padded with zeros to whole vectors.
/// </summary>
/// <param name="Rows">K: values in.</param>
/// <param name="Columns">N: values out.</param>
internal readonly record struct PanelMatrix<T>(int Rows, int Columns)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Columns with padding.</summary>
    public int PaddedColumns => Simd<T>.Padded(Columns);

    /// <summary>Values in memory.</summary>
    public int Length => Rows * PaddedColumns;

    /// <summary>The columns of the panel that begins at <paramref name="column"/>.</summary>
    public int PanelWidth(int column) => Math.Min(Simd<T>.Panel, PaddedColumns - column);

    /// <summary>Where the value of a row and column lies.</summary>
    public int IndexOf(int row, int column)
    {
        var first = column / Simd<T>.Panel * Simd<T>.Panel;
        return (first * Rows) + (row * PanelWidth(first)) + column - first;
    }

    /// <summary>Writes the transpose of each of several square-cut pieces: rows [tap * in, + in) by out become rows [tap * out, + out) by in.</summary>
    /// <param name="source">This matrix: taps * in rows, out columns.</param>
    /// <param name="taps">Pieces.</param>
    /// <param name="target">A matrix of taps * out rows and in columns.</param>
    public unsafe void TransposeTo(T* source, int taps, T* target)
    {
        var inputs = Rows / taps;
        var transposed = new PanelMatrix<T>(taps * Columns, inputs);
        for (var column = 0; column < Columns; column += Simd<T>.Panel)
        {
            var width = PanelWidth(column);
            var used = Math.Min(width, Columns - column);
            for (var input = 0; input < inputs; input += Simd<T>.Panel)
            {
                var (targetWidth, targetUsed) = (transposed.PanelWidth(input), Math.Min(Simd<T>.Panel, inputs - input));
                for (var tap = 0; tap < taps; tap++)
                {
                    T* from = source + (column * Rows) + (((tap * inputs) + input) * width);
                    T* to = target + (input * transposed.Rows) + (((tap * Columns) + column) * targetWidth);
                    Transposition<T>.Run(from, width, targetUsed, used, to, targetWidth);
                }
            }
        }
    }
}
