using System.Collections.Immutable;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Abstractions.Storage;

namespace MetaTrain.Client.Tests.Fakes;

/// <summary>A coordinator that answers what the test says: each member is a script.</summary>
internal sealed class FakeCoordinator : ICoordinatorGrain
{
    public Func<JobStatus?> Describe { get; set; } = () => null;

    public Func<long, WatchReply?> Watch { get; set; } = _ => null;

    public Func<JobRequest, ControlReply> Request { get; set; } = _ => new ControlReply(false, null, default);

    public Func<EvaluationRequest, EvaluationTicket> Start { get; set; } = _ => new EvaluationTicket { Number = 0, Failure = "not scripted" };

    public Func<long, EvaluationTicket> Read { get; set; } = _ => new EvaluationTicket { Number = 0 };

    public Func<DemonstrationRequest, DemonstrationReply> Demonstrate { get; set; } = _ => new DemonstrationReply { Failure = "not scripted" };

    public Func<RetrievalRequest, RetrievalReply> Retrieve { get; set; } = _ => new RetrievalReply { Failure = "not scripted" };

    public Func<CheckpointSelector, CheckpointManifest?> Manifest { get; set; } = _ => null;

    public Func<int, byte[]> Piece { get; set; } = _ => [];

    public List<JobRequest> Requests { get; } = [];

    public Task EnsureRunningAsync() => Task.CompletedTask;

    public Task<ExchangeReply> ExchangeAsync(ExchangeRequest request) => throw new NotSupportedException("A client is no worker.");

    public Task<ParameterSnapshot?> ReadParametersAsync(long epoch, long version) => throw new NotSupportedException("A client is no worker.");

    public Task<JobStatus?> DescribeAsync() => Answer(Describe);

    public Task<WatchReply?> WatchAsync(long afterSequence) => Answer(() => Watch(afterSequence));

    public Task<ControlReply> RequestAsync(JobRequest request)
    {
        Requests.Add(request);
        return Answer(() => Request(request));
    }

    public Task<EvaluationTicket> StartEvaluationAsync(EvaluationRequest request) => Answer(() => Start(request));

    public Task<EvaluationTicket> ReadEvaluationAsync(long number) => Answer(() => Read(number));

    public Task<DemonstrationReply> DemonstrateAsync(DemonstrationRequest request) => Answer(() => Demonstrate(request));

    public Task<RetrievalReply> RetrieveAsync(RetrievalRequest request) => Answer(() => Retrieve(request));

    public Task<CheckpointManifest?> ReadCheckpointAsync(CheckpointSelector at) => Answer(() => Manifest(at));

    public Task<byte[]> ReadCheckpointPieceAsync(long iteration, int piece) => Answer(() => Piece(piece));

    /// <summary>A script that throws fails the call, as a grain does: never the caller's own stack.</summary>
    internal static async Task<T> Answer<T>(Func<T> script)
    {
        await Task.Yield();
        return script();
    }
}
