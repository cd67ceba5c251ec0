using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Cluster.Placement;
using MetaTrain.Cluster.Telemetry;

namespace MetaTrain.Cluster.Coordination;

/// <summary>Leasing: which block next, and what is lost with a worker.</summary>
internal sealed partial class JobSession
{
    private const int SuspectLosses = 2;

    // Whoever asked for an evaluation while the job trains need not wait until that ends, as they would where few workers never run dry.
    private const int LeasesARequestedOne = 8;

    private int _leasesSinceRequested;
    private long _carefulUntil;
    private Dictionary<string, (Round Round, int Block)>? _doing;
    private long _doingAt;

    /// <summary>Told of every block that is, or will be, leased once more.</summary>
    public Action<ReissueReason>? Reissued { get; init; }

    /// <summary>A block for a worker; null when there is none now.</summary>
    public Lease? TryLease(string worker)
    {
        if (Failure is not null)
        {
            return null;
        }

        foreach (Round round in LeasableRounds())
        {
            if (TryLease(round, worker) is { } lease)
            {
                return lease;
            }
        }

        return null;
    }

    /// <summary>
    /// A block for a worker that still computes another one, so that it need not wait for the answer; null when there is none. Only while the
    /// round has one for each worker, of short blocks: nobody runs dry because another one has two. Once a block was lost nobody has two, or
    /// the one that ends its process would have another one blamed with it.
    /// </summary>
    public Lease? TryLeaseAhead(string worker)
    {
        bool isPermitted = Failure is null && !IsCareful && _trainingTimes.AreShort && _homes.Workers > 0;
        return isPermitted
            && LeasableRounds().FirstOrDefault(static open => open.Sum is null && open.Leases.Free > 0) is { } round && round == _training
            && !round.Leases.HasLosses && round.Leases.Free >= _homes.Workers
            ? TryLease(round, worker)
            : null;
    }

    /// <summary>
    /// True when nothing is left for whoever has just been given blocks: others wait for what is free, or will come for it, as they did in the
    /// last round. Workers of a silo that knows this ask together again, and get blocks that lie below one node of the tree.
    /// </summary>
    /// <param name="othersWaiting">Workers whose silos wait for an answer.</param>
    public bool IsExhaustedFor(int othersWaiting) => FreeBlocks <= Math.Max(othersWaiting, _homes.Workers - LeasesOut);

    /// <summary>Blocks that could be leased now.</summary>
    public int FreeBlocks => LeasableRounds().Where(static round => round.Sum is null).Sum(static round => round.Leases.Free);

    /// <summary>Takes back a lease that never reached its worker: no loss.</summary>
    public void Withdraw(Lease lease, string worker)
    {
        if (lease.Epoch == Epoch)
        {
            OpenRounds().FirstOrDefault(round => round.Id == lease.Round)?.Leases.Withdraw(lease.Block, worker);
        }
    }

    /// <summary>Takes back all that the workers that match had out.</summary>
    /// <param name="worker">Which workers.</param>
    /// <param name="reason">Why, as a clause: "silo x died".</param>
    public void Lose(Predicate<string> worker, string reason) => TakeBack(round => round.Leases.Lose(worker), reason, ReissueReason.WorkerLost);

    /// <summary>Takes back what has been out for too long.</summary>
    public void ExpireLeases() => TakeBack(static round => round.Leases.Expire(), "its lease ran out", ReissueReason.Expired);

    /// <summary>The blocks that are out, those that were lost, and what earlier coordinators noted of rounds yet to come: what a later one must know.</summary>
    public ImmutableArray<BlockAttempt> Attempts()
    {
        List<Round> open = [.. OpenRounds()];
        return
        [
            .. open.SelectMany(static round => round.Leases.Noteworthy
                .Select(block => new BlockAttempt(round.Id, block, round.Leases.Losses(block), round.Leases.IsOut(block)))),
            .. _earlierLosses
                .Where(noted => noted.Key.Round.Number > Trajectory.Iteration && !open.Exists(round => round.Id == noted.Key.Round))
                .Select(static noted => new BlockAttempt(noted.Key.Round, noted.Key.Block, noted.Value, Out: false)),
        ];
    }

    /// <summary>
    /// Takes over from a coordinator that died: what it had out counts as lost once more, now or when its round comes, and every lease
    /// is noted until a commit lies behind all that the crash may have come from.
    /// </summary>
    public void TakeOver(ImmutableArray<BlockAttempt> attempts)
    {
        IsCareful = true;
        _carefulUntil = Trajectory.Iteration + _settings.Spec.Checkpoint.Every;
        foreach (BlockAttempt attempt in attempts)
        {
            int losses = attempt.Losses + (attempt.Out ? 1 : 0);
            _earlierLosses[(attempt.Round, attempt.Block)] = losses;
            if (attempt.Round.Kind == RoundKind.Training)
            {
                _carefulUntil = Math.Max(_carefulUntil, attempt.Round.Number + 1);
            }
        }

        foreach (Round round in OpenRounds())
        {
            WithEarlierLosses(round);
        }
    }

