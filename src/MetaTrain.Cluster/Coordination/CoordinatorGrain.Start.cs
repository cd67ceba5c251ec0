using MetaTrain.Abstractions.Checkpoints;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Cluster.Aggregation;
using MetaTrain.Cluster.Experiments;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Cluster.Coordination;

/// <summary>Taking a job over: a new epoch, the last commit, and on from there.</summary>
internal sealed partial class CoordinatorGrain
{
    private readonly HashSet<string> _refusedClasses = new(StringComparer.Ordinal);
    private IExperiment? _experiment;
    private long _lastTurn;

    private async Task EnsureStartedAsync()
    {
        if (_session is { IsReadOnly: false } || (_record is { } known && known.State.IsFinal()))
        {
            return;
        }

        await AloneAsync(_starting ??= StartAsync());

        // Not before: what is lost in it has the job started again.
        await AdvanceAsync();
    }

    private async Task StartAgainAsync()
    {
        LeaveSession();
        await NothingStartsAsync();
        await EnsureStartedAsync();
    }

    // A start that is under way may have begun before what this is for.
    private async Task NothingStartsAsync()
    {
        while (_starting is { } other)
        {
            await other.ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
            _starting = _starting == other ? null : _starting;
        }
    }

    // Whatever starts a job, or ends one that was not started, does so alone.
    private async Task AloneAsync(Task starting)
    {
        try
        {
            await starting;
        }
        finally
        {
            if (_starting == starting)
            {
                _starting = null;
            }
        }
    }

    private async Task StartAsync()
    {
        JobRecord? record = _record = await services.Jobs.ReadAsync(Job, CancellationToken.None);
        if (record is null || record.State.IsFinal() || !services.Runs(record.Owner))
        {
            return;
        }

        FailTickets($"Job {Job} goes on: ask for the evaluation again.");
        LeaveSession();
        DelayDeactivation(Timeout.InfiniteTimeSpan);
        long epoch = await services.Jobs.AcquireEpochAsync(Job, CancellationToken.None);
        if (record.Request == JobRequest.Cancel)
        {
            await EndAsync(epoch, JobState.Cancelled, failure: null);
            return;
        }

        try
        {
            await OpenSessionAsync(record, epoch);
        }
        catch (Exception e) when (e is SpecException or InvalidDataException)
        {
            await EndAsync(epoch, JobState.Failed, e.Message);
        }
    }

    private async Task OpenSessionAsync(JobRecord record, long epoch)
    {
        JobSpec spec = JobSpecReader.Parse(record.SpecJson);
        IExperiment experiment = _experiment = await services.Experiments.GetAsync(Job);
        CheckpointManifest? manifest = await services.Checkpoints.FindAsync(Job, CheckpointSelector.Last, CancellationToken.None);
        (Trajectory trajectory, Dictionary<string, float[]>? optimizer) = manifest is null
            ? (await InitialTrajectoryAsync(spec, experiment), null)
            : await RestoredTrajectoryAsync(manifest, experiment);
        trajectory.DeviceClass ??= await ChooseDeviceClassAsync(spec);
        IAggregation aggregation = await AggregateAsync(spec.Resources.Aggregators, epoch, trajectory, experiment, optimizer);

        SessionSettings settings = Settings(spec, experiment, trajectory) with { Aggregators = aggregation.Aggregators };
        JobSession session = new(settings, epoch, trajectory, services.Time, Note)
        {
            Reissued = reason => services.Instruments.BlockReissued(Label, reason),
            EvaluationFailed = FailTicket,
            IsPaused = record.Request == JobRequest.Pause,
        };
        session.Open();
        foreach (long version in session.MissingVersions)
        {
            session.OpenValidation(version, await ReadVersionAsync(CheckpointSelector.At(version), experiment));
        }

        if (epoch > 1 && record.State is JobState.Running or JobState.Evaluating)
        {
            session.TakeOver(await services.Jobs.ReadAttemptsAsync(Job, CancellationToken.None));
        }

        // Whatever an earlier coordinator noted is to be replaced or taken away.
        _hasNote = true;
        _committedIteration = trajectory.Iteration;
        (_session, _aggregation) = (session, aggregation);
        _lastTurn = services.Time.GetTimestamp();
        services.Instruments.CoordinatorStarted(Label, epoch, trajectory.Iteration, session.Iterations);
        Note(
            epoch == 1 ? RunEventKind.Lifecycle : RunEventKind.Recovery,
            epoch == 1
                ? $"Started: {session.Iterations} iterations of {spec.Meta.TasksPerIteration} tasks in {settings.Plan.Blocks} blocks of {settings.Plan.BlockSize}, {trajectory.Parameters.Length} parameters, {trajectory.DeviceClass}."
                : $"Coordinator {epoch} took over on {services.Silo.Name} and goes on from the commit of iteration {trajectory.Iteration}.");
        if (settings.IsRanged)
        {
            Note(RunEventKind.Lifecycle, $"Adding and stepping is cut into {_aggregatorSilos.Length} ranges of parameters, on {string.Join(", ", _aggregatorSilos.Select(NameOf))}.");
        }

        try
        {
            await ChangeStateAsync(session, session.IsPaused ? JobState.Paused : session.IsTrained ? JobState.Evaluating : JobState.Running);
        }
        catch (StoreUnavailableException)
        {
            // Whoever asked for the start asks again, or the queue does; the others would not hear of a job that is at work.
            LeaveSession();
            throw;
        }
    }

