using System.Text.Json;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Cluster.Workers;
using MetaTrain.Learning.Datasets;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using Demonstration = MetaTrain.Abstractions.Jobs.Demonstration;
using Shown = MetaTrain.Learning.Experiments.Demonstration;

namespace MetaTrain.Cluster.Tests.Workers;

public sealed class DemonstrationsTests
{
    private static readonly DemonstrationRequest Request = new() { At = CheckpointSelector.Best, Split = "test", Task = 3 };

    [Fact]
    public void Reply_HasImagesAsPeopleSeeThem_AndTheAnswerToEach()
    {
        IExperiment experiment = Create("""{ "dataset": "glyphs", "ways": 2, "shots": 1, "queries": 2 }""", """{ "kind": "proto-net" }""");
        EpisodeBlock episode = new(new EpisodeShape { Ways = 2, Shots = 1, Queries = 2, Input = [1, 1, 2] }, 1);
        ((float[])[1, 0, 0.2f, 2]).CopyTo(episode.SupportInputs, 0);
        Shown shown = new() { Episode = episode, InnerSteps = [0, 3], Predictions = [[1, 2, 2, 1, 5, 5, 0, 1], [3, 1, 3, 1, 1, 3, 1, 3]], Measures = [0.25, 1] };

        Demonstration message = Demonstrations.Reply(70, Request, experiment, shown).Demonstration!;

        // The first of equals counts.
        Assert.Equal([1, 0, 0, 1], message.Images!.Answers[0]);
        Assert.Equal([0, 0, 1, 1], message.Images.Answers[1]);
        Assert.Equal([0, 255, 204, 0], message.Images.Support);
        Assert.Equal(8, message.Images.Query.Length);
        Assert.Equal((70, "test", 3, 2, 1, 2), (message.Version, message.Split, message.Task, message.Ways, message.Shots, message.Queries));
        Assert.Equal("synthetic: glyphs", message.DataNote);
        Assert.Null(message.Curves);
    }

    [Fact]
    public void Reply_HasTheFirstOfManyImages()
    {
        IExperiment experiment = Create("""{ "dataset": "glyphs" }""", """{ "kind": "proto-net" }""");
        EpisodeBlock episode = new(new EpisodeShape { Ways = 60, Shots = 11, Queries = 21, Input = [1, 1, 1] }, 1);
        for (int way = 0; way < 60; way++)
        {
            episode.QueryInputs[way * 21] = 1 - (way / 255f);
        }

        Shown shown = new() { Episode = episode, InnerSteps = [], Predictions = [new float[60 * 21 * 60]], Measures = [0] };
        DemonstratedImages images = Demonstrations.Reply(1, Request, experiment, shown).Demonstration!.Images!;

        Assert.Equal((50, 10, 20), (images.Ways, images.Shots, images.Queries));
        Assert.Equal((500, 1000, 1000), (images.Support.Length, images.Query.Length, images.Answers[0].Length));
        Assert.Equal(Enumerable.Range(0, 50).Select(static way => (byte)way), images.Query.Where(static (_, index) => index % 20 == 0));
    }

    [Fact]
    public void Reply_HasCurves_OrRefusesWhatNoPictureShows()
    {
        IExperiment sinusoid = Create("""{ "dataset": "sinusoid" }""", """{ "kind": "maml" }""");
        EvaluationSettings settings = new() { Split = Split.Test };
        DemonstratedCurves curves = Demonstrations.Reply(1, Request, sinusoid, sinusoid.Demonstrate(settings, 3, sinusoid.InitialParameters())).Demonstration!.Curves!;
        Assert.Equal(curves.Inputs.Length, curves.Truth!.Length);
        Assert.All(curves.Answers, answer => Assert.Equal(curves.Inputs.Length, answer.Length));

        IExperiment quadratics = Create("""{ "dataset": "quadratics" }""", """{ "kind": "lstm-optimizer" }""", """{ "kind": "linear" }""");
        DemonstrationReply reply = Demonstrations.Reply(1, Request, quadratics, quadratics.Demonstrate(settings, 3, quadratics.InitialParameters()));
        Assert.Null(reply.Demonstration);
        Assert.Contains("there are pictures of images", reply.Failure, StringComparison.Ordinal);
    }

    private static Experiment Create(string data, string algorithm, string model = """{ "kind": "mlp", "hidden": [8] }""") => Experiment.Create(
        new ExperimentSpec
        {
            Data = Json(data),
            Model = Json(model),
            Algorithm = Json(algorithm),
            Meta = Json("""{ "iterations": 10, "tasksPerIteration": 2, "optimizer": "adam" }"""),
        },
        new NoDatasets());

    private static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text);

    private sealed class NoDatasets : IDatasetProvider
    {
        public ImageDataset? Find(string name) => null;
    }
}
