using System.Collections.Immutable;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Cluster.Transfers;
using Microsoft.Extensions.Options;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>A coordinator's machine, the machines of the silos, and one job on them, in virtual time.</summary>
internal sealed class SimulatedCluster
{
    private readonly SimulatedCoordinator _coordinator;
    private readonly ImmutableSortedDictionary<string, SimulatedAggregator> _aggregators;
    private readonly SimulatedSilo[] _silos;
    private readonly int[] _generations;
    private Snapshot? _begin;

    public SimulatedCluster(SimulationSettings settings)
    {
        if (settings is { SiloLifeSeconds: not null, Ranges: > 1 })
        {
            throw new ArgumentException(
                $"Silos that die after {settings.SiloLifeSeconds} s on average and {settings.Ranges} aggregators on them cannot be simulated together, "
                + "because the product would go back to its last commit: set Aggregators to 1, or let no silo die.", nameof(settings));
        }

        Settings = settings;
        Draws = new Draws(settings);
        Gradients = new MadeUpGradients(settings.Seed, settings.Parameters);
        Job = new SimulatedJob(settings, Loop);
        Head = new Machine(Loop, settings);
        SiloMachines = [.. Enumerable.Range(0, settings.Silos).Select(_ => new Machine(Loop, settings))];
        _aggregators = Job.Session.Settings.Aggregators.Zip(SiloMachines).ToImmutableSortedDictionary(
            static range => range.First.Key,
            range => new SimulatedAggregator(range.Second, parameters => SimulatedJob.NewOptimizer(parameters, settings)),
            StringComparer.Ordinal);
        _coordinator = new SimulatedCoordinator(this);
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

    /// <summary>Copies what is here: no vector of a simulated cluster has a ticket.</summary>
    public TransferClient Transfers { get; } = new(Options.Create(new TransferOptions()));

    /// <summary>The coordinator's machine.</summary>
    public Machine Head { get; }

    public Machine[] SiloMachines { get; }

    /// <summary>Whoever adds up and steps.</summary>
    public IEnumerable<CoordinatorCosts> Adding => _aggregators.Values.Select(static aggregator => aggregator.Costs).Prepend(Costs);

    /// <summary>The machines of these.</summary>
    public IEnumerable<Machine> AddingMachines => _aggregators.Values.Select(static aggregator => aggregator.Machine).Prepend(Head);

    /// <summary>The version that the job is at.</summary>
    public long Iteration => Job.Session.Trajectory.Iteration;

    /// <summary>Waiting turns that were woken to look for a block.</summary>
    public long Woken { get; set; }

    /// <summary>Silos that died.</summary>
    public int Deaths { get; private set; }

    /// <summary>The job's grains, for a machine that calls them.</summary>
    public IGrainFactory GrainsFor(Machine caller) => SimulatedGrains.Of(caller, _coordinator, _aggregators);

    /// <summary>Runs the job to its end.</summary>
    public SimulationFigures Run()
    {
        Loop.After(0, () => _ = Loop.FollowAsync(StartAsync()));
        Loop.RunUntil(() => Iteration == Settings.WarmUp);
        _begin = Snapshot.Of(this);
        Loop.RunUntil(() => Iteration == Settings.WarmUp + Settings.Iterations);
        Snapshot end = Snapshot.Of(this);
        return new SimulationFigures(Settings, _begin, end, Ideal(), CheckpointCodec.Hash(Job.Session.Trajectory.Parameters));
    }

    private async Task StartAsync()
    {
        await _coordinator.OpenAsync();
        for (int silo = 0; silo < _silos.Length; silo++)
        {
            int started = silo;
            Loop.After(0, () => Start(started));
        }
    }

    private SimulatedSilo NewSilo(int silo)
    {
        int workers = Math.Min(Settings.WorkersASilo, Settings.Workers - (silo * Settings.WorkersASilo));
        return new SimulatedSilo(this, silo, ++_generations[silo], workers);
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
