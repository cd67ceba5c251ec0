using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Algorithms;

/// <summary>Random parameters and episodes in float64.</summary>
internal static class TestTasks
{
    public static ComputeContext Context { get; } = new() { Dtype = ScalarType.Float64 };

    public static ParameterLayout LayoutOf(IMetaAlgorithm algorithm) =>
        new(algorithm.Parameters.Select(parameter => (parameter.Name, parameter.Shape)));

    /// <summary>Values around those that the definitions give, so that no scale is one and no shift zero.</summary>
    public static ParameterSet Parameters(IMetaAlgorithm algorithm, ulong seed = 1)
    {
        var layout = LayoutOf(algorithm);
        var values = new float[layout.Length];
        ParameterDefinition.Fill(algorithm.Parameters, layout, seed, values);
        for (var position = 0; position < layout.Slots.Length; position++)
        {
            var slot = layout.Slots[position];
            var span = values.AsSpan(slot.Offset, slot.Length);
            var random = new CounterRandom(seed, RandomPurpose.Algorithm, task: position);
            foreach (ref var value in span)
            {
                value += 0.1f * random.NextSingle(-1, 1);
            }
        }

        return ParameterSet.Load(layout, values, Context);
    }

    public static TaskBatch Classification(int tasks, int ways, int shots, int queries, params long[] input) => new(
        Labelled(tasks, ways, shots, input, seed: 11), Labelled(tasks, ways, queries, input, seed: 12));

    public static double[] Flat(ParameterSet set) => [.. set.Layout.Slots.SelectMany(slot => TensorData.ToDoubles(set[slot.Name]))];

    public static void AssertClose(double[] expected, double[] actual, double tolerance, string what = "")
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - actual[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])),
                $"{what}[{i}]: expected {expected[i]:R}, computed {actual[i]:R}.");
        }
    }

    public static Tensor Random(ulong seed, params long[] shape)
    {
        var random = new CounterRandom(seed, RandomPurpose.Inputs);
        var values = new double[shape.Aggregate(1L, (product, size) => product * size)];
        foreach (ref var value in values.AsSpan())
        {
            value = random.NextGaussian();
        }

        return TensorData.FromValues(values, shape);
    }

    private static Examples Labelled(int tasks, int ways, int perClass, long[] input, ulong seed)
    {
        var count = ways * perClass;
        var labels = new double[tasks * count * ways];
        for (var row = 0; row < tasks * count; row++)
        {
            labels[(row * ways) + (row % count / perClass)] = 1;
        }

        return new Examples(Random(seed, [tasks, count, .. input]), TensorData.FromValues(labels, [tasks, count, ways]));
    }
}
