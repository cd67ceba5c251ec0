using MetaTrain.Cluster.Coordination;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>A coordinator's machine, the machines of the silos, and one job on them, in virtual time.</summary>
internal sealed class SimulatedCluster
{
    private readonly SimulatedCoordinator _coordinator;
    private readonly ShardedSums? _sharded;
    private readonly SimulatedSilo[] _silos;
    private readonly int[] _generations;
    private Snapshot? _begin;

    public SimulatedCluster(SimulationSettings settings)
    {
        Settings = settings;
        Draws = new Draws(settings);
        Gradients = new MadeUpGradients(settings.Seed, settings.Parameters);
        Job = new SimulatedJob(settings, Loop);
        Head = new Machine(Loop, settings);
        SiloMachines = [.. Enumerable.Range(0, settings.Silos).Select(_ => new Machine(Loop, settings))];
        _coordinator = new SimulatedCoordinator(this);
        _sharded = settings.Shards > 1 ? new ShardedSums(this, _coordinator) : null;
        _generations = new int[settings.Silos];
        _silos = [.. Enumerable.Range(0, settings.Silos).Select(NewSilo)];
    }

    public SimulationSettings Settings { get; }

    /// <summary>What the coordinator's turns cost so far.</summary>
    public CoordinatorCosts Costs => _coordinator.Costs;

    public EventLoop Loop { get; } = new();

    public Draws Draws { get; }

    public MadeUpGradients Gradients { get; }

    public SimulatedJob Job { get; }

    /// <summary>The coordinator's machine.</summary>
    public Machine Head { get; }

    public Machine[] SiloMachines { get; }

    /// <summary>The machines that vectors are added up on: the coordinator's, or those of the aggregators.</summary>
    public IEnumerable<Machine> Adding => _sharded is null ? [Head] : _sharded.Aggregators.Select(static aggregator => aggregator.Machine);

    /// <summary>The version that the job is at.</summary>
    public long Iteration { get; private set; }

    /// <summary>Waiting turns that were woken to look for a block.</summary>
    public long Woken { get; set; }

    /// <summary>Silos that died.</summary>
    public int Deaths { get; private set; }

    /// <summary>Runs the job to its end.</summary>
    public SimulationFigures Run()
    {
        for (int silo = 0; silo < _silos.Length; silo++)
        {
            Start(silo);
        }

        Loop.RunUntil(() => Iteration == Settings.WarmUp);
        _begin = Snapshot.Of(this);
        Loop.RunUntil(() => Iteration == Settings.WarmUp + Settings.Iterations);
        Snapshot end = Snapshot.Of(this);
        ReadOnlySpan<float> last = _sharded is null ? Job.Session.Trajectory.Parameters : _sharded.Parameters;
        return new SimulationFigures(Settings, _begin, end, Ideal(), CheckpointCodec.Hash(last));
    }

    /// <summary>The job has another version.</summary>
    public void Stepped(long iteration) => Iteration = iteration;

    private SimulatedSilo NewSilo(int silo)
    {
        int workers = Math.Min(Settings.WorkersASilo, Settings.Workers - (silo * Settings.WorkersASilo));
        return new SimulatedSilo(this, silo, ++_generations[silo], workers, (ICoordinator?)_sharded ?? _coordinator);
    }

    private void Start(int silo)
    {
        SimulatedSilo started = _silos[silo];
        started.Start();
        if (Draws.Life(silo, _generations[silo]) is { } life)
        {
            Loop.After(life, () =>
            {
                started.IsDead = true;
                Deaths++;
                Loop.After(Settings.DeathSeenAfter, () => _coordinator.Died(started.Address));
                Loop.After(Settings.DeadFor, () =>
                {
                    _silos[silo] = NewSilo(silo);
                    Start(silo);
                });
            });
        }
    }

    // Iterations a second if all but the computing took no time: a round lasts as long as its slowest block.
    private double Ideal()
    {
        double nanoseconds = 0;
        for (int iteration = Settings.WarmUp; iteration < Settings.WarmUp + Settings.Iterations; iteration++)
        {
            nanoseconds += Enumerable.Range(0, Settings.Blocks).Max(block => Draws.BlockTime(iteration, block, block));
        }

        return Settings.Iterations * 1e9 / nanoseconds;
    }
}
