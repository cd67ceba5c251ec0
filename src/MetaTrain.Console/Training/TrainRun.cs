using System.Text.Json.Nodes;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Client;
using MetaTrain.Client.Connections;
using MetaTrain.Console.Commands;
using MetaTrain.Console.Hosting;
using MetaTrain.Console.Live;
using MetaTrain.Console.LocalClusters;
using MetaTrain.Console.Output;
using MetaTrain.Console.Specs;

namespace MetaTrain.Console.Training;

/// <summary>One run of <c>train</c>: cluster up, job in, progress, result, cluster down; and on Ctrl-C everything safe and resumable.</summary>
internal sealed class TrainRun(ConsoleHost host, TrainOptions options)
{
    private static readonly TimeSpan CommitPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    private readonly RunFollower _follower = new(host.Output, host.Time);
    private LocalClusterOptions _cluster = options.Cluster;
    private JobId? _job;
    private bool _isSubmitting;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        // Before anything is started: a wrong spec costs no cluster.
        string? spec = null;
        if (options.Resume is null)
        {
            (JobSpec read, spec) = SpecLoader.ReadOrRefuse(options.SpecPath, options.Overrides);
            _cluster = _cluster with { Portable = _cluster.Portable || read.Resources.IsPortable };
        }

        string place = DataDirectory.Display(_cluster.DataDirectory);
        host.Output.Note($"Starting a local cluster: {Describe(_cluster)}, data in {place} ...");
        Task prepared = host.Clusters.PrepareAsync();
        await using ILocalCluster cluster = await StartAsync(cancellationToken);
        host.Interrupts.OnSecond(cluster.Kill);
        await prepared;
        await using MetaTrainClient client = await host.Clusters.ConnectAsync(
            new ClusterAddress.InDirectory(_cluster.DataDirectory), cancellationToken);
        JobStatus status;
        try
        {
            JobId job = await EnterAsync(client, spec, cluster.Description.ClusterId, cancellationToken);
            status = await FollowAsync(client, cluster, job, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return await StopAsync(client, cluster);
        }

        if (options.Json)
        {
            host.Output.Document(JobDocument.Of(status));
        }
        else
        {
            TrainReport.Write(host.Output.Result, status, place, options.Location);
        }

        host.Output.Note("Stopping the local cluster ...");
        await client.DisposeAsync();
        if (!await cluster.StopAsync())
        {
            host.Output.Note("The local cluster did not drain in time and was killed; what is committed is safe.");
        }

        return ExitCode.Of(status.State);
    }

    private static string Describe(LocalClusterOptions cluster)
    {
        string each = cluster.Silos == 1 ? "" : " each";
        string workers = cluster.KnownWorkers is { } known ? Format.Count(known, "worker") : "a worker a GPU";
        return $"{Format.Count(cluster.Silos, "silo")} with {workers}{each}";
    }

    private async Task<ILocalCluster> StartAsync(CancellationToken cancellationToken)
    {
        long start = host.Time.GetTimestamp();
        ILocalCluster cluster = await ClusterStart.RunAsync(host, _cluster, cancellationToken);
        host.Output.Note($"The cluster is ready after {Format.Words(host.Time.GetElapsedTime(start))}.");
        return cluster;
    }

    /// <summary>Submits the job, or takes over the interrupted one.</summary>
    private async Task<JobId> EnterAsync(MetaTrainClient client, string? spec, string clusterId, CancellationToken cancellationToken)
    {
        if (spec is not null)
        {
            JobId job = await SubmitAsync(client, spec, clusterId, cancellationToken);
            host.Output.Note($"Submitted the job {job}.");
            return job;
        }

        JobStatus interrupted = await JobArgument.ResolveAsync(client, options.Resume!, cancellationToken);
        _job = interrupted.Job;
        if (!interrupted.State.IsFinal())
        {
            await client.AdoptAsync(interrupted.Job, clusterId, cancellationToken);
            host.Output.Note($"Going on with the job {interrupted.Job} from iteration {Format.Count(interrupted.CommittedIteration)}.");
        }

        return interrupted.Job;
    }

