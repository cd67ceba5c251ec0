using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace MetaTrain.Learning.InnerLoop;

/// <summary>One inner update: new parameters of each task from its parameters and their gradients.</summary>
/// <param name="parameters">Each [T, shape...].</param>
/// <param name="gradients">Each [T, shape...].</param>
/// <param name="step">The inner step, from 0.</param>
internal delegate ParameterSet InnerUpdate(ParameterSet parameters, ParameterSet gradients, int step);

/// <summary>
/// The inner loop: a number of updates of each task's own parameters on the gradient of its own support loss, all tasks of a block at
/// once. The support losses of the tasks are summed before differentiating, which leaves every task its own gradient because no
/// task's loss depends on another's parameters.
/// </summary>
internal static class GradientSteps
{
    /// <summary>The plain update: parameters less the learning rate times their gradients.</summary>
    public static InnerUpdate Descend(double learningRate) => (parameters, gradients, _) =>
        parameters.Zip(gradients, (parameter, gradient) => Ops.Add(parameter, gradient, -learningRate));

    /// <summary>The plain update on the loss and a proximal term, strength / 2 |parameters - start|^2.</summary>
    /// <param name="start">Where the steps begin: each [1 or T, shape...].</param>
    /// <param name="learningRate">Of both.</param>
    /// <param name="strength">Of the proximal term.</param>
    public static InnerUpdate DescendNear(ParameterSet start, double learningRate, double strength)
    {
        var (descend, origin) = (Descend(learningRate), start.Select(tensor => tensor.detach()));
        return (parameters, gradients, step) => descend(parameters, gradients, step)
            .Zip(parameters.Zip(origin, Ops.Subtract), (moved, away) => Ops.Add(moved, away, -learningRate * strength));
    }

    /// <summary>Steps whose result can be differentiated with respect to <paramref name="start"/>: the graph holds every gradient.</summary>
    /// <param name="start">Where all tasks begin: each [1 or T, shape...].</param>
    /// <param name="tasks">T.</param>
    /// <param name="steps">How many.</param>
    /// <param name="losses">The support loss of each task, [T], under given parameters.</param>
    /// <param name="update">One update.</param>
    public static ParameterSet Differentiable(
        ParameterSet start, long tasks, int steps, Func<ParameterSet, Tensor> losses, InnerUpdate update)
    {
        var fast = start.Select(tensor => Ops.ExpandTasks(tensor, tasks));
        for (var step = 0; step < steps; step++)
        {
            fast = update(fast, Gradients.Of(Ops.Sum(losses(fast)), fast, createGraph: true), step);
        }

        return fast;
    }

    /// <summary>The same steps without a graph: each forgets how it came about, and its tensors are freed when it ends.</summary>
    /// <inheritdoc cref="Differentiable"/>
    public static ParameterSet Detached(ParameterSet start, long tasks, int steps, Func<ParameterSet, Tensor> losses, InnerUpdate update) =>
        Detached(start, tasks, steps, (parameters, _) => losses(parameters), update);

    /// <summary>Steps without a graph, each on a loss of its own: that of a mini-batch, say.</summary>
    /// <param name="start">Where all tasks begin: each [1 or T, shape...].</param>
    /// <param name="tasks">T.</param>
    /// <param name="steps">How many.</param>
    /// <param name="losses">The loss of each task, [T], under given parameters and at a step, from 0.</param>
    /// <param name="update">One update.</param>
    public static ParameterSet Detached(
        ParameterSet start, long tasks, int steps, Func<ParameterSet, int, Tensor> losses, InnerUpdate update)
    {
        var fast = start.Select(tensor => Ops.ExpandTasks(tensor.detach(), tasks));
        for (var step = 0; step < steps; step++)
        {
            using var scope = NewDisposeScope();
            var leaf = fast.Select(tensor => tensor.detach().requires_grad_(true));
            var gradients = Gradients.Of(Ops.Sum(losses(leaf, step)), leaf, createGraph: false);
            var next = update(fast, gradients, step).Select(tensor => tensor.MoveToOuterDisposeScope());
            if (step > 0)
            {
                fast.Free();
            }

            fast = next;
        }

        return fast;
    }
}
