using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Algorithms;

/// <summary>The graph network in loops over numbers, all ordered pairs of nodes one by one: nothing of the code under test.</summary>
internal sealed class GraphByHand(ParameterSet parameters, GnnOptions options, Comparison comparison, int task)
{
    private readonly int _ways = (int)comparison.Labels.shape[2];

    /// <summary>The logits of all queries of the task, one after the other.</summary>
    public double[] Logits()
    {
        var graphs = Enumerable.Range(0, (int)comparison.Queries.shape[1]).Select(Nodes).ToArray();
        for (var block = 1; block <= options.Blocks; block++)
        {
            graphs = Block($"gnn.block{block}", graphs, last: block == options.Blocks);
        }

        return [.. graphs.SelectMany(graph => graph[^1])];
    }

    private double[][] Nodes(int query)
    {
        var support = Rows(comparison.Support).Zip(Rows(comparison.Labels), (features, label) => (double[])[.. features, .. label]);
        return [.. support, [.. Rows(comparison.Queries)[query], .. Enumerable.Repeat(1.0 / _ways, _ways)]];
    }

    private double[][][] Block(string name, double[][][] graphs, bool last)
    {
        var count = graphs[0].Length;
        var pairs = (from i in Enumerable.Range(0, count) from j in Enumerable.Range(0, count) where i != j select (i, j)).ToArray();
        var edges = graphs.Select(x => pairs.Select(pair => x[pair.i].Zip(x[pair.j], (a, b) => Math.Abs(a - b)).ToArray()).ToArray()).ToArray();
        for (var layer = 1; layer <= 4; layer++)
        {
            edges = Normalise($"{name}.edge{layer}", edges);
        }

        var gathered = graphs.Select((x, g) => Enumerable.Range(0, count).Select(i => Gather(name, x, i, pairs, edges[g])).ToArray()).ToArray();
        if (last)
        {
            return [.. gathered.Select(rows => rows.Select(row => Linear($"{name}.node", row, bias: true)).ToArray())];
        }

        var added = Normalise($"{name}.node", gathered);
        return [.. graphs.Select((x, g) => x.Select((row, i) => (double[])[.. row, .. added[g][i]]).ToArray())];
    }

    /// <summary>[x_i, g_1 (A_1 x)_i, ...].</summary>
    private double[] Gather(string name, double[][] x, int i, (int I, int J)[] pairs, double[][] edges)
    {
        var gates = options.Gate && options.Heads > 1
            ? Softmax(Linear($"{name}.gate", x[i], bias: true)).Select(gate => gate * options.Heads).ToArray()
            : [.. Enumerable.Repeat(1.0, options.Heads)];
        List<double> result = [.. x[i]];
        for (var head = 0; head < options.Heads; head++)
        {
            var own = Enumerable.Range(0, pairs.Length).Where(pair => pairs[pair].I == i).ToArray();
            var weights = Softmax([.. own.Select(pair => Linear($"{name}.score", edges[pair], bias: true)[head])]);
            result.AddRange(Enumerable.Range(0, x[i].Length).Select(d => gates[head] * own.Select((pair, at) => weights[at] * x[pairs[pair].J][d]).Sum()));
        }

        return [.. result];
    }

    private double[][][] Normalise(string layer, double[][][] graphs)
    {
        var y = graphs.Select(rows => rows.Select(row => Linear(layer, row, bias: false)).ToArray()).ToArray();
        var (weight, shift) = (Values($"{layer}.norm.weight"), Values($"{layer}.norm.bias"));
        return [.. y.Select(rows => rows.Select(row => row.Select((value, c) =>
        {
            var batch = (options.Statistics == GraphStatistics.Task ? y.SelectMany(all => all) : rows).Select(other => other[c]).ToArray();
            var mean = batch.Average();
            var variance = batch.Average(other => (other - mean) * (other - mean));
            var normalised = (weight[c] * (value - mean) / Math.Sqrt(variance + 1e-5)) + shift[c];
            return normalised > 0 ? normalised : 0.01 * normalised;
        }).ToArray()).ToArray())];
    }

    private double[] Linear(string layer, double[] x, bool bias)
    {
        var weight = Values($"{layer}.weight");
        var shift = bias ? Values($"{layer}.bias") : new double[weight.Length / x.Length];
        return [.. shift.Select((start, o) => start + x.Select((value, d) => weight[(o * x.Length) + d] * value).Sum())];
    }

    private static double[] Softmax(double[] scores)
    {
        var sum = scores.Sum(Math.Exp);
        return [.. scores.Select(score => Math.Exp(score) / sum)];
    }

    private double[] Values(string name) => TensorData.ToDoubles(parameters[name]);

    private double[][] Rows(Tensor tensor)
    {
        var width = (int)tensor.shape[2];
        return [.. TensorData.ToDoubles(tensor.narrow(0, task, 1)).Chunk(width)];
    }
}
