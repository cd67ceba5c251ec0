// Full context embeddings: what an example of the support set is depends on the others, and what a query is on the support set.
// g(x_i, S) = forward_i + backward_i + g'(x_i), the states of two LSTMs that pass over the support set in its order and against it;
// f(x, S) = h_K of K steps  r = sum_i softmax_i(h_{k-1} . g(x_i)) g(x_i);  (h', c_k) = LSTM(f'(x), [h_{k-1}, r], c_{k-1});  h_k = h' + f'(x),
// from h_0 = c_0 = 0, so that the first read is the mean. Vinyals et al. 2016, arXiv:1606.04080, appendix A.
// T tasks, S support and Q query examples, F features, as many as a state has values.
using System.Collections.Immutable;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms;

/// <summary>The full context embeddings of <see cref="MatchingNet"/>.</summary>
internal static class FullContext
{
    private const string Forward = "matching.forward";
    private const string Backward = "matching.backward";
    private const string Reader = "matching.read";

    /// <summary>Three LSTMs, drawn as PyTorch does; the one that reads takes a state and what it read.</summary>
    /// <param name="features">F.</param>
    public static ImmutableArray<ParameterDefinition> Parameters(int features)
    {
        var within = Initializer.Uniform(1 / Math.Sqrt(features));
        return [.. Lstm(Forward, features), .. Lstm(Backward, features), .. Lstm(Reader, 2 * features)];

        ImmutableArray<ParameterDefinition> Lstm(string name, int hidden) =>
        [
            new($"{name}.input.weight", [4 * features, features], within),
            new($"{name}.hidden.weight", [4 * features, hidden], within),
            new($"{name}.bias", [4 * features], within),
        ];
    }

    /// <summary>g: [T, S, F] from [T, S, F].</summary>
    public static Tensor OfSupport(ParameterSet parameters, Tensor features)
    {
        var positions = Enumerable.Range(0, (int)features.shape[1]).ToArray();
        var forward_TSF = Pass(parameters, Forward, features, positions);
        var backward_TSF = Pass(parameters, Backward, features, [.. positions.Reverse()]);
        return Ops.Add(Ops.Add(forward_TSF, backward_TSF), features);
    }

    /// <summary>f.</summary>
    /// <param name="parameters">The method's own.</param>
    /// <param name="features">[T, Q, F].</param>
    /// <param name="support">g of the support set: [T, S, F].</param>
    /// <param name="steps">K.</param>
    /// <returns>[T, Q, F].</returns>
    public static Tensor OfQueries(ParameterSet parameters, Tensor features, Tensor support, int steps)
    {
        var (hidden_TQF, cell_TQF) = (zeros_like(features), zeros_like(features));
        for (var step = 0; step < steps; step++)
        {
            var read_TQF = Ops.Read(hidden_TQF, support);
            (var output_TQF, cell_TQF) = Step(parameters, Reader, features, (cat([hidden_TQF, read_TQF], 2), cell_TQF));
            hidden_TQF = Ops.Add(output_TQF, features);
        }

        return hidden_TQF;
    }

    /// <summary>The states of an LSTM that passes over examples in the given order, each where its example lies: [T, S, F].</summary>
    private static Tensor Pass(ParameterSet parameters, string name, Tensor features, int[] order)
    {
        var start = zeros_like(features.narrow(1, 0, 1));
        var (state, states) = ((Hidden: start, Cell: start), new Tensor[order.Length]);
        foreach (var position in order)
        {
            state = Step(parameters, name, features.narrow(1, position, 1), state);
            states[position] = state.Hidden;
        }

        return cat(states, 1);
    }

    private static (Tensor Hidden, Tensor Cell) Step(ParameterSet parameters, string name, Tensor x, (Tensor Hidden, Tensor Cell) state) =>
        Ops.LstmCell(x, state, parameters[$"{name}.input.weight"], parameters[$"{name}.hidden.weight"], parameters[$"{name}.bias"]);
}