    /// <summary>Submits. What is under way may become a job, wanted or not: its answer is waited for, so that the job can be paused and named.</summary>
    private async Task<JobId> SubmitAsync(MetaTrainClient client, string spec, string clusterId, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Timeout.InfiniteTimeSpan, host.Time);
        await using CancellationTokenRegistration interrupted = cancellationToken.Register(() => patience.CancelAfter(CommitPatience));
        cancellationToken.ThrowIfCancellationRequested();
        _isSubmitting = true;
        JobId job = await SubmitCommand.SubmitAsync(client, spec, clusterId, patience.Token);
        (_job, _isSubmitting) = (job, false);
        cancellationToken.ThrowIfCancellationRequested();
        return job;
    }

    private async Task<JobStatus> FollowAsync(MetaTrainClient client, ILocalCluster cluster, JobId job, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<JobStatus> follow = _follower.FollowAsync(
            client, job, "Ctrl-C stops the cluster; what is committed can be resumed.", either.Token);
        if (await Task.WhenAny(follow, cluster.Ended) == follow)
        {
            return await follow;
        }

        await either.CancelAsync();
        await follow.ContinueWith(_ => { }, TaskScheduler.Default);
        throw new ConsoleFault(
            ExitCode.Unreachable,
            $"The local cluster has ended unexpectedly ({await cluster.Ended}): its logs are in {_cluster.DataDirectory}; "
            + $"go on with '{ResumeCommand(job)}'.");
    }

    /// <summary>After Ctrl-C: has the job committed, drains the cluster, and says how to go on.</summary>
    private async Task<int> StopAsync(MetaTrainClient client, ILocalCluster cluster)
    {
        host.Output.Note("Stopping: the job commits, the cluster drains (Ctrl-C again kills it) ...");
        JobStatus? status = _job is { } job ? await PauseAsync(client, job) ?? _follower.Last : null;
        await client.DisposeAsync();
        bool drained = await cluster.StopAsync();
        string outcome = (_job, status) switch
        {
            (null, _) when _isSubmitting => "Stopped while the job was submitted, without an answer: 'metatrain list' shows whether there is one.",
            (null, _) => "Stopped before a job was submitted.",
            (_, { } last) when last.State.IsFinal() => $"The job {_job} has ended: {JobDocument.NameOf(last.State)}.",
            (_, { } last) => $"Stopped {_job} at iteration {Format.Count(last.CommittedIteration)} of {Format.Count(last.Iterations)}, committed."
                + GoOn(_job!.Value),
            _ => $"Stopped {_job} at its last commit." + GoOn(_job!.Value),
        };
        host.Output.Note(outcome);
        if (options.Json)
        {
            host.Output.Document(status is not null
                ? JobDocument.Of(status)
                : new JsonObject { ["job"] = _job?.Value, ["error"] = outcome.ReplaceLineEndings(" "), ["exitCode"] = ExitCode.Interrupted });
        }

        if (!drained)
        {
            host.Output.Note("The local cluster did not drain in time and was killed; what is committed is safe.");
        }

        return ExitCode.Interrupted;
    }

    private string GoOn(JobId job) => $"{Environment.NewLine}Go on with:{Environment.NewLine}  {ResumeCommand(job)}";

    // A spec that asks for portable arithmetic need not say so on the command line, but its resumption must.
    private string ResumeCommand(JobId job) =>
        $"metatrain train --resume {job}{options.Repeated}{(_cluster.Portable && !options.Cluster.Portable ? $" --arithmetic {ResourcesSpec.Portable}" : "")}";

    /// <summary>Pauses the job and waits for its commit; null when the cluster does not answer any more.</summary>
    private async Task<JobStatus?> PauseAsync(MetaTrainClient client, JobId job)
    {
        using var patience = new CancellationTokenSource(CommitPatience, host.Time);
        try
        {
            JobStatus status = await client.DescribeAsync(job, patience.Token);
            if (status.State.IsFinal())
            {
                return status;
            }

            await client.PauseAsync(job, patience.Token);
            while (true)
            {
                status = await client.DescribeAsync(job, patience.Token);
                if (status.State is JobState.Paused || status.State.IsFinal())
                {
                    return status;
                }

                await Task.Delay(PollInterval, host.Time, patience.Token);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or MetaTrainException)
        {
            host.Output.Note("The job did not confirm a last commit; the one before it stands.");
            return null;
        }
    }
}
