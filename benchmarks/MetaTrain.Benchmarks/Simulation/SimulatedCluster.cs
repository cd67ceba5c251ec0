using MetaTrain.Cluster.Coordination;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>A coordinator's machine, the machines of the silos, and one job on them, in virtual time.</summary>
internal sealed class SimulatedCluster
{
    private readonly SimulatedCoordinator _coordinator;
    private readonly ICoordinator _link;
    private readonly SimulatedSilo[] _silos;
    private readonly int[] _generations;
    private Snapshot? _begin;

    /// <exception cref="ArgumentException">Silos die that may have an aggregator.</exception>
    public SimulatedCluster(SimulationSettings settings)
    {
        Settings = settings;
        Draws = new Draws(settings);
        Gradients = new MadeUpGradients(settings.Seed, settings.Parameters);
        Job = new SimulatedJob(settings, Loop);
        if (Job.Session.Settings.IsRanged && settings.SiloLifeSeconds is not null)
        {
            throw new ArgumentException("An aggregator's death takes the job back to its last commit, which is not simulated: let nothing die, or have one aggregator.", nameof(settings));
        }

        Head = new Machine(Loop, settings);
        SiloMachines = [.. Enumerable.Range(0, settings.Silos).Select(_ => new Machine(Loop, settings))];
        Ranges = Job.Session.Settings.IsRanged ? new SimulatedRanges(this) : null;
        _coordinator = new SimulatedCoordinator(this);
        _link = Ranges is null ? _coordinator : new RangedLink(Ranges, _coordinator);
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

    /// <summary>Who adds up and steps instead of the coordinator; null when it does so itself.</summary>
    public SimulatedRanges? Ranges { get; }

    /// <summary>The machines that vectors meet on: the coordinator's, and those of the aggregators.</summary>
    public IEnumerable<Machine> Adding => Ranges is null ? [Head] : Ranges.Machines.Prepend(Head);

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
        return new SimulationFigures(Settings, Math.Max(1, Job.Session.Settings.Aggregators.Length), _begin, end, Ideal(), CheckpointCodec.Hash(Job.Session.Trajectory.Parameters));
    }

    /// <summary>The job has another version.</summary>
    public void Stepped(long iteration) => Iteration = iteration;

    private SimulatedSilo NewSilo(int silo)
    {
        int workers = Math.Min(Settings.WorkersASilo, Settings.Workers - (silo * Settings.WorkersASilo));
        return new SimulatedSilo(this, silo, ++_generations[silo], workers, _link);
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
