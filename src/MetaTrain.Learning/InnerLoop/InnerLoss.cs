using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.InnerLoop;

/// <summary>How a task's examples join into the loss that the inner loop descends. The inner learning rate belongs to this choice.</summary>
public enum InnerLoss
{
    /// <summary>The mean over the support examples.</summary>
    Mean,

    /// <summary>The sum over the support examples: the same as the mean with a learning rate times their number.</summary>
    Sum,
}

/// <summary>A loss over the examples of a task.</summary>
internal static class TaskLoss
{
    /// <summary>The losses of a model on examples, [T], as a function of its parameters.</summary>
    public static Func<ParameterSet, Tensor> Of(ExampleLoss loss, IModel model, Examples examples, InnerLoss reduction) =>
        parameters => Of(loss, model.Forward(parameters, examples.Inputs), examples, reduction);

    /// <summary>The loss of each task: [T].</summary>
    /// <exception cref="InvalidOperationException">The loss did not give one value an example.</exception>
    public static Tensor Of(ExampleLoss loss, Tensor predictions, Examples examples, InnerLoss reduction = InnerLoss.Mean)
    {
        var (tasks, count) = (examples.Inputs.shape[0], examples.Inputs.shape[1]);
        var losses_TN = loss(predictions, examples.Targets);
        if (losses_TN.Dimensions != 2 || losses_TN.shape[0] != tasks || losses_TN.shape[1] != count)
        {
            throw new InvalidOperationException(
                $"The loss gave the shape [{string.Join(", ", losses_TN.shape)}] for {tasks} tasks of {count} examples; it must give one value an example: [{tasks}, {count}].");
        }

        return reduction == InnerLoss.Sum ? Ops.Sum(losses_TN, 1) : Ops.Mean(losses_TN, 1);
    }
}
