using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Cluster.Coordination;

/// <summary>A version as it stood at one moment, to be encoded and stored while the next iterations go on.</summary>
internal sealed record CommitImage(
    float[] Parameters,
    IReadOnlyDictionary<string, float[]> Optimizer,
    TrajectoryProgress Progress,
    ImmutableArray<long> Pinned,
    bool Demanded,
    DateTimeOffset Time)
{
    public static CommitImage Take(JobSession session, TimeProvider time)
    {
        Trajectory trajectory = session.Trajectory;
        ImmutableArray<long> open = [.. session.OpenValidations];
        return new CommitImage(
            trajectory.Parameters,
            trajectory.Optimizer.State.ToDictionary(static vector => vector.Key, static vector => (float[])vector.Value.Clone(), StringComparer.Ordinal),
            trajectory.Progress(),
            open,
            open.Contains(trajectory.Iteration) || trajectory.Iteration == session.Iterations,
            time.GetUtcNow());
    }

    public CheckpointContent Encode(JobId job, ImmutableArray<ParameterSlot> slots) => new()
    {
        Job = job,
        Iteration = Progress.Iteration,
        Safetensors = CheckpointCodec.Encode(slots, Parameters, Optimizer),
        ParametersSha256 = CheckpointCodec.Hash(Parameters),
        ProgressJson = Progress.ToJson(),
        Best = Progress.Best,
        Pinned = Pinned,
        Time = Time,
    };
}
