using System.Numerics;
using System.Runtime.InteropServices;

namespace MetaTrain.Learning.Tensors;

/// <summary>
/// Sums over rows, one or several a channel. Rows are added in runs whose sums join the total, which keeps the rounding of long sums small;
/// each sum's order is the same whatever the width of a vector.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal readonly unsafe struct ColumnSums<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int RunLength = 64;

    private readonly int _length;

    /// <summary>Zero sums.</summary>
    /// <param name="length">How many.</param>
    public ColumnSums(int length)
    {
        _length = length;
        Run = (T*)NativeMemory.AllocZeroed((nuint)length * 2, (nuint)sizeof(T));
        Total = Run + length;
    }

    /// <summary>The sums of the rows of this run: kernels add to them.</summary>
    public T* Run { get; }

    /// <summary>The sums of the runs that have ended.</summary>
    public T* Total { get; }

    /// <summary>To be called after each row with how many there have been.</summary>
    public void EndRow(int rows)
    {
        if (rows % RunLength == 0)
        {
            Finish();
        }
    }

    /// <summary>Ends the run.</summary>
    public void Finish()
    {
        for (var at = 0; at < _length; at++)
        {
            Total[at] += Run[at];
            Run[at] = T.Zero;
        }
    }

    /// <summary>Makes means of the totals.</summary>
    public void DivideBy(T count)
    {
        for (var at = 0; at < _length; at++)
        {
            Total[at] /= count;
        }
    }

    /// <summary>Begins anew, for the next task.</summary>
    public void Clear() => new Span<T>(Run, _length * 2).Clear();

    /// <summary>Frees the memory.</summary>
    public void Dispose() => NativeMemory.Free(Run);
}
