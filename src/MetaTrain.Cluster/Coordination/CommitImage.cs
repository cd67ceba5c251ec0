using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Cluster.Aggregation;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Cluster.Coordination;

/// <summary>A version as it stood at one moment, to be encoded and stored while the next iterations go on.</summary>
internal sealed record CommitImage(
    float[] Parameters,
    OptimizerState Optimizer,
    TrajectoryProgress Progress,
    ImmutableArray<long> Pinned,
    bool Demanded,
    DateTimeOffset Time)
{
    /// <summary>The newest version of a session.</summary>
    /// <param name="session">The session, between two steps.</param>
    /// <param name="optimizer">What its optimizer remembers after the last step.</param>
    /// <param name="time">The clock.</param>
    public static CommitImage Take(JobSession session, OptimizerState optimizer, TimeProvider time)
    {
        Trajectory trajectory = session.Trajectory;
        ImmutableArray<long> open = [.. session.OpenValidations];
        return new CommitImage(
            trajectory.Parameters,
            optimizer,
            trajectory.Progress(),
            open,
            open.Contains(trajectory.Iteration) || trajectory.Iteration == session.Iterations,
            time.GetUtcNow());
    }

    /// <exception cref="AggregatorLostException">What the optimizer remembers is gone with a silo.</exception>
    public async Task<CheckpointContent> EncodeAsync(JobId job, ImmutableArray<ParameterSlot> slots) => new()
    {
        Job = job,
        Iteration = Progress.Iteration,
        Safetensors = CheckpointCodec.Encode(slots, Parameters, await Optimizer.Values.ConfigureAwait(false)),
        ParametersSha256 = CheckpointCodec.Hash(Parameters),
        ProgressJson = Progress.ToJson(),
        Best = Progress.Best,
        Pinned = Pinned,
        Time = Time,
    };
}
