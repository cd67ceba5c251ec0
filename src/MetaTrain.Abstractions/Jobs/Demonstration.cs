using System.Collections.Immutable;
using MetaTrain.Abstractions.Storage;

namespace MetaTrain.Abstractions.Jobs;

/// <summary>Which episode to show, with which version.</summary>
[GenerateSerializer, Immutable, Alias("DemonstrationRequest")]
public sealed record DemonstrationRequest
{
    /// <summary>Which version.</summary>
    [Id(0)] public required CheckpointSelector At { get; init; }

    /// <summary>The split whose classes are used.</summary>
    [Id(1)] public required string Split { get; init; }

    /// <summary>Which episode of the split's evaluation, from 0.</summary>
    [Id(2)] public required int Task { get; init; }
}

/// <summary>The episode, or why there is none.</summary>
[GenerateSerializer, Immutable, Alias("DemonstrationReply")]
public sealed record DemonstrationReply
{
    /// <summary>The episode; null when it was refused.</summary>
    [Id(0)] public Demonstration? Demonstration { get; init; }

    /// <summary>Why it was refused, in one sentence with the remedy.</summary>
    [Id(1)] public string? Failure { get; init; }
}

/// <summary>One evaluation episode, and what was answered to its queries on the way of adapting to it.</summary>
[GenerateSerializer, Immutable, Alias("Demonstration")]
public sealed record Demonstration
{
    /// <summary>The version of the parameters.</summary>
    [Id(0)] public required long Version { get; init; }

    /// <summary>The split.</summary>
    [Id(1)] public required string Split { get; init; }

    /// <summary>Which episode of the split's evaluation, from 0.</summary>
    [Id(2)] public required int Task { get; init; }

    /// <summary>Classes; 0 for regression.</summary>
    [Id(3)] public required int Ways { get; init; }

    /// <summary>Support examples a class (in all for regression).</summary>
    [Id(4)] public required int Shots { get; init; }

    /// <summary>Query examples a class (in all for regression).</summary>
    [Id(5)] public required int Queries { get; init; }

    /// <summary>After how many inner steps it was answered, rising; empty for a method without inner steps, which answers once.</summary>
    [Id(6)] public ImmutableArray<int> InnerSteps { get; init; } = [];

    /// <summary>The accuracy (the mean squared error for regression) of each of these answers.</summary>
    [Id(7)] public required ImmutableArray<double> Measures { get; init; }

    /// <summary>What to say beside every number; null for real data.</summary>
    [Id(8)] public string? DataNote { get; init; }

    /// <summary>The episode of a regression of one number on one number.</summary>
    [Id(9)] public DemonstratedCurves? Curves { get; init; }

    /// <summary>The episode of a classification of images.</summary>
    [Id(10)] public DemonstratedImages? Images { get; init; }
}

/// <summary>A regression of one number on one number.</summary>
[GenerateSerializer, Immutable, Alias("DemonstratedCurves")]
public sealed record DemonstratedCurves
{
    /// <summary>The support points' inputs.</summary>
    [Id(0)] public required float[] SupportInputs { get; init; }

    /// <summary>The support points' targets.</summary>
    [Id(1)] public required float[] SupportTargets { get; init; }

    /// <summary>The query points' inputs.</summary>
    [Id(2)] public required float[] QueryInputs { get; init; }

    /// <summary>The query points' targets.</summary>
    [Id(3)] public required float[] QueryTargets { get; init; }

    /// <summary>Inputs along the whole range, rising.</summary>
    [Id(4)] public required float[] Inputs { get; init; }

    /// <summary>The answers along them after each number of inner steps.</summary>
    [Id(5)] public required ImmutableArray<float[]> Answers { get; init; }

    /// <summary>The function that the points lie on, along the same inputs; null where the source does not tell.</summary>
    [Id(6)] public float[]? Truth { get; init; }
}

/// <summary>A classification of images; of many classes, or many images of a class, the first.</summary>
[GenerateSerializer, Immutable, Alias("DemonstratedImages")]
public sealed record DemonstratedImages
{
    /// <summary>Channels, height and width of an image.</summary>
    [Id(0)] public required ImmutableArray<int> Shape { get; init; }

    /// <summary>Classes that are here.</summary>
    [Id(1)] public required int Ways { get; init; }

    /// <summary>Support images of each class that are here.</summary>
    [Id(2)] public required int Shots { get; init; }

    /// <summary>Query images of each class that are here.</summary>
    [Id(3)] public required int Queries { get; init; }

    /// <summary>[Ways, Shots, channels, height, width], 0 black and 255 white, as people look at them.</summary>
    [Id(4)] public required byte[] Support { get; init; }

    /// <summary>[Ways, Queries, channels, height, width].</summary>
    [Id(5)] public required byte[] Query { get; init; }

    /// <summary>The class, from 0, that was answered for each query image after each number of inner steps: [Ways, Queries].</summary>
    [Id(6)] public required ImmutableArray<int[]> Answers { get; init; }
}
