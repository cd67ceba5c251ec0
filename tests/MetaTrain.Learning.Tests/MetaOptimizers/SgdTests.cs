using System.Text.Json;
using MetaTrain.Learning.MetaOptimizers;
using MetaTrain.Learning.Options;

namespace MetaTrain.Learning.Tests.MetaOptimizers;

public sealed class SgdTests
{
    [Fact]
    public void Step_IsTheRateTimesTheGradient_WhenPlain() => AssertPath(Options(), [3, -1, 2], [0.7f, 0.8f, 0.6f]);

    // By hand: velocities 3, 0.5 * 3 - 1 = 0.5, 0.5 * 0.5 + 2 = 2.25.
    [Fact]
    public void Step_AddsUpVelocity_WhenThereIsMomentum() => AssertPath(Options() with { Momentum = 0.5 }, [3, -1, 2], [0.7f, 0.65f, 0.425f]);

    // By hand: steps 3 + 0.5 * 3 = 4.5, -1 + 0.5 * 0.5 = -0.75, 2 + 0.5 * 2.25 = 3.125.
    [Fact]
    public void Step_LooksAhead_WhenNesterov() =>
        AssertPath(Options() with { Momentum = 0.5, Nesterov = true }, [3, -1, 2], [0.55f, 0.625f, 0.3125f]);

    // By hand: 1 - 0.1 * (0 + 0.5 * 1) = 0.95, then 0.95 * 0.95.
    [Fact]
    public void Step_DecaysTowardsZero_WhenThereIsWeightDecay() => AssertPath(Options() with { WeightDecay = 0.5 }, [0, 0], [0.95f, 0.9025f]);

    [Fact]
    public void State_IsEmpty_WhenThereIsNoMomentum() => Assert.Empty(new Sgd(Options(), 10).State);

    [Fact]
    public void Options_AreRefused_WhenNesterovHasNoMomentum()
    {
        using var document = JsonDocument.Parse("""{ "optimizer": "sgd", "iterations": 1, "tasksPerIteration": 1, "nesterov": true }""");
        var refusal = Assert.Throws<OptionsException>(() => MetaOptimizerRegistry.All.Read(document.RootElement));
        Assert.Equal("meta.nesterov", refusal.Path);
        Assert.StartsWith("meta.nesterov is true, but momentum is 0", refusal.Message);
    }

    private static void AssertPath(SgdOptions options, float[] gradients, float[] expected)
    {
        var parameters = new[] { 1f };
        var sgd = new Sgd(options, 1);
        for (var iteration = 0; iteration < gradients.Length; iteration++)
        {
            sgd.Step(parameters, [gradients[iteration]], iteration);
            Assert.Equal(expected[iteration], parameters[0], 1e-6);
        }
    }

    private static SgdOptions Options() => new() { Iterations = 3, TasksPerIteration = 1, LearningRate = 0.1 };
}
