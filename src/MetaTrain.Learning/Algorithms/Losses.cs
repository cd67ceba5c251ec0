using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms;

/// <summary>A loss, one value an example. Write it with <see cref="Ops"/>.</summary>
/// <param name="predictions">[T, N, O].</param>
/// <param name="targets">[T, N, O]: regression targets, or the labels one-hot.</param>
/// <returns>[T, N].</returns>
public delegate Tensor ExampleLoss(Tensor predictions, Tensor targets);

/// <summary>The losses that come with the library.</summary>
public static class Losses
{
    /// <summary>The negative log-likelihood of the label under the softmax of the predictions.</summary>
    public static Tensor CrossEntropy(Tensor predictions, Tensor targets) =>
        Ops.Scale(Ops.Sum(Ops.Multiply(Ops.LogSoftmax(predictions), targets), -1), -1);

    /// <summary>The squared error, averaged over the values of a target.</summary>
    public static Tensor MeanSquaredError(Tensor predictions, Tensor targets) =>
        Ops.Mean(Ops.Square(Ops.Subtract(predictions, targets)), -1);
}
