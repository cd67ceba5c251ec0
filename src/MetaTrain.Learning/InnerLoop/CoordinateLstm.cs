// C coordinates: those of all tasks, T * P; H hidden units; I inputs a coordinate.
using System.Collections.Immutable;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.InnerLoop;

/// <summary>What a recurrent optimizer remembers between two steps: hidden and cell state of each layer, each [1, C, H].</summary>
internal sealed record OptimizerMemory(ImmutableArray<(Tensor Hidden, Tensor Cell)> Layers)
{
    /// <summary>Each tensor changed.</summary>
    public OptimizerMemory Select(Func<Tensor, Tensor> change) => new([.. Layers.Select(layer => (change(layer.Hidden), change(layer.Cell)))]);

    /// <summary>Frees it: it is large where a model is, and no step but the next reads it.</summary>
    public void Free()
    {
        foreach (var (hidden, cell) in Layers)
        {
            hidden.Dispose();
            cell.Dispose();
        }
    }
}

/// <summary>
/// The network of a learned optimizer (arXiv:1606.04474, section 2.1 and figure 3): a small LSTM that sees one coordinate's gradient and says
/// that coordinate's update. All coordinates share its weights; each has a memory of its own.
/// </summary>
/// <param name="layers">LSTM layers, one on top of the other.</param>
/// <param name="hidden">Units of each.</param>
/// <param name="smallest">p of <see cref="Ops.LogAndSign"/>; null shows the network the bare gradient.</param>
/// <param name="scale">What its output is multiplied with.</param>
internal sealed class CoordinateLstm(int layers, int hidden, double? smallest, double scale)
{
    /// <summary>What the names of its parameters begin with.</summary>
    public const string Prefix = "optimizer.";

    private const string Output = Prefix + "output";

    private readonly ImmutableArray<(string Input, string Hidden, string Bias)> _names =
        [.. Enumerable.Range(1, layers).Select(layer => ($"{Prefix}lstm{layer}.inputWeight", $"{Prefix}lstm{layer}.hiddenWeight", $"{Prefix}lstm{layer}.bias"))];

    /// <summary>Its parameters; the output has a bias of zero, so that an untrained optimizer does not drift for a reason of its own.</summary>
    public ImmutableArray<ParameterDefinition> Parameters =>
    [
        .. _names.SelectMany((name, layer) => Layer(name, layer == 0 ? (smallest is null ? 1 : 2) : hidden)),
        new(Output + ".weight", [1, hidden], Within),
        new(Output + ".bias", [1], Initializer.Constant(0)),
    ];

    private Initializer Within => Initializer.Uniform(1 / Math.Sqrt(hidden));

    /// <summary>An empty memory for each coordinate of <paramref name="theta"/>.</summary>
    public OptimizerMemory Empty(Tensor theta)
    {
        return new([.. Enumerable.Range(0, layers).Select(_ => (Nothing(), Nothing()))]);

        Tensor Nothing() => zeros(1, theta.NumberOfElements, hidden, dtype: theta.dtype, device: theta.device);
    }

    /// <summary>One update of every coordinate.</summary>
    /// <param name="weights">The network's parameters, each [1, shape...]; the update can be differentiated with respect to them.</param>
    /// <param name="gradient">[T, P]: a detached input.</param>
    /// <param name="memory">What it remembers.</param>
    /// <returns>What to add, [T, P], and what to remember.</returns>
    public (Tensor Update, OptimizerMemory Memory) Step(ParameterSet weights, Tensor gradient, OptimizerMemory memory)
    {
        var flat = gradient.detach().reshape(1, -1);
        var x_1CI = smallest is { } p ? Ops.LogAndSign(flat, p) : flat.unsqueeze(-1);
        var next = ImmutableArray.CreateBuilder<(Tensor, Tensor)>(layers);
        for (var layer = 0; layer < layers; layer++)
        {
            var (input, recurrent, bias) = _names[layer];
            next.Add(Ops.LstmCell(x_1CI, memory.Layers[layer], weights[input], weights[recurrent], weights[bias]));
            x_1CI = next[layer].Item1;
        }

        var update = Ops.Linear(x_1CI, weights, Output);
        return (Ops.Scale(update, scale).reshape(gradient.shape), new OptimizerMemory(next.MoveToImmutable()));
    }

    private IEnumerable<ParameterDefinition> Layer((string Input, string Hidden, string Bias) name, int inputs) =>
    [
        new(name.Input, [4 * hidden, inputs], Within),
        new(name.Hidden, [4 * hidden, hidden], Within),
        new(name.Bias, [4 * hidden], Within),
    ];
}
