using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Abstractions.Grains;

/// <summary>The one queue of a cluster (its key is <see cref="Key"/>): who may run, and which worker serves which job.</summary>
[Alias("IJobQueueGrain")]
public interface IJobQueueGrain : IGrainWithStringKey
{
    /// <summary>The key of the only queue.</summary>
    const string Key = "queue";

    /// <summary>Accepts a job, or says why not.</summary>
    [Alias("Submit")]
    Task<SubmitReply> SubmitAsync(JobSubmission submission);

    /// <summary>Checks a submission against the data sets and the build without running it.</summary>
    [Alias("Validate")]
    Task<ValidationReply> ValidateAsync(JobSubmission submission);

    /// <summary>Takes over an interrupted job: hands it to a local cluster (or with null to any) and lets it go on from its last commit.</summary>
    [Alias("Adopt")]
    Task<ControlReply> AdoptAsync(JobId job, string? owner);

    /// <summary>All jobs, oldest first.</summary>
    [Alias("List")]
    Task<ImmutableArray<JobStatus>> ListAsync();

    /// <summary>Tells a worker which job to serve; also its sign of life.</summary>
    [Alias("Assign")]
    Task<JobId?> AssignAsync(WorkerStatus worker);

    /// <summary>All workers heard of lately.</summary>
    [Alias("Workers")]
    Task<ImmutableArray<WorkerStatus>> WorkersAsync();

    /// <summary>A coordinator says where its job is, and whether it has work for workers.</summary>
    [Alias("Report")]
    Task ReportAsync(JobReport report);
}

/// <summary>What a coordinator tells the queue.</summary>
[GenerateSerializer, Immutable, Alias("JobReport")]
public sealed record JobReport(
    [property: Id(0)] JobId Job,
    [property: Id(1)] JobState State,
    [property: Id(2)] bool HasWork,
    [property: Id(3)] string? DeviceClass);

/// <summary>A spec on its way into the queue.</summary>
[GenerateSerializer, Immutable, Alias("JobSubmission")]
public sealed record JobSubmission
{
    /// <summary>The spec as canonical JSON.</summary>
    [Id(0)] public required string SpecJson { get; init; }

    /// <summary>The local cluster that owns the job; null for a job that any cluster on the store may run.</summary>
    [Id(1)] public string? Owner { get; init; }

    /// <summary>Chosen by the client, so that a submission sent twice makes one job.</summary>
    [Id(2)] public required Guid Submission { get; init; }

    /// <summary>The safetensors file that the spec's initialize.from names: it lies on the client's machine, so its content travels along.</summary>
    [Id(3)] public byte[]? InitialParameters { get; init; }
}

/// <summary>The answer to a submission: the job, or what is wrong.</summary>
[GenerateSerializer, Immutable, Alias("SubmitReply")]
public sealed record SubmitReply([property: Id(0)] JobId? Job, [property: Id(1)] ImmutableArray<string> Problems);

/// <summary>What a spec would run, or what is wrong with it.</summary>
[GenerateSerializer, Immutable, Alias("ValidationReply")]
public sealed record ValidationReply
{
    /// <summary>One sentence a fault, with the remedy; empty when the spec can run.</summary>
    [Id(0)] public ImmutableArray<string> Problems { get; init; } = [];

    /// <summary>How it would be cut.</summary>
    [Id(1)] public JobPlan? Plan { get; init; }

    /// <summary>How many values it learns.</summary>
    [Id(2)] public long ParameterCount { get; init; }

    /// <summary>About what a worker allocates for one block, in bytes; null where the silo's machine does not tell.</summary>
    [Id(3)] public long? EstimatedBytesPerBlock { get; init; }

    /// <summary>The device class it would run on.</summary>
    [Id(4)] public string? Device { get; init; }
}

/// <summary>A worker as the queue sees it.</summary>
[GenerateSerializer, Immutable, Alias("WorkerStatus")]
public sealed record WorkerStatus
{
    /// <summary>The key of its grain: silo and slot.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>Its silo's name.</summary>
    [Id(1)] public required string Silo { get; init; }

    /// <summary>Its device: cpu, or cuda:n.</summary>
    [Id(2)] public required string Device { get; init; }

    /// <summary>Vendor, instruction set and library hash: what the bits depend on.</summary>
    [Id(3)] public required string DeviceClass { get; init; }

    /// <summary>Where the silo serves /metrics.</summary>
    [Id(4)] public string? MetricsUrl { get; init; }

    /// <summary>The job it serves.</summary>
    [Id(5)] public JobId? Job { get; init; }

    /// <summary>What it does now, in a few words.</summary>
    [Id(6)] public string Doing { get; init; } = "idle";

    /// <summary>Blocks computed since it started.</summary>
    [Id(7)] public long Blocks { get; init; }

    /// <summary>True once it takes no more work.</summary>
    [Id(8)] public bool Draining { get; init; }

    /// <summary>The process of its silo.</summary>
    [Id(9)] public int ProcessId { get; init; }
}