    // Thrown, it is tried again: the queue wakes the coordinator until it has started, and workers may have joined by then.
    private async Task<string> ChooseDeviceClassAsync(JobSpec spec) =>
        Workers.DeviceNeeds.Choose(
            spec.Resources, services.Devices.DeviceClass, await GrainFactory.GetGrain<IJobQueueGrain>(IJobQueueGrain.Key).WorkersAsync())
        ?? throw new NoDeviceException(
            $"Job {Job} asks for resources.device {spec.Resources.Device} and resources.precision {spec.Resources.Precision}, and no worker has such a device at the moment: start silos that have.");

    private SessionSettings Settings(JobSpec spec, IExperiment experiment, Trajectory trajectory) => new()
    {
        Job = Job,
        Spec = spec,
        Plan = services.Factory.Plan(spec, experiment, trajectory.DeviceClass!),
        ParameterCount = trajectory.Parameters.Length,
        TrainingShape = experiment.TrainingShape,
        EvaluationMetrics = work => experiment.EvaluationMetrics(Workers.EvaluationSettingsReader.Read(work)),
        DataNote = experiment.DataNote,
    };

    private async Task<Trajectory> InitialTrajectoryAsync(JobSpec spec, IExperiment experiment) => new()
    {
        Parameters = spec.Initialize is { IsRandom: false } initialize ? await WarmStartAsync(initialize, experiment) : experiment.InitialParameters(),
    };

    private async Task<(Trajectory Trajectory, Dictionary<string, float[]> Optimizer)> RestoredTrajectoryAsync(CheckpointManifest manifest, IExperiment experiment)
    {
        SafetensorsFile file = SafetensorsFile.Read(await services.Checkpoints.ReadAsync(manifest, CancellationToken.None));
        Trajectory trajectory = new() { Parameters = CheckpointCodec.DecodeParameters(experiment.Parameters, file) };
        trajectory.Restore(TrajectoryProgress.FromJson(manifest.ProgressJson));
        return (trajectory, CheckpointCodec.DecodeOptimizer(file));
    }

    private async Task<float[]> WarmStartAsync(InitializeSpec initialize, IExperiment experiment)
    {
        try
        {
            byte[] content = initialize.IsFile
                ? await services.Jobs.ReadInitialParametersAsync(Job, CancellationToken.None)
                    ?? throw new InvalidDataException($"the content of '{initialize.From}' is not in the store: submit the job again.")
                : await ReadOtherJobAsync(initialize);
            return CheckpointCodec.DecodeParameters(experiment.Parameters, SafetensorsFile.Read(content));
        }
        catch (InvalidDataException e)
        {
            throw new SpecException($"initialize.from: the parameters of '{initialize.From}' do not fit this spec: {e.Message}", e);
        }
    }

    private async Task<byte[]> ReadOtherJobAsync(InitializeSpec initialize)
    {
        JobId from = new(initialize.From);
        CheckpointManifest manifest = await services.Checkpoints.FindAsync(from, Queue.Submissions.Version(initialize), CancellationToken.None)
            ?? throw new SpecException(
                $"initialize.from: job '{from}' has no committed version '{initialize.At}'; 'metatrain describe {from}' shows what it has.");
        return await services.Checkpoints.ReadAsync(manifest, CancellationToken.None);
    }

    private async Task<float[]> ReadVersionAsync(CheckpointSelector at, IExperiment experiment)
    {
        CheckpointManifest manifest = await services.Checkpoints.FindAsync(Job, at, CancellationToken.None)
            ?? throw new InvalidDataException($"Version {at.Iteration} of job {Job} is not in the store although a validation of it is due: the store has lost data.");
        return CheckpointCodec.DecodeParameters(
            experiment.Parameters, SafetensorsFile.Read(await services.Checkpoints.ReadAsync(manifest, CancellationToken.None)));
    }
}
