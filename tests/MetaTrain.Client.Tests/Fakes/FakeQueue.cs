using System.Collections.Immutable;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Client.Tests.Fakes;

/// <summary>A queue that answers what the test says.</summary>
internal sealed class FakeQueue : IJobQueueGrain
{
    public Func<JobSubmission, SubmitReply> Submit { get; set; } = _ => new SubmitReply(null, ["not scripted"]);

    public Func<JobSubmission, ValidationReply> Validate { get; set; } = _ => new ValidationReply();

    public Func<ImmutableArray<JobStatus>> List { get; set; } = () => [];

    public Func<ImmutableArray<WorkerStatus>> Workers { get; set; } = () => [];

    public Func<JobId, string?, ControlReply> Adopt { get; set; } = (_, _) => new ControlReply(true, null, JobState.Running);

    public List<JobSubmission> Submissions { get; } = [];

    public Task<SubmitReply> SubmitAsync(JobSubmission submission)
    {
        Submissions.Add(submission);
        return FakeCoordinator.Answer(() => Submit(submission));
    }

    public Task<ValidationReply> ValidateAsync(JobSubmission submission) => FakeCoordinator.Answer(() => Validate(submission));

    public Task<ControlReply> AdoptAsync(JobId job, string? owner) => FakeCoordinator.Answer(() => Adopt(job, owner));

    public Task<ImmutableArray<JobStatus>> ListAsync() => FakeCoordinator.Answer(List);

    public Task<JobId?> AssignAsync(WorkerStatus worker) => throw new NotSupportedException("A client is no worker.");

    public Task<ImmutableArray<WorkerStatus>> WorkersAsync() => FakeCoordinator.Answer(Workers);

    public Task ReportAsync(JobReport report) => throw new NotSupportedException("A client is no coordinator.");
}
