using System.Collections.Immutable;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Cluster.Experiments;
using MetaTrain.Cluster.Workers;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Cluster.Coordination;

/// <summary>Evaluations: the final one, and those that people ask for, of finished and interrupted jobs too.</summary>
internal sealed partial class CoordinatorGrain
{
    private const int KeptTickets = 100;

    // As the schema has it for those of a spec.
    private const int LeastEpisodes = 2;

    private readonly SortedDictionary<long, EvaluationTicket> _tickets = [];
    private EvaluationSummary? _final;
    private bool _finalOpen;

    public async Task<EvaluationTicket> StartEvaluationAsync(EvaluationRequest request)
    {
        await EnsureStartedAsync();
        if (await RecordAsync() is not { } record)
        {
            return Refused($"There is no job '{Job}'.");
        }

        if (await services.Checkpoints.FindAsync(Job, request.At, CancellationToken.None) is not { } manifest)
        {
            return Refused(await NoSuchVersionAsync(request.At));
        }

        try
        {
            // Read before the session is opened: a tick closes a finished job's session that has no work yet.
            IExperiment experiment = _experiment ??= await services.Experiments.GetAsync(Job);
            float[] parameters = await ReadVersionAsync(CheckpointSelector.At(manifest.Iteration), experiment);
            JobSession session = _session ?? await OpenReadOnlyAsync(record);
            EvaluationWork work = EvaluationPlans.Requested(
                request, session.Settings.Spec.Evaluation, experiment.TrainingShape, experiment.HasPixelBaseline);
            if (experiment.Refuse(EvaluationSettingsReader.Read(work)) is { } refusal)
            {
                return Refused(refusal);
            }

            int episodes = request.Episodes ?? session.Settings.Spec.Evaluation.Final.Episodes;
            if (episodes < LeastEpisodes)
            {
                return Refused($"An evaluation over {episodes} episodes has no interval: ask for {LeastEpisodes} or more (--episodes).");
            }

            long number = NextTicket();
            _tickets[number] = new EvaluationTicket { Number = number, Episodes = episodes };
            if (_tickets.Count > KeptTickets && _tickets.Values.FirstOrDefault(static ticket => !IsOpen(ticket)) is { } oldest)
            {
                _tickets.Remove(oldest.Number);
            }

            session.OpenEvaluation(-number, manifest.Iteration, parameters, work, episodes);
            _waiting.Wake();
            await ReportAsync();
            return _tickets[number];
        }
        catch (Exception e) when (e is SpecException or InvalidDataException)
        {
            return Refused(e.Message);
        }
    }

    public Task<EvaluationTicket> ReadEvaluationAsync(long number)
    {
        if (!_tickets.TryGetValue(number, out EvaluationTicket? ticket))
        {
            return Task.FromResult(Refused($"Evaluation {number} of job {Job} is not known any more (its coordinator was replaced): ask for it again."));
        }

        return Task.FromResult(ticket with { Done = ticket.Summary?.Episodes ?? _session?.EvaluationProgress(-number) ?? 0 });
    }

    public Task<CheckpointManifest?> ReadCheckpointAsync(CheckpointSelector at) => services.Checkpoints.FindAsync(Job, at, CancellationToken.None);

    public Task<byte[]> ReadCheckpointPieceAsync(long iteration, int piece) =>
        services.Checkpoints.ReadPieceAsync(Job, iteration, piece, CancellationToken.None);

    // A finished or interrupted job is evaluated from its last commit without a new epoch: nothing is written.
    private async Task<JobSession> OpenReadOnlyAsync(JobRecord record)
    {
        JobSpec spec = JobSpecReader.Parse(record.SpecJson);
        _experiment = await services.Experiments.GetAsync(Job);
        CheckpointManifest last = await services.Checkpoints.FindAsync(Job, CheckpointSelector.Last, CancellationToken.None)
            ?? throw new InvalidDataException($"Job {Job} has no committed version.");
        (Trajectory trajectory, _) = await RestoredTrajectoryAsync(last, _experiment);
        if (_session is { } opened)
        {
            return opened;
        }

        return _session = new JobSession(Settings(spec, _experiment, trajectory), last.Epoch, trajectory, services.Time, Note)
        {
            IsPaused = true,
            IsReadOnly = true,
            EvaluationFailed = FailTicket,
        };
    }

