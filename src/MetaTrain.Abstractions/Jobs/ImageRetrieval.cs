using System.Collections.Immutable;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Storage;

namespace MetaTrain.Abstractions.Jobs;

/// <summary>Which classes are nearest to images, by which version. The files travel along: they lie on the client's machine.</summary>
[GenerateSerializer, Immutable, Alias("RetrievalRequest")]
public sealed record RetrievalRequest
{
    /// <summary>Bytes that all files of a request may have together: a message well under every limit.</summary>
    public const long MostBytes = 32 << 20;

    /// <summary>Which version.</summary>
    [Id(0)] public required CheckpointSelector At { get; init; }

    /// <summary>What is searched: at least two classes; none where they are described.</summary>
    [Id(1)] public required ImmutableArray<RetrievalClass> Classes { get; init; }

    /// <summary>What is asked for.</summary>
    [Id(2)] public required ImmutableArray<RetrievalImage> Queries { get; init; }

    /// <summary>How many classes a query is answered with, if there are as many.</summary>
    [Id(3)] public required int Top { get; init; }

    /// <summary>What is searched in place of <see cref="Classes"/>, for a job that compares with descriptions: at least two classes, one a line.</summary>
    [Id(4)] public DatasetTextFile? Descriptions { get; init; }
}

/// <summary>A class to be found, by images of it.</summary>
[GenerateSerializer, Immutable, Alias("RetrievalClass")]
public sealed record RetrievalClass([property: Id(0)] string Name, [property: Id(1)] ImmutableArray<RetrievalImage> Images);

/// <summary>An image file (PNG, JPEG, BMP or GIF).</summary>
[GenerateSerializer, Immutable, Alias("RetrievalImage")]
public sealed record RetrievalImage([property: Id(0)] string Name, [property: Id(1)] byte[] Content);

/// <summary>What was found, or why nothing was looked for.</summary>
[GenerateSerializer, Immutable, Alias("RetrievalReply")]
public sealed record RetrievalReply
{
    /// <summary>The version of the parameters.</summary>
    [Id(0)] public long Version { get; init; }

    /// <summary>An answer for each query, in their order.</summary>
    [Id(1)] public ImmutableArray<RetrievalAnswer> Answers { get; init; } = [];

    /// <summary>Why it was refused, in one sentence with the remedy.</summary>
    [Id(2)] public string? Failure { get; init; }
}

/// <summary>The classes nearest to a query, the most probable first.</summary>
[GenerateSerializer, Immutable, Alias("RetrievalAnswer")]
public sealed record RetrievalAnswer([property: Id(0)] string Query, [property: Id(1)] ImmutableArray<ClassProbability> Classes);

/// <summary>A class with its probability among all that were searched.</summary>
[GenerateSerializer, Immutable, Alias("ClassProbability")]
public readonly record struct ClassProbability([property: Id(0)] string Class, [property: Id(1)] double Probability);
