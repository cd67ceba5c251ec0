namespace MetaTrain.Abstractions.Jobs;

/// <summary>What a <see cref="RunEvent"/> is about.</summary>
public enum RunEventKind
{
    /// <summary>Submitted, started, paused, resumed, completed, cancelled.</summary>
    Lifecycle,

    /// <summary>Progress of the training.</summary>
    Progress,

    /// <summary>An evaluation came in.</summary>
    Evaluation,

    /// <summary>A version was committed.</summary>
    Checkpoint,

    /// <summary>A worker or a coordinator was lost or replaced; a block was leased again.</summary>
    Recovery,

    /// <summary>Something went wrong and is named.</summary>
    Problem,
}

/// <summary>One line of a job's bounded, numbered log.</summary>
[GenerateSerializer, Immutable, Alias("RunEvent")]
public sealed record RunEvent(
    [property: Id(0)] long Sequence,
    [property: Id(1)] DateTimeOffset Time,
    [property: Id(2)] RunEventKind Kind,
    [property: Id(3)] long Iteration,
    [property: Id(4)] string Message);
