namespace MetaTrain.Learning.Fused;

/// <summary>
/// Which rows of an affine layer's input and of its output's gradient <see cref="OuterKernel{T}"/> multiplies for each tap, in the order in which
/// they are added: images, then pixels, in runs whose sums join the total.
/// </summary>
internal sealed class OuterSchedule
{
    /// <summary>Rows a run: few enough for the first-level cache to hold both sides, and what keeps the rounding of long sums small.</summary>
    private const int RunLength = 64;

    private OuterSchedule(int[][][] runs) => Runs = runs;

    /// <summary>By tap, by run: pairs of the input's offset and the output's.</summary>
    public int[][][] Runs { get; }

    /// <summary>A schedule.</summary>
    /// <param name="connections">Between pixels.</param>
    /// <param name="images">Images.</param>
    /// <param name="inputStride">Distance between pixels of the input.</param>
    /// <param name="outputStride">Distance between pixels of the output.</param>
    public static OuterSchedule Create(Connections connections, int images, int inputStride, int outputStride)
    {
        var byTap = Enumerable.Range(0, connections.Taps).Select(_ => new List<int[]>()).ToArray();
        for (var image = 0; image < images; image++)
        {
            for (var output = 0; output < connections.Outputs; output++)
            {
                foreach (var (tap, input) in connections.Into(output))
                {
                    byTap[tap].Add([((image * connections.Inputs) + input) * inputStride, ((image * connections.Outputs) + output) * outputStride]);
                }
            }
        }

        return new OuterSchedule([.. byTap.Select(pairs => pairs.Chunk(RunLength).Select(run => run.SelectMany(pair => pair).ToArray()).ToArray())]);
    }
}
