using MetaTrain.Learning.MetaOptimizers;

namespace MetaTrain.Learning.Tests.MetaOptimizers;

public sealed class AdamTests
{
    private static readonly double[] Gradients = [0.5, -2, 0.25, 3, -0.125];

    [Fact]
    public void Step_MovesByTheRate_WhenTheGradientNeverChanges()
    {
        // With a constant gradient g both corrected moments are exact: m = g, v = g * g, so that each step is rate * g / (|g| + epsilon).
        var parameters = new float[] { 1, 1 };
        var adam = new Adam(Options() with { LearningRate = 0.1 }, 2);
        for (var iteration = 0; iteration < 5; iteration++)
        {
            adam.Step(parameters, [4f, -0.01f], iteration);
        }

        Assert.Equal(0.5, parameters[0], 1e-5);
        Assert.Equal(1.5, parameters[1], 1e-5);
    }

    [Fact]
    public void Step_FollowsThePublishedRule_WhenGradientsChange() =>
        AssertFollows(Options() with { LearningRate = 0.1, Beta1 = 0.8, Beta2 = 0.9, Epsilon = 1e-3 }, decay: 0, decoupled: false);

    [Fact]
    public void Step_AddsTheDecayToTheGradient_WhenItIsAdam() =>
        AssertFollows(Options() with { LearningRate = 0.1, WeightDecay = 0.3 }, decay: 0.3, decoupled: false);

    [Fact]
    public void Step_ShrinksTheParametersFirst_WhenItIsAdamW() =>
        AssertFollows(new AdamWOptions { Iterations = 5, TasksPerIteration = 1, LearningRate = 0.1, WeightDecay = 0.3 }, decay: 0.3, decoupled: true);

    [Fact]
    public void WeightDecay_IsTheCustomaryOne_WhenItIsAdamW() =>
        Assert.Equal(0.01, new AdamWOptions { Iterations = 1, TasksPerIteration = 1 }.WeightDecay);

    /// <summary>The rule in double, in the textbook's form with explicit corrected moments.</summary>
    private static void AssertFollows(AdamOptions options, double decay, bool decoupled)
    {
        var parameters = new[] { 2f };
        var adam = new Adam(options, 1);
        double p = 2, m = 0, v = 0;
        for (var t = 1; t <= Gradients.Length; t++)
        {
            adam.Step(parameters, [(float)Gradients[t - 1]], t - 1);

            var g = Gradients[t - 1] + (decoupled ? 0 : decay * p);
            p -= decoupled ? options.LearningRate * decay * p : 0;
            m = (options.Beta1 * m) + ((1 - options.Beta1) * g);
            v = (options.Beta2 * v) + ((1 - options.Beta2) * g * g);
            var corrected = m / (1 - Math.Pow(options.Beta1, t));
            p -= options.LearningRate * corrected / (Math.Sqrt(v / (1 - Math.Pow(options.Beta2, t))) + options.Epsilon);
            Assert.Equal(p, parameters[0], 2e-6);
        }
    }

    private static AdamOptions Options() => new() { Iterations = 5, TasksPerIteration = 1 };
}
