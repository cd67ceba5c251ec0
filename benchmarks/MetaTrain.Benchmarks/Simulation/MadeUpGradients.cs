using System.Numerics;
using System.Runtime.InteropServices;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>
/// Gradients in place of computed ones: a pure function of (parameters, iteration, block), full in size, so that sums cost what they cost
/// and another order of adding would give other bits.
/// </summary>
internal sealed class MadeUpGradients
{
    private const int Templates = 16;
    private readonly float[][] _templates;
    private readonly int _length;

    public MadeUpGradients(ulong seed, int length)
    {
        _length = length;
        _templates = new float[Templates][];
        for (int template = 0; template < Templates; template++)
        {
            CounterRandom random = new(seed, RandomPurpose.Parameters, template);
            _templates[template] = new float[length];
            random.FillUniform(_templates[template], -1, 1);
        }
    }

    /// <summary>The summed gradient of a block.</summary>
    /// <param name="parameters">[P].</param>
    /// <param name="iteration">Of the block.</param>
    /// <param name="block">Its index.</param>
    public float[] Compute(ReadOnlySpan<float> parameters, long iteration, int block)
    {
        float[] gradient = GradientArrays.RentUncleared(_length);
        Fill(gradient, parameters, _templates[(iteration + (block * 7L)) % Templates], 1 + (block * 0.37f));
        return gradient;
    }

    private static void Fill(float[] gradient, ReadOnlySpan<float> parameters, float[] template, float scale)
    {
        Span<Vector<float>> wide = MemoryMarshal.Cast<float, Vector<float>>(gradient.AsSpan());
        ReadOnlySpan<Vector<float>> wideTemplate = MemoryMarshal.Cast<float, Vector<float>>(template.AsSpan());
        ReadOnlySpan<Vector<float>> wideParameters = MemoryMarshal.Cast<float, Vector<float>>(parameters);
        for (int i = 0; i < wide.Length; i++)
        {
            wide[i] = (wideTemplate[i] * scale) + (wideParameters[i] * 0.1f);
        }

        for (int i = wide.Length * Vector<float>.Count; i < gradient.Length; i++)
        {
            gradient[i] = (template[i] * scale) + (parameters[i] * 0.1f);
        }
    }
}
