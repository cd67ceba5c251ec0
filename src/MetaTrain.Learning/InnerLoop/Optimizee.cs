// T tasks, P coordinates.
using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace MetaTrain.Learning.InnerLoop;

/// <summary>What an optimizer optimizes: a model's parameters as one row of coordinates for each task, in the order of their layout.</summary>
/// <param name="model">The model.</param>
/// <param name="loss">The loss of an example.</param>
internal sealed class Optimizee(IModel model, ExampleLoss loss)
{
    /// <summary>The coordinates' names and places.</summary>
    public ParameterLayout Layout { get; } = new(model.Parameters.Select(parameter => (parameter.Name, parameter.Shape)));

    /// <summary>Parameters, each [1 or T, shape...], as rows: [1 or T, P].</summary>
    public static Tensor Join(ParameterSet parameters) => cat([.. parameters.Tensors.Select(tensor => tensor.reshape(tensor.shape[0], -1))], 1);

    /// <summary>Rows as parameters: each [T, shape...] from [T, P].</summary>
    public ParameterSet Split(Tensor theta) => new(Layout, Layout.Slots.Select(slot => ParameterSet.Arrange(
        theta.narrow(1, slot.Offset, slot.Length).reshape([theta.shape[0], .. slot.Shape.Select(size => (long)size)]))));

    /// <summary>What the model says at a place: [T, N, O].</summary>
    public Tensor Predict(Tensor theta, Tensor inputs) => model.Forward(Split(theta), inputs);

    /// <summary>The losses at a place, [T], and their gradients, [T, P], without a graph.</summary>
    /// <param name="theta">[T, P].</param>
    /// <param name="examples">Of each task.</param>
    /// <param name="reduction">How the examples' losses join.</param>
    public (Tensor Losses, Tensor Gradient) Slope(Tensor theta, Examples examples, InnerLoss reduction)
    {
        using var scope = NewDisposeScope();
        var leaves = Split(theta.detach()).AsLeaves();
        var losses_T = TaskLoss.Of(loss, model.Forward(leaves, examples.Inputs), examples, reduction);
        var gradient_TP = Join(Gradients.Of(Ops.Sum(losses_T), leaves, createGraph: false));
        return (losses_T.detach().MoveToOuterDisposeScope(), gradient_TP.MoveToOuterDisposeScope());
    }

    /// <summary>The model's own initial values, drawn anew for each seed: [seeds, P].</summary>
    public Tensor Draw(ReadOnlySpan<ulong> seeds, ScalarType dtype, Device? device)
    {
        var values = new float[seeds.Length * Layout.Length];
        for (var task = 0; task < seeds.Length; task++)
        {
            ParameterDefinition.Fill(model.Parameters, Layout, seeds[task], values.AsSpan(task * Layout.Length, Layout.Length));
        }

        return TensorData.FromValues(values, [seeds.Length, Layout.Length], dtype, device);
    }
}
