using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Client.Calls;
using MetaTrain.Client.Connections;

namespace MetaTrain.Client.Jobs;

/// <summary>Starts an evaluation and waits for it; one that died with its coordinator is started again.</summary>
internal sealed class JobEvaluation(IClusterGrains grains, CallRetry retry, TimeProvider time)
{
    private const int Attempts = 3;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(300);

    public async Task<EvaluationSummary> RunAsync(
        JobId job, EvaluationRequest request, IProgress<EvaluationTicket>? progress, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            EvaluationTicket started = await retry.RunAsync(
                "start an evaluation", () => grains.Coordinator(job).StartEvaluationAsync(request), cancellationToken);
            if (started.Number == 0)
            {
                throw JobErrors.Refused(job, started.Failure);
            }

            if (await WaitAsync(job, started, progress, cancellationToken) is { } summary)
            {
                return summary;
            }

            if (attempt == Attempts)
            {
                throw new MetaTrainException(
                    FailureKind.Failed,
                    $"The evaluation of the job '{job}' was lost {Attempts} times with its coordinator: look at 'metatrain logs {job}' and try again.");
            }
        }
    }

    /// <summary>The result; null when the coordinator that ran it is gone.</summary>
    private async Task<EvaluationSummary?> WaitAsync(
        JobId job, EvaluationTicket ticket, IProgress<EvaluationTicket>? progress, CancellationToken cancellationToken)
    {
        long number = ticket.Number;
        while (true)
        {
            progress?.Report(ticket);
            switch (ticket)
            {
                case { Summary: { } summary }:
                    return summary;
                case { Number: 0 }:
                    return null;
                case { Failure: { } failure }:
                    throw new MetaTrainException(FailureKind.Failed, failure);
            }

            await Task.Delay(PollInterval, time, cancellationToken);
            ticket = await retry.RunAsync("read the evaluation", () => grains.Coordinator(job).ReadEvaluationAsync(number), cancellationToken);
        }
    }
}
