using System.Text.Json;
using CsCheck;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.MetaOptimizers;

namespace MetaTrain.Learning.Tests.MetaOptimizers;

/// <summary>What holds for every meta-optimizer, whatever it computes.</summary>
public sealed class MetaOptimizerTests
{
    public static TheoryData<string> Sections { get; } =
    [
        """{ "optimizer": "adam", "iterations": 40, "tasksPerIteration": 4, "schedule": "cosine", "clipNorm": 1, "weightDecay": 0.1 }""",
        """{ "optimizer": "adamw", "iterations": 40, "tasksPerIteration": 4, "schedule": { "kind": "cosine", "warmUp": 5 } }""",
        """{ "optimizer": "sgd", "iterations": 40, "tasksPerIteration": 4, "learningRate": 0.1, "momentum": 0.9, "clipValue": 0.5 }""",
        """{ "optimizer": "sgd", "iterations": 40, "tasksPerIteration": 4, "learningRate": 0.1, "momentum": 0.9, "nesterov": true, "weightDecay": 0.01 }""",
        """{ "optimizer": "sgd", "iterations": 40, "tasksPerIteration": 4, "schedule": "linear" }""",
    ];

    [Theory, MemberData(nameof(Sections))]
    public void Restore_GoesOnWithTheSameBits_WhenStoppedAtAnyIteration(string section) =>
        Gen.Select(Gen.ULong, Gen.Int[1, 70], Gen.Int[0, 30]).Sample(
            (seed, length, stop) =>
            {
                var straight = Initial(seed, length);
                Run(Create(section, length), straight, seed, 0, 40);

                var resumed = Initial(seed, length);
                var first = Create(section, length);
                Run(first, resumed, seed, 0, stop);
                var second = Create(section, length);
                second.Restore(first.State.ToDictionary(pair => pair.Key, pair => (float[])pair.Value.Clone()));
                Run(second, resumed, seed, stop, 40);

                Assert.Equal(straight, resumed);
            },
            iter: 30);

    [Theory, MemberData(nameof(Sections))]
    public void Step_GivesEachElementTheSameBits_WhetherInAVectorOrAlone(string section)
    {
        // Gradient clipping by norm looks at all elements together: without it, each element stands for itself.
        var unclipped = section.Replace("\"clipNorm\": 1, ", string.Empty, StringComparison.Ordinal);
        const int Length = 53;
        var together = Initial(3, Length);
        Run(Create(unclipped, Length), together, 3, 0, 40);

        for (var index = 0; index < Length; index++)
        {
            var alone = new[] { Initial(3, Length)[index] };
            var optimizer = Create(unclipped, 1);
            for (var iteration = 0; iteration < 40; iteration++)
            {
                optimizer.Step(alone, [Gradient(3, Length, iteration)[index]], iteration);
            }

            Assert.Equal(together[index], alone[0]);
        }
    }

    [Theory, MemberData(nameof(Sections))]
    public void Step_AllocatesNothing_WhenTheStateExists(string section)
    {
        const int Length = 1000;
        var optimizer = Create(section, Length);
        var parameters = Initial(1, Length);
        var gradient = Gradient(1, Length, 0);
        optimizer.Step(parameters, gradient, 0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        optimizer.Step(parameters, gradient, 1);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Restore_Refuses_WhenTheStateIsOfAnotherOptimizer()
    {
        var adam = Create(Sections.First().Data, 3);
        Assert.Contains("firstMoment", Assert.Throws<ArgumentException>(() => adam.Restore(new Dictionary<string, float[]>())).Message);
        Assert.Contains("momentum", Assert.Throws<ArgumentException>(() => adam.Restore(new Dictionary<string, float[]>
        {
            [Adam.FirstMomentName] = new float[3],
            [Adam.SecondMomentName] = new float[3],
            [Sgd.MomentumName] = new float[3],
        })).Message);
        Assert.Throws<ArgumentException>(() => adam.Restore(new Dictionary<string, float[]>
        {
            [Adam.FirstMomentName] = new float[3],
            [Adam.SecondMomentName] = new float[4],
        }));
    }

    [Fact]
    public void Step_Refuses_WhenLengthsDiffer() =>
        Assert.Throws<ArgumentException>(() => Create(Sections.First().Data, 3).Step(new float[3], new float[4], 0));

    private static IMetaOptimizer Create(string section, int length)
    {
        using var document = JsonDocument.Parse(section);
        return MetaOptimizerRegistry.Create(document.RootElement, length);
    }

    private static void Run(IMetaOptimizer optimizer, float[] parameters, ulong seed, int from, int to)
    {
        for (var iteration = from; iteration < to; iteration++)
        {
            optimizer.Step(parameters, Gradient(seed, parameters.Length, iteration), iteration);
        }
    }

    private static float[] Initial(ulong seed, int length) => Fill(new CounterRandom(seed, RandomPurpose.Parameters), length);

    private static float[] Gradient(ulong seed, int length, int iteration) => Fill(new CounterRandom(seed, RandomPurpose.Inputs, iteration), length);

    private static float[] Fill(CounterRandom random, int length)
    {
        var values = new float[length];
        random.FillGaussian(values, 0, 1);
        return values;
    }
}
