using System.Collections.Immutable;
using MetaTrain.Abstractions.Datasets;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Client.Calls;
using MetaTrain.Client.Checkpoints;
using MetaTrain.Client.Connections;
using MetaTrain.Client.Datasets;
using MetaTrain.Client.Jobs;

namespace MetaTrain.Client;

/// <summary>
/// A client of one cluster: everything a person or a program asks of it. Each request is repeated while silos come and go,
/// and a failure is a <see cref="MetaTrainException"/> with one sentence.
/// </summary>
public sealed class MetaTrainClient : IAsyncDisposable
{
    private readonly IClusterGrains _grains;
    private readonly ClientOptions _options;
    private readonly CallRetry _retry;

    internal MetaTrainClient(IClusterGrains grains, ClientOptions options)
    {
        _grains = grains;
        _options = options;
        _retry = new CallRetry(options.Time, options.GiveUpAfter, grains.RefreshAsync);
    }

    /// <summary>Loads and compiles what a connection needs: worth its while when a cluster is just being started.</summary>
    public static Task PrepareAsync(ClientOptions options) => Task.Run(() => OrleansLink.PrepareAsync(options));

    /// <summary>Connects to the cluster behind an address.</summary>
    /// <exception cref="MetaTrainException">There is none, or it does not answer in time.</exception>
    public static async Task<MetaTrainClient> ConnectAsync(ClusterAddress address, ClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new ClientOptions();
        return new MetaTrainClient(await ClusterConnection.ConnectAsync(address, options, cancellationToken), options);
    }

    /// <summary>
    /// Submits a spec (canonical JSON). However often the message is repeated, one job comes of it. A safetensors file that the spec
    /// starts from is read here and sent along.
    /// </summary>
    /// <param name="specJson">The spec as canonical JSON.</param>
    /// <param name="owner">The local cluster that alone may run the job; null for any cluster on the store.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="MetaTrainException">The cluster does not answer, or the file cannot be read.</exception>
    public async Task<SubmitReply> SubmitAsync(string specJson, string? owner = null, CancellationToken cancellationToken = default)
    {
        JobSubmission submission = await SubmissionAsync(specJson, owner, cancellationToken);
        return await _retry.RunAsync("take the job", () => _grains.Queue.SubmitAsync(submission), cancellationToken);
    }

    /// <summary>Checks a spec (canonical JSON) against the cluster's data sets and build, without running it.</summary>
    /// <exception cref="MetaTrainException">The cluster does not answer, or a file that the spec starts from cannot be read.</exception>
    public async Task<ValidationReply> ValidateAsync(string specJson, CancellationToken cancellationToken = default)
    {
        JobSubmission submission = await SubmissionAsync(specJson, owner: null, cancellationToken);
        return await _retry.RunAsync("check the spec", () => _grains.Queue.ValidateAsync(submission), cancellationToken);
    }

    /// <summary>All jobs, oldest first.</summary>
    public Task<ImmutableArray<JobStatus>> ListAsync(CancellationToken cancellationToken = default) =>
        _retry.RunAsync("list its jobs", () => _grains.Queue.ListAsync(), cancellationToken);

    /// <summary>A job's state.</summary>
    /// <exception cref="MetaTrainException">The job is unknown, or the cluster does not answer.</exception>
    public async Task<JobStatus> DescribeAsync(JobId job, CancellationToken cancellationToken = default) =>
        await TryDescribeAsync(job, cancellationToken) ?? throw JobErrors.Unknown(job);

    /// <summary>A job's state; null for an unknown job.</summary>
    public Task<JobStatus?> TryDescribeAsync(JobId job, CancellationToken cancellationToken = default) =>
        _retry.RunAsync("describe the job", () => _grains.Coordinator(job).DescribeAsync(), cancellationToken);

    /// <summary>
    /// Follows a job until it ends: its state about once a second, and its events after a number, each once.
    /// Survives the death of silos and of the job's coordinator; while the cluster is silent, an update says so.
    /// </summary>
    public IAsyncEnumerable<JobUpdate> WatchAsync(JobId job, long afterSequence = 0, CancellationToken cancellationToken = default) =>
        new JobWatch(_grains, job, _options.Time, _options.GiveUpAfter).FollowAsync(afterSequence, cancellationToken);

    /// <summary>The events that a job keeps after a number, oldest first.</summary>
    public async Task<ImmutableArray<RunEvent>> LogsAsync(JobId job, long afterSequence = 0, CancellationToken cancellationToken = default)
    {
        var cursor = new EventCursor(afterSequence);
        ImmutableArray<RunEvent>.Builder all = ImmutableArray.CreateBuilder<RunEvent>();
        while (true)
        {
            WatchReply reply = await _retry.RunAsync(
                "read the job's log", () => _grains.Coordinator(job).WatchAsync(cursor.Sequence), cancellationToken)
                ?? throw JobErrors.Unknown(job);
            ImmutableArray<RunEvent> news = cursor.Accept(reply.Events).News;
            if (news.IsEmpty)
            {
                return all.ToImmutable();
            }

            all.AddRange(news);
        }
    }

    /// <summary>Asks a job to commit and stop, so that it can go on later.</summary>
    public Task<JobState> PauseAsync(JobId job, CancellationToken cancellationToken = default) =>
        RequestAsync(job, JobRequest.Pause, cancellationToken);

    /// <summary>Asks a paused or interrupted job to go on.</summary>
    public Task<JobState> ResumeAsync(JobId job, CancellationToken cancellationToken = default) =>
        RequestAsync(job, JobRequest.Run, cancellationToken);

