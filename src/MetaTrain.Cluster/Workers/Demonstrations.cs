using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using Demonstration = MetaTrain.Abstractions.Jobs.Demonstration;
using Shown = MetaTrain.Learning.Experiments.Demonstration;

namespace MetaTrain.Cluster.Workers;

/// <summary>Writes a shown episode as a message: numbers and bytes that a picture is drawn from.</summary>
internal static class Demonstrations
{
    // A picture of more is no picture, and a message of more no message.
    private const int MostWays = 50;
    private const int MostShots = 10;
    private const int MostQueries = 20;

    public static DemonstrationReply Refuse(string refusal) => new() { Failure = refusal };

    public static DemonstrationReply Reply(long version, DemonstrationRequest request, IExperiment experiment, Shown shown)
    {
        EpisodeShape shape = shown.Episode.Shape;
        if (shown.Curves is null && (shape.IsRegression || shape.Input.Length != 3))
        {
            return Refuse(
                $"This job's inputs have the shape [{string.Join(", ", shape.Input)}]: there are pictures of images, and of a regression of one number on one number.");
        }

        return new DemonstrationReply
        {
            Demonstration = new Demonstration
            {
                Version = version,
                Split = request.Split,
                Task = request.Task,
                Ways = shape.Ways,
                Shots = shape.Shots,
                Queries = shape.Queries,
                InnerSteps = shown.InnerSteps,
                Measures = shown.Measures,
                DataNote = experiment.DataNote,
                Curves = shown.Curves is { } curves ? Curves(shown.Episode, curves) : null,
                Images = shown.Curves is null ? Images(shown, experiment.HasInk) : null,
            },
        };
    }

    private static DemonstratedCurves Curves(EpisodeBlock episode, TaskCurves curves) => new()
    {
        SupportInputs = episode.SupportInputs,
        SupportTargets = episode.SupportTargets,
        QueryInputs = episode.QueryInputs,
        QueryTargets = episode.QueryTargets,
        Inputs = curves.Inputs,
        Answers = curves.Predictions,
        Truth = curves.Truth,
    };

    private static DemonstratedImages Images(Shown shown, bool hasInk)
    {
        EpisodeShape shape = shown.Episode.Shape;
        (int ways, int shots, int queries) = (Math.Min(MostWays, shape.Ways), Math.Min(MostShots, shape.Shots), Math.Min(MostQueries, shape.Queries));
        return new DemonstratedImages
        {
            Shape = shape.Input,
            Ways = ways,
            Shots = shots,
            Queries = queries,
            Support = [.. First(ways, shots, shape.Shots).SelectMany(example => Pixels(shown.Episode.SupportInput(0, example), hasInk))],
            Query = [.. First(ways, queries, shape.Queries).SelectMany(example => Pixels(shown.Episode.QueryInput(0, example), hasInk))],
            Answers = [.. Enumerable.Range(0, shown.Predictions.Length).Select(time => First(ways, queries, shape.Queries).Select(query => shown.AnswerOf(time, query)).ToArray())],
        };
    }

    // The first examples of the first classes, by their numbers in the episode.
    private static IEnumerable<int> First(int ways, int each, int perClass) =>
        Enumerable.Range(0, ways).SelectMany(way => Enumerable.Range(way * perClass, each));

    private static byte[] Pixels(ReadOnlySpan<float> input, bool hasInk)
    {
        byte[] pixels = new byte[input.Length];
        for (int at = 0; at < pixels.Length; at++)
        {
            byte value = (byte)Math.Clamp(MathF.Round(input[at] * 255), 0, 255);
            pixels[at] = hasInk ? (byte)(255 - value) : value;
        }

        return pixels;
    }
}
