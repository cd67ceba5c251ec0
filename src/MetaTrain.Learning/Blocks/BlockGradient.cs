using System.Numerics;

namespace MetaTrain.Learning.Blocks;

/// <summary>What a program computed for a block.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Gradient">[P]: the sum over tasks.</param>
/// <param name="Losses">[T]: each task's query loss.</param>
/// <param name="Predictions">[T, Q, O]: the answers that the losses measure.</param>
internal sealed record BlockGradient<T>(T[] Gradient, double[] Losses, T[] Predictions)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Zeros for a block.</summary>
    public static BlockGradient<T> Empty(int parameters, BlockData<T> episodes) => new(
        NewGradient(parameters), new double[episodes.Tasks], new T[episodes.Tasks * episodes.Shape.QueryCount * episodes.Shape.Outputs]);

    private static T[] NewGradient(int parameters) =>
        typeof(T) == typeof(float) ? (T[])(object)GradientArrays.Rent(parameters) : new T[parameters];

    /// <summary>[Q, O] of a task.</summary>
    public Span<T> PredictionsOf(int task) =>
        Predictions.AsSpan(Predictions.Length / Losses.Length * task, Predictions.Length / Losses.Length);
}
