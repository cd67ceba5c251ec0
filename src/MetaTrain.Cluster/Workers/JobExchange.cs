using System.Collections.Immutable;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Learning.Blocks;

namespace MetaTrain.Cluster.Workers;

/// <summary>What a worker's turn gave it.</summary>
/// <param name="Outcome">What to do.</param>
/// <param name="Lease">The block, when there is one.</param>
internal sealed record Turn(ExchangeOutcome Outcome, Lease? Lease);

/// <summary>
/// The turns of one silo's workers with one job's coordinator. Results are added up before they leave (<see cref="PartialSums"/>), and workers
/// that have nothing to do before the round ends ask together, when the silo's last block of it is done. Safe for concurrent use.
/// </summary>
/// <param name="send">Calls the coordinator.</param>
/// <param name="learn">Told the parameters that came with leases; completes, and never fails, when they are here or will not come.</param>
/// <param name="deviceClass">That of the silo's workers.</param>
/// <param name="time">The clock.</param>
internal sealed class JobExchange(
    Func<ExchangeRequest, Task<ExchangeReply>> send, Func<ParameterSnapshot, Task> learn, string deviceClass, TimeProvider time)
{
    /// <summary>
    /// Workers wait for the silo's other blocks about as long as a block takes, and at least and at most so long, before they ask without them:
    /// a block that another silo lost may be waiting.
    /// </summary>
    internal static readonly TimeSpan LeastPatience = TimeSpan.FromMilliseconds(20);

    /// <inheritdoc cref="LeastPatience"/>
    private static readonly TimeSpan MostPatience = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();

    // Who waits for a block, what has not left yet, and who knows the next block.
    private readonly List<Want> _wants = [];
    private readonly RoundResults _results = new(time);
    private readonly LeasesAhead _ahead = new();

    // What the coordinator's last answers said.
    private (long Epoch, long Version) _known;
    private (long Epoch, RoundId Round)? _exhausted;

    // Whether someone waits as long as a block takes, and since how many calls that asked: an earlier wait is over.
    private bool _isWatched;
    private long _asked;

    /// <summary>True when nobody waits and nothing is held.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _wants.Count == 0 && _ahead.IsEmpty && _results.IsEmpty;
            }
        }
    }

    private (long Epoch, long Version) Known
    {
        get
        {
            lock (_gate)
            {
                return _known;
            }
        }
    }

    /// <summary>A worker's turn: what it has finished, for its next block.</summary>
    public Task<Turn> TurnAsync(string worker, NodeResult? finished)
    {
        // Known before its result is: who sees that the silo's last block is done sees everyone who will ask.
        Want want = new(worker);
        lock (_gate)
        {
            _wants.Add(want);
            _ahead.Enter(worker);
        }

        if (finished is not null)
        {
            _results.Take(finished);
        }

        Lease? known;
        lock (_gate)
        {
            known = _wants.Contains(want) && !want.IsAsked ? _ahead.Find(worker) : null;
            if (known is not null)
            {
                _wants.Remove(want);
                _ahead.Want(worker);
            }

            (want.IsReady, want.IsAsked) = (true, want.IsAsked || _ahead.IsAskedFor(worker));
        }

        // Before the next block is out: what was finished need not wait for it.
        Pump(isOverdue: false);
        if (known is not null)
        {
            lock (_gate)
            {
                _ahead.Begin(worker);
                _results.Begin(known);
            }

            want.Turn.SetResult(new Turn(ExchangeOutcome.Lease, known));
        }

        return want.Turn.Task;
    }

    /// <summary>
    /// A worker serves another job from now on: delivers its last result, with all that waits here, and gives back the block that it would have
    /// computed next. Completes when the coordinator has them.
    /// </summary>
    public Task LeaveAsync(string worker, NodeResult? last)
    {
        if (last is not null)
        {
            _results.Take(last);
        }

        Call call;
        lock (_gate)
        {
            _ahead.Leave(worker);
            call = new Call(_results.TakeReady(force: true), [], [], _ahead.TakeReturned());
        }

        return call.IsEmpty ? Task.CompletedTask : CallAsync(call);
    }

    /// <summary>A block comes back without a result.</summary>
    public void Release(Lease lease)
    {
        _results.Release(lease);
        Pump(isOverdue: false);
    }

    /// <summary>
    /// Calls the coordinator when there is something to deliver, or someone to ask for. One call asks at a time: whoever comes while it waits
    /// for blocks would only wait beside it, and be sent the same parameters.
    /// </summary>
    /// <param name="isOverdue">True when the silo's other blocks have taken too long.</param>
    /// <param name="isAnswered">True when a call that asked has come back: whoever came meanwhile has waited for that.</param>
    private void Pump(bool isOverdue, bool isAnswered = false)
    {
        Call call;
        lock (_gate)
        {
            // Sums that wait for a block which takes too long are of use to the others now.
            ImmutableArray<NodeResult> results = _results.TakeReady(force: isOverdue);
            ImmutableArray<Want> asking = [];
            bool isAsking = _wants.Exists(static want => want.IsAsked);

            // Until the silo's last block of the round is done; by then all who had one are among the wants.
            (long Epoch, RoundId Round)? together = !isOverdue && !isAnswered && _exhausted is { } exhausted && _results.Knows(exhausted) ? exhausted : null;
            bool waits = isAsking || (together is { } round && (_results.HasOut(round) || _ahead.HasOf(round)));
            if (!waits)
            {
                // What was added up since is the end of what these workers did.
                results = [.. results, .. _results.TakeReady(force: isOverdue)];
                asking = [.. _wants.Where(want => !want.IsAsked && (want.IsReady || together is not null) && !_ahead.HasOrAsksFor(want.Worker))];
                foreach (Want want in asking)
                {
                    want.IsAsked = true;
                }

                if (!asking.IsEmpty)
                {
                    (_isWatched, _asked) = (false, _asked + 1);
                }
            }
            else if (!isAsking && !_isWatched && _wants.Exists(static want => !want.IsAsked))
            {
                _isWatched = true;
                _ = WatchAsync(_asked);
            }

            call = new Call(
                results,
                asking,
                isAsking || _ahead.IsAsking ? [] : _ahead.Ask(asking.Select(static want => want.Worker)),
                _ahead.TakeReturned());
        }

        if (!call.IsEmpty)
        {
            _ = AskAsync(call);
        }
    }

    // After a call that failed: results alone wait for the next turn, or they would be offered without a pause.
    private void PumpForOthers()
    {
        bool areOthers;
        lock (_gate)
        {
            areOthers = _wants.Count > 0;
        }

        if (areOthers)
        {
            Pump(isOverdue: false);
        }
    }

    // Whoever waited has asked meanwhile when the next round's first workers wait: these have not waited long.
    private async Task WatchAsync(long asked)
    {
        TimeSpan patience = TimeSpan.FromTicks(Math.Clamp(_results.BlockTime.Ticks, LeastPatience.Ticks, MostPatience.Ticks));
        await Task.Delay(patience, time).ConfigureAwait(false);
        lock (_gate)
        {
            if (_asked != asked)
            {
                return;
            }

            _isWatched = false;
        }

        Pump(isOverdue: true);
    }

    private async Task AskAsync(Call call)
    {
        try
        {
            await CallAsync(call).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            lock (_gate)
            {
                _wants.RemoveAll(call.Asking.Contains);
            }

            // Whoever came meanwhile asks now. Each worker waits a little and comes again; the results are offered with its next turn.
            PumpForOthers();
            foreach (Want want in call.Asking)
            {
                want.Turn.TrySetException(e);
            }
        }
    }

    private async Task CallAsync(Call call)
    {
        ExchangeReply reply;
        (long epoch, long version) = Known;
        ImmutableArray<NodeResult> results = [.. call.Results.Select(static result => result.Fingerprint == default ? result.WithFingerprint() : result)];
        try
        {
            reply = await send(new ExchangeRequest
            {
                Workers = [.. call.Asking.Select(static want => want.Worker)],
                DeviceClass = deviceClass,
                Results = results,
                KnownEpoch = epoch,
                KnownVersion = version,
                Ahead = call.Ahead,
                Returned = call.Returned,
            }).ConfigureAwait(false);
        }
        catch
        {
            // A coordinator that moved in between drops them by their epoch; one on this silo may have added them up although its answer was lost.
            lock (_gate)
            {
                _results.PutBack(results.Where(static result => !result.Gradient.IsTaken));
                _ahead.Untake(call.Returned);
                AnsweredAhead(call, []);
            }

            throw;
        }

        List<(Want Want, Turn Turn)> answered = [];
        lock (_gate)
        {
            _known = reply.Parameters is { } news ? (news.Epoch, news.Version) : _known;
            foreach (Lease lease in reply.Leases)
            {
                _results.Begin(lease);
                _exhausted = reply.IsExhausted ? (lease.Epoch, lease.Round) : null;
            }

            if (reply.IsExhausted)
            {
                _ahead.Drop();
            }

            for (int at = 0; at < call.Asking.Length; at++)
            {
                if (at < reply.Leases.Length)
                {
                    answered.Add((call.Asking[at], new Turn(ExchangeOutcome.Lease, reply.Leases[at])));
                }
                else if (reply.Leases.IsEmpty)
                {
                    answered.Add((call.Asking[at], new Turn(reply.Outcome, null)));
                }
                else
                {
                    call.Asking[at].IsAsked = false;
                }
            }

            _wants.RemoveAll(want => answered.Exists(answer => answer.Want == want));
            answered.AddRange(AnsweredAhead(call, reply.Ahead));
        }

        // A coordinator on another silo has fetched them before it answered: their arrays are free. One on this silo has them by reference.
        foreach (NodeResult delivered in results.Where(static result => result.Gradient.IsOffered))
        {
            GradientArrays.Return(delivered.Gradient.Take());
        }

        Task learned = reply.Parameters is { } snapshot ? learn(snapshot) : Task.CompletedTask;
        Pump(isOverdue: false, isAnswered: call.Asking.Length > 0);

        // A device's thread that was woken before would only sleep again.
        await learned.ConfigureAwait(false);
        answered.ForEach(static answer => answer.Want.Turn.SetResult(answer.Turn));
    }

    // Blocks for the first of the workers that a call asked ahead for: who came for the next one meanwhile has it, or asks. (A want of a call that
    // failed is its caller's.)
    private List<(Want Want, Turn Turn)> AnsweredAhead(Call call, ImmutableArray<Lease> leases)
    {
        List<(Want Want, Turn Turn)> answered = [];
        if (!call.Ahead.IsEmpty)
        {
            _ahead.Answered();
        }

        for (int at = 0; at < call.Ahead.Length; at++)
        {
            string worker = call.Ahead[at];
            Want? came = _wants.Find(want => want.Worker == worker && (at < leases.Length || !call.Asking.Contains(want)));
            if (came is not null)
            {
                came.IsAsked = false;
            }

            if (at >= leases.Length)
            {
                continue;
            }

            if (came is not { IsReady: true })
            {
                _ahead.Keep(worker, leases[at]);
            }
            else
            {
                _wants.Remove(came);
                _ahead.Want(worker);
                _results.Begin(leases[at]);
                answered.Add((came, new Turn(ExchangeOutcome.Lease, leases[at])));
            }
        }

        return answered;
    }

    // What leaves: sums, who wants a block now, for whom the block after it is wanted, and what nobody will compute.
    private sealed record Call(
        ImmutableArray<NodeResult> Results, ImmutableArray<Want> Asking, ImmutableArray<string> Ahead, ImmutableArray<ReturnedLease> Returned)
    {
        public bool IsEmpty => Results.IsEmpty && Asking.IsEmpty && Ahead.IsEmpty && Returned.IsEmpty;
    }

    private sealed class Want(string worker)
    {
        public string Worker { get; } = worker;

        // What the worker finished last is among what leaves.
        public bool IsReady { get; set; }

        // A call that is under way brings it a block, or none: one that asks for it, or that asked for its next block before it came.
        public bool IsAsked { get; set; }

        // Continues where it is set, after everything else: what waits is a device's thread, which wakes up by it and runs by itself.
        public TaskCompletionSource<Turn> Turn { get; } = new();
    }
}