    /// <summary>True when a lease is to be noted in the store: should its work end this process too, the next coordinator knows what was out.</summary>
    public bool IsWorthNoting(Lease lease) => IsCareful || (lease.Round.Kind == RoundKind.Training ? _trainingTimes : _evaluationTimes).AreWorthNoting;

    /// <summary>Ends the care after a crash when the commit of this iteration lies behind it. True when it ended now.</summary>
    public bool TryEndCare(long committed)
    {
        if (!IsCareful || committed < Math.Min(_carefulUntil, Iterations))
        {
            return false;
        }

        IsCareful = false;
        return true;
    }

    /// <summary>What a worker has out now, in a few words.</summary>
    public string Doing(string displayName)
    {
        // One look at what is out answers for all workers of a status.
        long changes = OpenRounds().Sum(static round => round.Leases.Changes);
        if (_doing is null || _doingAt != changes)
        {
            _doing = OpenRounds().SelectMany(static round => round.Leases.Held.Select(held => (held.Worker, held.Block, Round: round)))
                .GroupBy(static held => WorkerKey.DisplayName(held.Worker), StringComparer.Ordinal)
                .ToDictionary(static held => held.Key, static held => (held.First().Round, held.First().Block), StringComparer.Ordinal);
            _doingAt = changes;
        }

        return _doing.TryGetValue(displayName, out (Round Round, int Block) doing) ? $"block {doing.Block} of {Describe(doing.Round)}" : "waiting";
    }

    private Round WithEarlierLosses(Round round)
    {
        // No later coordinator goes on with what somebody asked an earlier one for.
        if (round.IsRequested)
        {
            return round;
        }

        for (int block = 0; block < round.Partition.Blocks; block++)
        {
            if (_earlierLosses.TryGetValue((round.Id, block), out int losses))
            {
                round.Leases.Restore(block, losses);
                CheckLosses(round, block, "the silo that computed it died with the coordinator");
            }
        }

        return round;
    }

    private IEnumerable<Round> OpenRounds() => _training is null ? _evaluations.Values : _evaluations.Values.Prepend(_training);

    private IEnumerable<Round> LeasableRounds() =>
        IsPaused ? _evaluations.Values.Where(static round => round.IsRequested)
        : MustSettle ? _evaluations.Values
        : _leasesSinceRequested >= LeasesARequestedOne - 1 ? OpenRounds().OrderByDescending(static round => round.IsRequested)
        : OpenRounds();

    private Lease? TryLease(Round round, string worker)
    {
        Predicate<int>? only = null;
        if (IsCareful)
        {
            // A block that was lost twice is leased alone, so that no other one is blamed with it.
            if (OpenRounds().Any(static open => open.Leases.Outstanding.Any(static outstanding => outstanding.Losses >= SuspectLosses)))
            {
                return null;
            }

            bool idle = LeasesOut == 0;
            only = block => idle || round.Leases.Losses(block) < SuspectLosses;
        }

        (int, int) home = round == _training ? _homes.Of(worker, round.Partition.Blocks) : default;
        if (round.Sum is not null || !round.Leases.TryLease(worker, out (int Block, bool Again) grant, only, home))
        {
            return null;
        }

        _leasesSinceRequested = round.IsRequested ? 0 : _leasesSinceRequested + 1;
        if (grant.Again)
        {
            Trajectory.BlocksReissued++;
            if (round.Leases.Losses(grant.Block) == 0)
            {
                Reissued?.Invoke(ReissueReason.Straggler);
            }

            _note(RunEventKind.Recovery, $"Block {grant.Block} of {Describe(round)} was leased again, to {WorkerKey.DisplayName(worker)}.");
        }

        return new Lease
        {
            Job = _settings.Job,
            Epoch = Epoch,
            Round = round.Id,
            Block = grant.Block,
            FirstTask = round.Partition.FirstTask(grant.Block),
            Tasks = round.Partition.TasksOf(grant.Block),
            Version = round.Version,
            Evaluation = round.Evaluation,
            Blocks = round.Partition.Blocks,
        };
    }

    private void TakeBack(Func<Round, List<int>> takeBack, string reason, ReissueReason why)
    {
        foreach (Round round in OpenRounds().ToList())
        {
            foreach (int block in takeBack(round))
            {
                _note(RunEventKind.Recovery, $"Block {block} of {Describe(round)} was lost: {reason}.");
                Reissued?.Invoke(why);
                CheckLosses(round, block, reason);
            }
        }
    }

    private void CheckLosses(Round round, int block, string reason)
    {
        if (round.Leases.Losses(block) >= LeaseTable.MaxLosses)
        {
            Fail(round, $"Block {block} of {Describe(round)} ({TasksOf(round, block)}) was lost {round.Leases.Losses(block)} times, the last time because {reason}: "
                + "computing it seems to end the process; look at the silos' logs for its end, and at memory for a block of this size (plan.blockSize).");
        }
    }

    private static string Describe(Round round) =>
        round.Id.Kind == RoundKind.Training ? $"iteration {round.Id.Number}" : $"the evaluation of version {round.Version}";

    private static string TasksOf(Round round, int block)
    {
        int first = round.Partition.FirstTask(block);
        return $"episodes {first} to {first + round.Partition.TasksOf(block) - 1}";
    }
}
