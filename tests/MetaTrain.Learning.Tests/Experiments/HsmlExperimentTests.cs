using MetaTrain.Learning.Datasets.Mixtures;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Learning.Tests.Experiments;

/// <summary>What HSML is for: tasks of several kinds.</summary>
public sealed class HsmlExperimentTests
{
    [Fact]
    public void Hsml_ReachesMixedTasksSoonerThanMaml_WithTheSameBudget()
    {
        // Steps too small to reach a task from anywhere: who knows its kind from the support set begins near it.
        const string Inner = "\"innerSteps\": 1, \"innerLearningRate\": 0.001";
        var (hsml, maml) = (Train($$"""{ "kind": "hsml", "aggregator": "mean", "width": 16, {{Inner}} }"""), Train($$"""{ "kind": "maml", {{Inner}} }"""));

        foreach (var metric in new[] { "mse@0", "mse@1" })
        {
            Assert.True(
                hsml[metric].Mean + hsml[metric].Ci95 < maml[metric].Mean - maml[metric].Ci95,
                $"{metric}: HSML has {hsml[metric]}, MAML {maml[metric]}.");
        }
    }

    private static IReadOnlyDictionary<string, Measurement> Train(string algorithm)
    {
        var source = new RegressionMixtureTaskSource(new RegressionMixtureOptions { Families = [RegressionFamily.Line, RegressionFamily.Sinusoid] });
        var spec = Specs.Of(
            algorithm,
            """{ "kind": "mlp", "hidden": [40, 40] }""",
            """{ "iterations": 100, "tasksPerIteration": 25, "optimizer": "adam", "learningRate": 0.01 }""");
        var trainer = new MetaTrainer(Experiment.Create(spec, source), tasksPerIteration: 25);
        trainer.Train(100, cancellationToken: TestContext.Current.CancellationToken);
        return trainer.Evaluate(new EvaluationSettings { Split = Split.Test, InnerSteps = [0, 1], Queries = 100 }, episodes: 600);
    }
}
