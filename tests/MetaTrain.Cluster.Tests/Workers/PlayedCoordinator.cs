using System.Collections.Concurrent;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;

namespace MetaTrain.Cluster.Tests.Workers;

/// <summary>A coordinator that a test plays: it keeps the calls of an exchange, and the test answers each by hand.</summary>
internal sealed class PlayedCoordinator
{
    public BlockingCollection<(ExchangeRequest Request, TaskCompletionSource<ExchangeReply> Reply)> Calls { get; } = [];

    /// <summary>A block of one task, of a round with so many.</summary>
    public static Lease LeaseOf(int block, int blocks) => new()
    {
        Job = new JobId("job"),
        Epoch = 1,
        Round = new RoundId(RoundKind.Training, 0),
        Block = block,
        FirstTask = block,
        Tasks = 1,
        Version = 0,
        Blocks = blocks,
    };

    /// <summary>What a worker returns for a lease.</summary>
    public static NodeResult Result(Lease lease) => new()
    {
        Epoch = lease.Epoch,
        Round = lease.Round,
        Node = new TreeNode(0, lease.Block),
        Count = 1,
        Gradient = new FloatVector([1, 2]),
        Metrics = [0],
        Workers = ["w"],
    };

    /// <summary>The exchange's call.</summary>
    public Task<ExchangeReply> CallAsync(ExchangeRequest request)
    {
        TaskCompletionSource<ExchangeReply> reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Calls.Add((request, reply));
        return reply.Task;
    }

    /// <summary>The next call, which must come.</summary>
    public (ExchangeRequest Request, TaskCompletionSource<ExchangeReply> Reply) Next() =>
        Calls.TryTake(out (ExchangeRequest, TaskCompletionSource<ExchangeReply>) call, TimeSpan.FromSeconds(20))
            ? call
            : throw new TimeoutException("The exchange did not call.");
}
