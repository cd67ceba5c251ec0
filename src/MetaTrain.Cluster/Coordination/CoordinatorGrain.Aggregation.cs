using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Aggregation;
using MetaTrain.Cluster.Placement;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.MetaOptimizers;
using Orleans.Runtime;

namespace MetaTrain.Cluster.Coordination;

/// <summary>Who adds up and steps: the coordinator itself, or aggregators on several silos, and what becomes of the job when one is lost.</summary>
internal sealed partial class CoordinatorGrain
{
    private const int LostAtOneCommit = 5;

    private IAggregation? _aggregation;
    private ImmutableArray<SiloAddress> _aggregatorSilos = [];
    private (long Committed, int Times) _lost;
    private bool _isRegrouping;

    private async Task<IAggregation> AggregateAsync(int? asked, long epoch, Trajectory trajectory, IExperiment experiment, IReadOnlyDictionary<string, float[]>? optimizer)
    {
        int parameters = trajectory.Parameters.Length;
        SiloAddress[] candidates = CandidateSilos();
        SiloAddress[] silos = candidates[..AggregationPlan.Ranges(parameters, candidates.Length, asked)];
        IMetaOptimizer whole = experiment.CreateOptimizer(parameters);
        if (optimizer is not null)
        {
            whole.Restore(optimizer);
        }

        _aggregatorSilos = silos.Length == 1 ? [] : [.. silos];
        return silos.Length == 1
            ? new WholeAggregation(whole)
            : await RangedAggregation.OpenAsync(
                GrainFactory, services.Transfers, Job, AggregationPlan.Cut(Job, epoch, parameters, silos), trajectory, whole.State);
    }

    // This silo last: its link is the coordinator's too.
    private SiloAddress[] CandidateSilos() => [.. services.Membership.CurrentSnapshot.Members.Values
        .Where(static member => member.Status == SiloStatus.Active)
        .OrderBy(member => member.SiloAddress.Equals(services.Silo.SiloAddress))
        .ThenBy(static member => member.Name, StringComparer.Ordinal)
        .Select(static member => member.SiloAddress)];

    private string NameOf(SiloAddress silo) =>
        services.Membership.CurrentSnapshot.Members.TryGetValue(silo, out ClusterMember? member) ? member.Name : silo.ToString();

    // What an aggregator's optimizer remembered is gone with its silo: as after the coordinator's own death, the job goes on from its last commit.
    private async Task GoOnFromCommitAsync(JobSession session, string reason)
    {
        if (_session != session)
        {
            return;
        }

        _lost = _lost.Committed == _committedIteration ? (_committedIteration, _lost.Times + 1) : (_committedIteration, 1);
        if (_lost.Times > LostAtOneCommit)
        {
            session.Fail($"Aggregators were lost {_lost.Times} times after the commit of iteration {_committedIteration}, at last because {reason}: look at the silos' logs, "
                + "or set resources.aggregators to 1.");
            await FinishAsync(session);
            return;
        }

        Note(RunEventKind.Recovery, $"Iterations after {_committedIteration} are done again, because {reason}.");
        FailTickets($"The coordinator of job {Job} began anew, because {reason}: ask for the evaluation again.");
        await StartAgainAsync();
    }

    // Aggregators that are gone or leave, and silos that came and should have a range.
    private async Task WatchAggregatorsAsync(JobSession session)
    {
        if (session.IsReadOnly || _isRegrouping || _storeProblem is not null)
        {
            return;
        }

        ClusterMembershipSnapshot members = services.Membership.CurrentSnapshot;
        if (_aggregatorSilos.FirstOrDefault(silo => members.GetSiloStatus(silo) == SiloStatus.Dead) is { } dead)
        {
            await GoOnFromCommitAsync(session, $"silo {NameOf(dead)}, which stepped on a range of the parameters, died");
            return;
        }

        SiloAddress? leaving = _aggregatorSilos.FirstOrDefault(silo => members.GetSiloStatus(silo).IsTerminating());
        int wanted = AggregationPlan.Ranges(session.Settings.ParameterCount, CandidateSilos().Length, session.Settings.Spec.Resources.Aggregators);
        if (leaving is not null || (wanted >= 2 * Math.Max(1, _aggregatorSilos.Length) && !session.IsPaused && !_tickets.Values.Any(IsOpen)))
        {
            await RegroupAsync(session, leaving is null ? "silos have joined" : $"silo {NameOf(leaving)} leaves");
        }
    }

    // Between two steps, after a commit: nothing is computed twice but the blocks that are out.
    private async Task RegroupAsync(JobSession session, string reason)
    {
        (_isRegrouping, bool wasPaused) = (true, session.IsPaused);
        try
        {
            session.IsPaused = true;
            await CommitNowAsync();
            if (_session == session && _committedIteration == session.Trajectory.Iteration)
            {
                FailTickets($"The coordinator of job {Job} began anew, because {reason}: ask for the evaluation again.");
                Note(RunEventKind.Lifecycle, $"The parameters' ranges are dealt out again at iteration {_committedIteration}: {reason}.");
                await StartAgainAsync();
            }
        }
        finally
        {
            (_isRegrouping, session.IsPaused) = (false, wasPaused);
        }
    }
}
