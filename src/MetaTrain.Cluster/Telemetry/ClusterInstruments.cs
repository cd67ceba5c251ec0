using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Cluster.Telemetry;

/// <summary>
/// What a silo measures of its jobs, workers and queue. Grains tell it what happened; the meter is read by /metrics.
/// Gauges belong to a grain and vanish with it (<see cref="JobLeft"/>, <see cref="QueueLeft"/>), so that a coordinator that moved
/// to another silo is not counted twice.
/// </summary>
public sealed class ClusterInstruments : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "MetaTrain";

    // Not "job": Prometheus puts its own label of that name on every series.
    private const string JobLabel = "job_name";
    private const int MaxJobNames = 100;

    private readonly TimeProvider _time;
    private readonly Meter _meter;
    private readonly LabelNames _names = new(MaxJobNames);
    private readonly ConcurrentDictionary<string, JobGauges> _jobs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, DeviceOccupancy> _devices = new();
    private readonly ConcurrentDictionary<int, WorkerActivity> _workers = new();
    private readonly Counter<long> _iterations;
    private readonly Counter<long> _tasks;
    private readonly Counter<long> _blocks;
    private readonly Counter<long> _reissued;
    private readonly Counter<long> _commits;
    private readonly Counter<double> _deviceBusy;
    private readonly Histogram<double> _iterationSeconds;
    private readonly Histogram<double> _computeSeconds;
    private readonly Histogram<double> _commitSeconds;
    private readonly Histogram<double> _pullSeconds;
    private readonly Histogram<long> _commitBytes;
    private readonly ConcurrentDictionary<string, Func<long?>> _memory = new(StringComparer.Ordinal);
    private ImmutableDictionary<JobState, int> _queue = ImmutableDictionary<JobState, int>.Empty;

    /// <summary>Creates the instruments on a meter of the given factory.</summary>
    public ClusterInstruments(IMeterFactory meters, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(meters);
        _time = time;
        _meter = meters.Create(MeterName);

        _iterations = _meter.CreateCounter<long>("metatrain.iterations", "{iteration}", "Meta-iterations stepped.");
        _tasks = _meter.CreateCounter<long>("metatrain.tasks", "{task}", "Tasks whose meta-gradient entered a step.");
        _blocks = _meter.CreateCounter<long>("metatrain.blocks", "{block}", "Results of blocks at their coordinator, by outcome.");
        _reissued = _meter.CreateCounter<long>("metatrain.blocks.reissued", "{block}", "Blocks leased once more, by reason.");
        _commits = _meter.CreateCounter<long>("metatrain.commits", "{commit}", "Attempts to commit a version, by outcome.");
        _deviceBusy = _meter.CreateCounter<double>("metatrain.device.busy", "s", "Time in which a slot's device computed.");

        _iterationSeconds = Seconds("metatrain.iteration", "From one meta-step to the next.", Buckets.Iteration);
        _computeSeconds = Seconds("metatrain.block.compute", "Time of a device for one block.", Buckets.Iteration);
        _commitSeconds = Seconds("metatrain.commit", "Time to commit a version to the store.", Buckets.Store);
        _pullSeconds = Seconds("metatrain.parameters.pull", "Time to fetch a version of the parameters to a silo.", Buckets.Store);
        _commitBytes = _meter.CreateHistogram(
            "metatrain.commit.bytes", "By", "Bytes of a committed version.", tags: null, new InstrumentAdvice<long> { HistogramBucketBoundaries = Buckets.Bytes });

        JobGauge("metatrain.meta.loss", "Mean query loss of the latest meta-iteration.", job => job.MetaLoss);
        JobGauge("metatrain.meta.accuracy", "Mean query accuracy of the latest meta-iteration.", job => job.MetaAccuracy);
        JobGauge("metatrain.validation.accuracy", "Mean accuracy of the latest validation.", job => job.ValidationAccuracy);
        JobGauge("metatrain.job.iteration", "The version of the newest parameters.", job => job.Iteration);
        JobGauge("metatrain.job.committed_iteration", "The newest version that is safe in the store.", job => job.CommittedIteration);
        JobGauge("metatrain.job.target_iterations", "Meta-iterations asked for.", job => job.Iterations);
        JobGauge("metatrain.job.epoch", "How many coordinators the job has had.", job => job.Epoch);
        JobGauge("metatrain.leases", "Blocks that are out with workers.", job => job.Leases);
        _meter.CreateObservableGauge("metatrain.workers", ObserveWorkers, "{worker}", "Workers of this silo by what they do.");
        _meter.CreateObservableGauge("metatrain.queue.jobs", ObserveQueue, "{job}", "Jobs by state, on the silo that holds the queue.");
        _meter.CreateObservableGauge("metatrain.device.memory", ObserveMemory, "By", "Memory in use on a device: of a GPU by all processes, of the processor what native code of this one holds.");
        _meter.CreateObservableGauge("metatrain.device.idle_ratio", ObserveIdle, unit: null, "Idle share of a slot's device over the last 15 seconds.");
    }

    /// <summary>A coordinator took over a job at a version.</summary>
    public void CoordinatorStarted(string jobName, long epoch, long iteration, long iterations)
    {
        JobGauges gauges = GaugesOf(jobName);
        gauges.Epoch = epoch;
        gauges.Iteration = iteration;
        gauges.CommittedIteration = iteration;
        gauges.Iterations = iterations;
    }

    /// <summary>A coordinator is done with a job, or gone: its gauges vanish.</summary>
    public void JobLeft(string jobName) => _jobs.TryRemove(_names.For(jobName), out _);

    /// <summary>The optimizer stepped to version <paramref name="iteration"/>.</summary>
    public void IterationStepped(string jobName, long iteration, int tasks, double metaLoss, double? metaAccuracy, TimeSpan elapsed)
    {
        KeyValuePair<string, object?> job = Job(jobName);
        _iterations.Add(1, job);
        _tasks.Add(tasks, job);
        _iterationSeconds.Record(elapsed.TotalSeconds, job);
        JobGauges gauges = GaugesOf(jobName);
        gauges.Iteration = iteration;
        gauges.MetaLoss = metaLoss;
        gauges.MetaAccuracy = metaAccuracy ?? double.NaN;
    }

    /// <summary>A validation of a version is complete; null for regression.</summary>
    public void Validated(string jobName, double? accuracy) => GaugesOf(jobName).ValidationAccuracy = accuracy ?? double.NaN;

    /// <summary>A result came back to its coordinator.</summary>
    public void BlockReturned(string jobName, BlockOutcome outcome) =>
        _blocks.Add(1, Job(jobName), new KeyValuePair<string, object?>("outcome", Labels.Of(outcome)));

    /// <summary>A block was leased once more.</summary>
    public void BlockReissued(string jobName, ReissueReason reason) =>
        _reissued.Add(1, Job(jobName), new KeyValuePair<string, object?>("reason", Labels.Of(reason)));

    /// <summary>So many blocks are out now.</summary>
    public void LeasesChanged(string jobName, int leases) => GaugesOf(jobName).Leases = leases;

    /// <summary>A version is safe in the store.</summary>
    public void Committed(string jobName, long iteration, long bytes, TimeSpan elapsed)
    {
        KeyValuePair<string, object?> job = Job(jobName);
        _commits.Add(1, job, new KeyValuePair<string, object?>("outcome", "committed"));
        _commitSeconds.Record(elapsed.TotalSeconds, job);
        _commitBytes.Record(bytes, job);
        GaugesOf(jobName).CommittedIteration = iteration;
    }

    /// <summary>A commit was refused by a later epoch (fenced), or the store did not take it.</summary>
    public void CommitFailed(string jobName, bool fenced) =>
        _commits.Add(1, Job(jobName), new KeyValuePair<string, object?>("outcome", fenced ? "fenced" : "failed"));

    /// <summary>A silo fetched a version of the parameters.</summary>
    public void ParametersPulled(string jobName, TimeSpan elapsed) => _pullSeconds.Record(elapsed.TotalSeconds, Job(jobName));

    /// <summary>A worker of this silo changed what it does.</summary>
    public void WorkerChanged(int slot, WorkerActivity activity)
    {
        _workers[slot] = activity;
        OccupancyOf(slot);
    }

    /// <summary>A worker of this silo is gone.</summary>
    public void WorkerLeft(int slot)
    {
        _workers.TryRemove(slot, out _);
        _devices.TryRemove(slot, out _);
    }

    /// <summary>A device of this silo, whose memory is read whenever the gauges are.</summary>
    /// <param name="device">Its name: cpu or cuda:n.</param>
    /// <param name="bytesInUse">In bytes; null when nothing tells.</param>
    public void DeviceFound(string device, Func<long?> bytesInUse) => _memory[device] = bytesInUse;

    /// <summary>A slot's device begins with a block.</summary>
    public void BlockStarted(int slot) => OccupancyOf(slot).Started();

    /// <summary>A slot's device has finished a block, well or badly.</summary>
    public void BlockComputed(int slot, string jobName, TimeSpan compute)
    {
        OccupancyOf(slot).Finished();
        _computeSeconds.Record(compute.TotalSeconds, Job(jobName));
        _deviceBusy.Add(compute.TotalSeconds, new KeyValuePair<string, object?>("slot", slot));
    }

    /// <summary>How many jobs are in which state, on the silo that holds the queue.</summary>
    public void QueueChanged(IEnumerable<KeyValuePair<JobState, int>> jobs) => Volatile.Write(ref _queue, jobs.ToImmutableDictionary());

    /// <summary>The queue has left this silo.</summary>
    public void QueueLeft() => Volatile.Write(ref _queue, ImmutableDictionary<JobState, int>.Empty);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private Histogram<double> Seconds(string name, string description, double[] boundaries) => _meter.CreateHistogram(
        name, "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = boundaries });

    private void JobGauge(string name, string description, Func<JobGauges, double> read) => _meter.CreateObservableGauge(
        name,
        () => from job in _jobs let value = read(job.Value) where !double.IsNaN(value) select new Measurement<double>(value, Label(job.Key)),
        unit: null,
        description);

    // Every state is always there, so that a graph shows zero and not a gap.
    private IEnumerable<Measurement<int>> ObserveWorkers() =>
        from activity in Enum.GetValues<WorkerActivity>()
        select new Measurement<int>(
            _workers.Values.Count(worker => worker == activity), new KeyValuePair<string, object?>("state", Labels.Of(activity)));

    private IEnumerable<Measurement<int>> ObserveQueue() =>
        from jobs in Volatile.Read(ref _queue)
        select new Measurement<int>(jobs.Value, new KeyValuePair<string, object?>("state", Labels.Of(jobs.Key)));

    private IEnumerable<Measurement<double>> ObserveIdle() =>
        from device in _devices
        select new Measurement<double>(device.Value.IdleRatio(), new KeyValuePair<string, object?>("slot", device.Key));

    private IEnumerable<Measurement<long>> ObserveMemory() =>
        from device in _memory
        let bytes = device.Value()
        where bytes is not null
        select new Measurement<long>(bytes.Value, new KeyValuePair<string, object?>("device", device.Key));

    private DeviceOccupancy OccupancyOf(int slot) => _devices.GetOrAdd(slot, static (_, time) => new DeviceOccupancy(time), _time);

    private JobGauges GaugesOf(string jobName) => _jobs.GetOrAdd(_names.For(jobName), static _ => new JobGauges());

    private KeyValuePair<string, object?> Job(string jobName) => Label(_names.For(jobName));

    private static KeyValuePair<string, object?> Label(string name) => new(JobLabel, name);
}
