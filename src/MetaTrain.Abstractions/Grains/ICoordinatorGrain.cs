using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Abstractions.Storage;

namespace MetaTrain.Abstractions.Grains;

/// <summary>The coordinator of one job (its key is the job's id): leases blocks, adds their sums along the tree, steps, commits.</summary>
[Alias("ICoordinatorGrain")]
public interface ICoordinatorGrain : IGrainWithStringKey
{
    /// <summary>Makes sure that the job runs, if it should.</summary>
    [Alias("EnsureRunning")]
    Task EnsureRunningAsync();

    /// <summary>A silo's turn for some of its workers. Answers within about a second, with or without work.</summary>
    [Alias("Exchange")]
    Task<ExchangeReply> ExchangeAsync(ExchangeRequest request);

    /// <summary>One version of the parameters; null when this coordinator has no such version.</summary>
    [Alias("ReadParameters")]
    Task<ParameterSnapshot?> ReadParametersAsync(long epoch, long version);

    /// <summary>The state of the job; null for an unknown job.</summary>
    [Alias("Describe")]
    Task<JobStatus?> DescribeAsync();

    /// <summary>The state and the events after a sequence number; waits about a second for something new.</summary>
    [Alias("Watch")]
    Task<WatchReply?> WatchAsync(long afterSequence);

    /// <summary>Asks the job to run, pause or cancel; null when it was done, else why not.</summary>
    [Alias("Request")]
    Task<ControlReply> RequestAsync(JobRequest request);

    /// <summary>Starts an evaluation of a committed version on the workers.</summary>
    [Alias("StartEvaluation")]
    Task<EvaluationTicket> StartEvaluationAsync(EvaluationRequest request);

    /// <summary>How far an evaluation is.</summary>
    [Alias("ReadEvaluation")]
    Task<EvaluationTicket> ReadEvaluationAsync(long number);

    /// <summary>Has a worker show one episode with a committed version.</summary>
    [Alias("Demonstrate"), ResponseTimeout(WorkerTimeouts.Asked)]
    Task<DemonstrationReply> DemonstrateAsync(DemonstrationRequest request);

    /// <summary>Has a worker find the classes nearest to images with a committed version.</summary>
    [Alias("Retrieve"), ResponseTimeout(WorkerTimeouts.Asked)]
    Task<RetrievalReply> RetrieveAsync(RetrievalRequest request);

    /// <summary>The manifest of a committed version; null when there is none.</summary>
    [Alias("ReadCheckpoint")]
    Task<CheckpointManifest?> ReadCheckpointAsync(CheckpointSelector at);

    /// <summary>One piece of a committed version's content.</summary>
    [Alias("ReadCheckpointPiece")]
    Task<byte[]> ReadCheckpointPieceAsync(long iteration, int piece);
}

/// <summary>A job's state with what happened since.</summary>
[GenerateSerializer, Immutable, Alias("WatchReply")]
public sealed record WatchReply([property: Id(0)] JobStatus Status, [property: Id(1)] ImmutableArray<RunEvent> Events);

/// <summary>The answer to pause, resume or cancel.</summary>
[GenerateSerializer, Immutable, Alias("ControlReply")]
public sealed record ControlReply([property: Id(0)] bool Found, [property: Id(1)] string? Refusal, [property: Id(2)] JobState State);

/// <summary>Which version to evaluate, and over which episodes.</summary>
[GenerateSerializer, Immutable, Alias("EvaluationRequest")]
public sealed record EvaluationRequest
{
    /// <summary>Which version.</summary>
    [Id(0)] public required CheckpointSelector At { get; init; }

    /// <summary>Over how many episodes; null takes the spec's final evaluation's.</summary>
    [Id(1)] public int? Episodes { get; init; }

    /// <summary>The split whose classes are used.</summary>
    [Id(2)] public required string Split { get; init; }

    /// <summary>True or false to override the spec's transduction.</summary>
    [Id(3)] public bool? Transductive { get; init; }

    /// <summary>Classes an episode; null takes the spec's final evaluation's.</summary>
    [Id(4)] public int? Ways { get; init; }

    /// <summary>Support examples a class (in all for regression); null takes the spec's final evaluation's.</summary>
    [Id(5)] public int? Shots { get; init; }

    /// <summary>Query examples a class (in all for regression); null takes the spec's final evaluation's.</summary>
    [Id(6)] public int? Queries { get; init; }

    /// <summary>Inner steps after which the query set is measured; empty takes the spec's final evaluation's.</summary>
    [Id(7)] public ImmutableArray<int> InnerSteps { get => field.IsDefault ? [] : field; init; } = [];
}

/// <summary>An evaluation that was asked for.</summary>
[GenerateSerializer, Immutable, Alias("EvaluationTicket")]
public sealed record EvaluationTicket
{
    /// <summary>Its number within the job; 0 when it was refused.</summary>
    [Id(0)] public required long Number { get; init; }

    /// <summary>Episodes done.</summary>
    [Id(1)] public long Done { get; init; }

    /// <summary>Episodes asked for.</summary>
    [Id(2)] public long Episodes { get; init; }

    /// <summary>The result, once complete.</summary>
    [Id(3)] public EvaluationSummary? Summary { get; init; }

    /// <summary>Why it was refused or failed.</summary>
    [Id(4)] public string? Failure { get; init; }
}
