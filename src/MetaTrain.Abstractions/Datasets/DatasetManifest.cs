using System.Collections.Immutable;

namespace MetaTrain.Abstractions.Datasets;

/// <summary>What an imported data set is: written last, so that a data set either is whole or is not there.</summary>
[GenerateSerializer, Immutable, Alias("DatasetManifest")]
public sealed record DatasetManifest
{
    /// <summary>The name that specs use.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>SHA-256 over the classes' names, splits, shards' hashes and descriptions in order: two imports of the same content and split agree.</summary>
    [Id(1)] public required string ContentSha256 { get; init; }

    /// <summary>The shape of one example, for instance [1, 28, 28].</summary>
    [Id(2)] public required ImmutableArray<int> ExampleShape { get; init; }

    /// <summary>The licence and its holder.</summary>
    [Id(3)] public string? Licence { get; init; }

    /// <summary>Where it came from.</summary>
    [Id(4)] public string? Source { get; init; }

    /// <summary>The classes in shard order.</summary>
    [Id(5)] public required ImmutableArray<DatasetClass> Classes { get; init; }

    /// <summary>When it was imported (UTC).</summary>
    [Id(6)] public DateTimeOffset ImportedAt { get; init; }
}

/// <summary>One class: one shard of raw bytes, examples one after the other.</summary>
[GenerateSerializer, Immutable, Alias("DatasetClass")]
public sealed record DatasetClass(
    [property: Id(0)] string Name,
    [property: Id(1)] string Split,
    [property: Id(2)] int Examples,
    [property: Id(3)] string Sha256)
{
    /// <summary>What is told of it beside its examples, as many values as of every other class; empty where nothing is.</summary>
    [Id(4)] public ImmutableArray<float> Description { get => field.IsDefault ? [] : field; init; } = [];
}
