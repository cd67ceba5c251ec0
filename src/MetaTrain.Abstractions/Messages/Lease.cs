using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Abstractions.Messages;

/// <summary>What a round of blocks computes.</summary>
public enum RoundKind
{
    /// <summary>The meta-gradient of one iteration.</summary>
    Training,

    /// <summary>The evaluation of one version.</summary>
    Evaluation,
}

/// <summary>One sum over many tasks: iteration <c>Number</c> of the training, or evaluation <c>Number</c> of the job.</summary>
[GenerateSerializer, Immutable, Alias("RoundId")]
public readonly record struct RoundId([property: Id(0)] RoundKind Kind, [property: Id(1)] long Number);

/// <summary>A node of a round's summation tree: the sum of the blocks below it. Level 0 is a block itself.</summary>
[GenerateSerializer, Immutable, Alias("TreeNode")]
public readonly record struct TreeNode([property: Id(0)] int Level, [property: Id(1)] int Index);

/// <summary>What an evaluation round measures.</summary>
[GenerateSerializer, Immutable, Alias("EvaluationWork")]
public sealed record EvaluationWork
{
    /// <summary>The split whose classes are used: train, validation or test.</summary>
    [Id(0)] public required string Split { get; init; }

    /// <summary>Labelled examples a class (in all for regression) in the support set.</summary>
    [Id(1)] public required int Shots { get; init; }

    /// <summary>Query examples a class (in all for regression).</summary>
    [Id(2)] public required int Queries { get; init; }

    /// <summary>Inner steps after which the query set is measured; empty takes the algorithm's own.</summary>
    [Id(3)] public int[] InnerSteps { get; init; } = [];

    /// <summary>True to normalise an episode's query examples together.</summary>
    [Id(4)] public bool Transductive { get; init; } = true;

    /// <summary>True to measure the task source's baseline on the same episodes.</summary>
    [Id(5)] public bool Baseline { get; init; }

    /// <summary>Classes an episode; 0 for regression.</summary>
    [Id(6)] public required int Ways { get; init; }
}

/// <summary>The right, and the wish, that one worker computes one block.</summary>
[GenerateSerializer, Immutable, Alias("Lease")]
public sealed record Lease
{
    /// <summary>The job.</summary>
    [Id(0)] public required JobId Job { get; init; }

    /// <summary>The coordinator that leased it.</summary>
    [Id(1)] public required long Epoch { get; init; }

    /// <summary>The round.</summary>
    [Id(2)] public required RoundId Round { get; init; }

    /// <summary>The block: a leaf of the round's tree.</summary>
    [Id(3)] public required int Block { get; init; }

    /// <summary>The first task (or episode) of the block.</summary>
    [Id(4)] public required int FirstTask { get; init; }

    /// <summary>How many tasks the block has.</summary>
    [Id(5)] public required int Tasks { get; init; }

    /// <summary>The version of the parameters to compute with.</summary>
    [Id(6)] public required long Version { get; init; }

    /// <summary>What to measure; null for training.</summary>
    [Id(7)] public EvaluationWork? Evaluation { get; init; }

    /// <summary>How many blocks the round has: the leaves of its tree.</summary>
    [Id(8)] public required int Blocks { get; init; }
}
