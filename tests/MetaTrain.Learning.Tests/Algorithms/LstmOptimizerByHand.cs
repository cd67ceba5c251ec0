using MetaTrain.Learning.Tensors;

namespace MetaTrain.Learning.Tests.Algorithms;

/// <summary>
/// A learned optimizer of quadratic functions in plain numbers, one coordinate after the other: two LSTM layers, sums of squares
/// |X theta - y|^2. Its runs are recorded, so that slopes can be taken with the gradients that entered the LSTM held fast.
/// </summary>
internal sealed class LstmOptimizerByHand(Dictionary<string, double[]> weights, int hidden, double? p, double scale)
{
    private const int Layers = 2;

    /// <summary>What entered and left a step: theta and memory before it, and the gradient there.</summary>
    public sealed record Moment(double[] Theta, double[][][] Memory, double[] Gradient);

    public static Dictionary<string, double[]> WeightsOf(ParameterSet parameters) =>
        parameters.Layout.Slots.ToDictionary(slot => slot.Name, slot => TensorData.ToDoubles(parameters[slot.Name]));

    public static double Loss(double[][] x, double[] y, double[] theta) => x.Select((row, i) => Math.Pow(Dot(row, theta) - y[i], 2)).Sum();

    public static double[] Slope(double[][] x, double[] y, double[] theta) =>
        [.. theta.Select((_, k) => x.Select((row, i) => 2 * (Dot(row, theta) - y[i]) * row[k]).Sum())];

    /// <summary>A run on a function: the moments before each step, and one after the last.</summary>
    public List<Moment> Run(double[][] x, double[] y, double[] start, int steps)
    {
        List<Moment> moments = [new(start, [.. start.Select(_ => Empty())], Slope(x, y, start))];
        for (var step = 0; step < steps; step++)
        {
            var now = moments[^1];
            var (theta, memory) = Step(now.Theta, now.Memory, now.Gradient);
            moments.Add(new Moment(theta, memory, Slope(x, y, theta)));
        }

        return moments;
    }

    /// <summary>
    /// The places after each step with these weights, when every gradient, and place and memory where a stretch begins, are those of a recorded run.
    /// </summary>
    public List<double[]> Again(List<Moment> recorded, Func<int, bool> begins)
    {
        var (theta, memory) = (recorded[0].Theta, recorded[0].Memory);
        List<double[]> places = [];
        for (var step = 0; step < recorded.Count - 1; step++)
        {
            (theta, memory) = begins(step) ? (recorded[step].Theta, recorded[step].Memory) : (theta, memory);
            (theta, memory) = Step(theta, memory, recorded[step].Gradient);
            places.Add(theta);
        }

        return places;
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (u, v) => u * v).Sum();

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private double[][] Empty() => [.. Enumerable.Range(0, 2 * Layers).Select(_ => new double[hidden])];

    private (double[] Theta, double[][][] Memory) Step(double[] theta, double[][][] memory, double[] gradient)
    {
        var moved = theta.Select((value, k) => (value, Coordinate(gradient[k], memory[k]))).ToArray();
        return ([.. moved.Select(pair => pair.value + pair.Item2.Update)], [.. moved.Select(pair => pair.Item2.Memory)]);
    }

    private (double Update, double[][] Memory) Coordinate(double gradient, double[][] memory)
    {
        double[] input = p is not { } smallest ? [gradient]
            : Math.Abs(gradient) >= Math.Exp(-smallest) ? [Math.Log(Math.Abs(gradient)) / smallest, Math.Sign(gradient)]
            : [-1, Math.Exp(smallest) * gradient];
        var next = new double[2 * Layers][];
        for (var layer = 0; layer < Layers; layer++)
        {
            var (h, c) = (memory[2 * layer], memory[(2 * layer) + 1]);
            var (wx, wh, b) = (Of("inputWeight"), Of("hiddenWeight"), Of("bias"));
            double Gate(int gate, int unit)
            {
                var row = (gate * hidden) + unit;
                return b[row] + input.Select((value, i) => value * wx[(row * input.Length) + i]).Sum() + h.Select((value, i) => value * wh[(row * hidden) + i]).Sum();
            }

            double[] cell = [.. Enumerable.Range(0, hidden).Select(u => (Sigmoid(Gate(1, u)) * c[u]) + (Sigmoid(Gate(0, u)) * Math.Tanh(Gate(2, u))))];
            double[] output = [.. Enumerable.Range(0, hidden).Select(u => Sigmoid(Gate(3, u)) * Math.Tanh(cell[u]))];
            (next[2 * layer], next[(2 * layer) + 1], input) = (output, cell, output);

            double[] Of(string name) => weights[$"optimizer.lstm{layer + 1}.{name}"];
        }

        return (scale * (Dot(input, weights["optimizer.output.weight"]) + weights["optimizer.output.bias"][0]), next);
    }
}
