using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Options;

namespace MetaTrain.Learning.MetaOptimizers;

/// <summary>How the learning rate changes over the meta-iterations: a pure function of the iteration.</summary>
[JsonConverter(typeof(LearningRateScheduleConverter))]
public abstract record LearningRateSchedule
{
    /// <summary>Iterations over which the rate rises in equal steps from zero to its full value; the rest of the schedule follows them.</summary>
    [Description("Iterations over which the rate rises in equal steps to its full value, before the rest of the schedule.")]
    [Range(0, long.MaxValue)]
    public long WarmUp { get; init; }

    /// <summary>The learning rate of one iteration.</summary>
    /// <param name="learningRate">The full rate.</param>
    /// <param name="iteration">The iteration, from 0.</param>
    /// <param name="iterations">How many there are in all.</param>
    public double At(double learningRate, long iteration, long iterations) => iteration < WarmUp
        ? learningRate * (iteration + 1) / WarmUp
        : After(learningRate, iteration - WarmUp, Math.Max(1, iterations - WarmUp));

    private protected abstract double After(double learningRate, long iteration, long iterations);

    private protected static double Progress(long iteration, long iterations) => Math.Min(1, (double)iteration / iterations);
}

/// <summary>The full rate throughout.</summary>
public sealed record ConstantSchedule : LearningRateSchedule
{
    private protected override double After(double learningRate, long iteration, long iterations) => learningRate;
}

/// <summary>A straight line from the full rate to the final one, which the iteration after the last would have.</summary>
public sealed record LinearSchedule : LearningRateSchedule
{
    /// <summary>The final rate.</summary>
    [Description("The rate that the line ends at.")]
    [Range(0, double.MaxValue)]
    public double Final { get; init; }

    private protected override double After(double learningRate, long iteration, long iterations) =>
        learningRate + ((Final - learningRate) * Progress(iteration, iterations));
}

/// <summary>Half a cosine wave from the full rate to the final one (Loshchilov and Hutter 2017, equation 5, without restarts).</summary>
public sealed record CosineSchedule : LearningRateSchedule
{
    /// <summary>The final rate.</summary>
    [Description("The rate that the wave ends at.")]
    [Range(0, double.MaxValue)]
    public double Final { get; init; }

    private protected override double After(double learningRate, long iteration, long iterations) =>
        Final + ((learningRate - Final) * 0.5 * (1 + PortableMath.Cos(Math.PI * Progress(iteration, iterations))));
}

/// <summary>The rate is multiplied by a factor every so many iterations.</summary>
public sealed record StepSchedule : LearningRateSchedule
{
    /// <summary>Iterations between two steps.</summary>
    [Description("Iterations between two steps.")]
    [Range(1, long.MaxValue)]
    public long Every { get; init; } = 10_000;

    /// <summary>What each step multiplies the rate by.</summary>
    [Description("What each step multiplies the rate by.")]
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double Factor { get; init; } = 0.5;

    private protected override double After(double learningRate, long iteration, long iterations) =>
        learningRate * PortableMath.Power(Factor, iteration / Every);
}

internal sealed class LearningRateScheduleConverter() : KindConverter<LearningRateSchedule>(Kinds)
{
    private static Registry<object?, LearningRateSchedule> Kinds { get; } =
        new Registry<object?, LearningRateSchedule>("schedule", shorthand: true)
            .Add<ConstantSchedule>("constant", "The full rate throughout.", (schedule, _) => schedule)
            .Add<LinearSchedule>("linear", "A straight line to the final rate, by default zero.", (schedule, _) => schedule)
            .Add<CosineSchedule>("cosine", "Half a cosine wave to the final rate, by default zero.", (schedule, _) => schedule)
            .Add<StepSchedule>("step", "Multiplied by a factor every so many iterations.", (schedule, _) => schedule);
}
