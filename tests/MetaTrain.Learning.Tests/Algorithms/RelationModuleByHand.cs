using MetaTrain.Learning.Algorithms;

namespace MetaTrain.Learning.Tests.Algorithms;

/// <summary>The relation module in plain loops on each pair's joined maps, channels first, as the paper draws it.</summary>
/// <param name="values">A parameter's values by its name, as PyTorch lays it out.</param>
/// <param name="options">Of the module.</param>
/// <param name="maps">Whether features are maps.</param>
internal sealed class RelationModuleByHand(Func<string, double[]> values, RelationNetOptions options, bool maps)
{
    /// <summary>One answer a pair.</summary>
    public double[] Scores(double[][] pairs, int channels, int height, int width)
    {
        for (var block = 1; block <= 2; block++)
        {
            pairs = maps ? Convolve(pairs, block, channels, height, width) : Connect(pairs, $"relation.layer{block}", options.Filters);
            channels = options.Filters;
            pairs = Normalize(pairs, block, height * width);
            if (maps && options.Pooling && height > 1 && width > 1)
            {
                (pairs, height, width) = (Pool(pairs, height, width), height / 2, width / 2);
            }
        }

        pairs = Array.ConvertAll(Connect(pairs, "relation.hidden", options.Hidden), Relu);
        var scores = Connect(pairs, "relation.score", 1).Select(score => score[0]);
        return [.. options.Loss == RelationLoss.Mse ? scores.Select(score => 1 / (1 + Math.Exp(-score))) : scores];
    }

    private double[][] Connect(double[][] inputs, string name, int outputs)
    {
        var (weight, bias) = (values($"{name}.weight"), values($"{name}.bias"));
        return Array.ConvertAll(inputs, x => Enumerable.Range(0, outputs)
            .Select(o => bias[o] + x.Select((value, i) => value * weight[(o * x.Length) + i]).Sum()).ToArray());
    }

    private double[][] Convolve(double[][] inputs, int block, int channels, int height, int width)
    {
        var (weight, bias) = (values($"relation.conv{block}.weight"), values($"relation.conv{block}.bias"));
        return Array.ConvertAll(inputs, x =>
        {
            var y = new double[options.Filters * height * width];
            for (var at = 0; at < y.Length; at++)
            {
                var (o, row, column) = (at / (height * width), at / width % height, at % width);
                y[at] = bias[o];
                for (var k = 0; k < channels * 9; k++)
                {
                    var (c, r, s) = (k / 9, row + (k / 3 % 3) - 1, column + (k % 3) - 1);
                    y[at] += r >= 0 && r < height && s >= 0 && s < width ? weight[(o * channels * 9) + k] * x[(((c * height) + r) * width) + s] : 0;
                }
            }

            return y;
        });
    }

    private double[][] Normalize(double[][] inputs, int block, int pixels)
    {
        if (!options.BatchNorm)
        {
            return Array.ConvertAll(inputs, Relu);
        }

        var (weight, bias) = (values($"relation.norm{block}.weight"), values($"relation.norm{block}.bias"));
        var outputs = Array.ConvertAll(inputs, x => (double[])x.Clone());
        for (var channel = 0; channel < options.Filters; channel++)
        {
            double[] all = [.. inputs.SelectMany(x => x[(channel * pixels)..((channel + 1) * pixels)])];
            var (mean, variance) = (all.Average(), all.Select(value => Math.Pow(value - all.Average(), 2)).Average());
            foreach (var x in outputs)
            {
                for (var at = channel * pixels; at < (channel + 1) * pixels; at++)
                {
                    x[at] = (weight[channel] * (x[at] - mean) / Math.Sqrt(variance + 1e-5)) + bias[channel];
                }
            }
        }

        return Array.ConvertAll(outputs, Relu);
    }

    private double[][] Pool(double[][] inputs, int height, int width) => Array.ConvertAll(inputs, x =>
    {
        double At(int channel, int row, int column) => x[(((channel * height) + row) * width) + column];
        return (from channel in Enumerable.Range(0, options.Filters)
                from row in Enumerable.Range(0, height / 2)
                from column in Enumerable.Range(0, width / 2)
                select Math.Max(
                    Math.Max(At(channel, 2 * row, 2 * column), At(channel, 2 * row, (2 * column) + 1)),
                    Math.Max(At(channel, (2 * row) + 1, 2 * column), At(channel, (2 * row) + 1, (2 * column) + 1)))).ToArray();
    });

    private static double[] Relu(double[] x) => Array.ConvertAll(x, value => Math.Max(0, value));
}