    /// <summary>Takes over an interrupted job: hands it to a local cluster (or with null to any) and lets it go on from its last commit.</summary>
    public async Task<JobState> AdoptAsync(JobId job, string? owner, CancellationToken cancellationToken = default) =>
        StateOrThrow(job, await _retry.RunAsync("take over the job", () => _grains.Queue.AdoptAsync(job, owner), cancellationToken));

    /// <summary>Ends a job for good.</summary>
    public Task<JobState> CancelAsync(JobId job, CancellationToken cancellationToken = default) =>
        RequestAsync(job, JobRequest.Cancel, cancellationToken);

    /// <summary>Evaluates a committed version on the workers and waits for the result.</summary>
    public async Task<EvaluationSummary> EvaluateAsync(
        JobId job, EvaluationRequest request, IProgress<EvaluationTicket>? progress = null, CancellationToken cancellationToken = default)
    {
        await DescribeAsync(job, cancellationToken);
        return await new JobEvaluation(_grains, _retry, _options.Time).RunAsync(job, request, progress, cancellationToken);
    }

    /// <summary>Has a worker show one evaluation episode with a committed version.</summary>
    /// <exception cref="MetaTrainException">The job is unknown or refuses, or the cluster does not answer.</exception>
    public async Task<Demonstration> DemonstrateAsync(JobId job, DemonstrationRequest request, CancellationToken cancellationToken = default)
    {
        await DescribeAsync(job, cancellationToken);
        DemonstrationReply reply = await _retry.RunAsync("show an episode", () => _grains.Coordinator(job).DemonstrateAsync(request), cancellationToken);
        return reply.Demonstration ?? throw JobErrors.Refused(job, reply.Failure);
    }

    /// <summary>Has a worker find the classes nearest to images with a committed version of an instance-based method.</summary>
    /// <exception cref="MetaTrainException">The job is unknown or refuses, or the cluster does not answer.</exception>
    public async Task<RetrievalReply> RetrieveAsync(JobId job, RetrievalRequest request, CancellationToken cancellationToken = default)
    {
        await DescribeAsync(job, cancellationToken);
        RetrievalReply reply = await _retry.RunAsync("find classes", () => _grains.Coordinator(job).RetrieveAsync(request), cancellationToken);
        return reply.Failure is null ? reply : throw JobErrors.Refused(job, reply.Failure);
    }

    /// <summary>Imports a folder, an archive (.zip, .tgz, .tar.gz, .tar) or what an http(s) URL holds.</summary>
    public async Task<DatasetManifest> ImportAsync(
        string name, string source, ImportOptions? options = null, IProgress<ImportProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        using DatasetArchive archive = await DatasetArchive.PrepareAsync(source, http, cancellationToken);
        DatasetImportRequest request = await (options ?? new ImportOptions()).ToRequestAsync(name, archive, cancellationToken);
        return await new DatasetUpload(_grains, _retry, _options.Time).SendAsync(request, archive, progress, cancellationToken);
    }

    /// <summary>All data sets, by name.</summary>
    public Task<ImmutableArray<DatasetManifest>> ListDatasetsAsync(CancellationToken cancellationToken = default) =>
        _retry.RunAsync("list its data sets", () => _grains.Datasets.ListAsync(), cancellationToken);

    /// <summary>One data set.</summary>
    /// <exception cref="MetaTrainException">It is unknown, or the cluster does not answer.</exception>
    public async Task<DatasetManifest> DescribeDatasetAsync(string name, CancellationToken cancellationToken = default) =>
        await _retry.RunAsync("describe the data set", () => _grains.Datasets.DescribeAsync(name), cancellationToken)
        ?? throw new MetaTrainException(
            FailureKind.Unknown,
            $"There is no data set '{name}' in this cluster: 'metatrain data list' shows those that there are, 'metatrain data import' adds one.");

    /// <summary>Writes the parameters of a committed version to a safetensors file, whole or not at all.</summary>
    public Task<ExportResult> ExportAsync(JobId job, CheckpointSelector at, string path, CancellationToken cancellationToken = default) =>
        new CheckpointExport(_grains, _retry).ExportAsync(job, at, path, cancellationToken);

    /// <summary>All workers heard of lately.</summary>
    public Task<ImmutableArray<WorkerStatus>> WorkersAsync(CancellationToken cancellationToken = default) =>
        _retry.RunAsync("list its workers", () => _grains.Queue.WorkersAsync(), cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _grains.DisposeAsync();

    private async Task<JobState> RequestAsync(JobId job, JobRequest request, CancellationToken cancellationToken) => StateOrThrow(
        job,
        await _retry.RunAsync($"{Verb(request)} the job", () => _grains.Coordinator(job).RequestAsync(request), cancellationToken));

    private static JobState StateOrThrow(JobId job, ControlReply reply) => reply switch
    {
        { Found: false } => throw JobErrors.Unknown(job),
        { Refusal: { } refusal } => throw new MetaTrainException(FailureKind.Refused, refusal),
        _ => reply.State,
    };

    private static string Verb(JobRequest request) => request switch
    {
        JobRequest.Pause => "pause",
        JobRequest.Cancel => "cancel",
        _ => "resume",
    };

    private static async Task<JobSubmission> SubmissionAsync(string specJson, string? owner, CancellationToken cancellationToken) => new()
    {
        SpecJson = specJson,
        Owner = owner,
        Submission = Guid.NewGuid(),
        InitialParameters = await InitialParameters.ReadAsync(specJson, cancellationToken),
    };
}