    private void CloseReadOnly(JobSession session)
    {
        if (session.Failure is { } failure)
        {
            FailTickets(failure);
        }

        if (session.Failure is not null || !session.HasWork)
        {
            LeaveSession();
            _ = ReportAsync();
        }
    }

    private async Task OpenFinalEvaluationAsync(JobSession session)
    {
        FinalEvaluationSpec final = session.Settings.Spec.Evaluation.Final;
        if (final.Episodes == 0 || _final is not null)
        {
            await EndAsync(session.Epoch, JobState.Completed, failure: null);
            return;
        }

        long version = final.At == "best" && session.Trajectory.Best is [long best, ..] ? best : session.Trajectory.Iteration;
        float[] parameters = version == session.Trajectory.Iteration
            ? session.Trajectory.Parameters
            : await ReadVersionAsync(CheckpointSelector.At(version), _experiment!);
        if (_session != session || _finalOpen)
        {
            return;
        }

        EvaluationWork work = EvaluationPlans.Final(session.Settings.Spec.Evaluation, _experiment!.TrainingShape, _experiment.HasPixelBaseline);
        _finalOpen = true;
        session.OpenEvaluation(EvaluationPlans.FinalNumber, version, parameters, work, final.Episodes);
        Note(RunEventKind.Lifecycle, $"Trained {session.Iterations} iterations; evaluating version {version} over {final.Episodes} {final.Split} episodes.");
        await ChangeStateAsync(session, JobState.Evaluating);
    }

    private void Evaluated(JobSession session, Round round, EvaluationSummary summary)
    {
        if (round.Id.Number == EvaluationPlans.FinalNumber)
        {
            // FinishAsync ends the job with it.
            _final = summary;
            _finalOpen = false;
        }
        else if (round.Id.Number < 0)
        {
            if (_tickets.TryGetValue(-round.Id.Number, out EvaluationTicket? ticket))
            {
                _tickets[ticket.Number] = ticket with { Summary = summary };
            }
        }
        else
        {
            services.Instruments.Validated(Label, summary.Accuracy?.Mean);
            Note(RunEventKind.Evaluation, EvaluationText.Describe(summary));
        }
    }

    // Numbers that no earlier coordinator gave out: what silos still have of its evaluations belongs to none of this one's.
    private long NextTicket() => Math.Max(services.Time.GetUtcNow().ToUnixTimeMilliseconds(), _tickets.Count == 0 ? 0 : _tickets.Keys.Last() + 1);

    private void FailTickets(string failure)
    {
        foreach ((long number, EvaluationTicket ticket) in _tickets.ToList())
        {
            if (IsOpen(ticket))
            {
                _tickets[number] = ticket with { Failure = failure };
            }
        }
    }

    // Of a round, whose number is the ticket's below zero; tickets of long ago are forgotten.
    private void FailTicket(long round, string failure)
    {
        if (_tickets.TryGetValue(-round, out EvaluationTicket? ticket))
        {
            _tickets[-round] = ticket with { Failure = failure };
        }
    }

    private static bool IsOpen(EvaluationTicket ticket) => ticket.Summary is null && ticket.Failure is null;

    private async Task<string> KeptVersionsAsync()
    {
        ImmutableArray<CheckpointManifest> kept = await services.Checkpoints.ListAsync(Job, CancellationToken.None);
        return kept.IsEmpty ? "none yet" : string.Join(", ", kept.Select(static manifest => manifest.Iteration));
    }

    private static EvaluationTicket Refused(string failure) => new() { Number = 0, Failure = failure };

    private static string Name(CheckpointSelector at) => at.Choice == CheckpointChoice.Iteration ? $"{at.Iteration}" : Lower(at.Choice);
}
