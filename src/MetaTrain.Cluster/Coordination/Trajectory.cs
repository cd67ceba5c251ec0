using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Cluster.Coordination;

/// <summary>Where a job is: the newest version of the parameters and everything that a commit must hold to go on from it with the same bits.</summary>
internal sealed class Trajectory
{
    public const int KeptValidations = 200;

    /// <summary>Meta-iterations stepped: the version of <see cref="Parameters"/>.</summary>
    public long Iteration { get; private set; }

    /// <summary>[P]; never changed in place, so that a version can be read while the next one is made.</summary>
    public required float[] Parameters { get; set; }

    public ThinnedSeries Losses { get; private set; } = new();

    public double? Loss { get; private set; }

    public double? Accuracy { get; private set; }

    public ImmutableArray<EvaluationSummary> Validations { get; private set; } = [];

    public ImmutableArray<long> Best { get; private set; } = [];

    /// <summary>The device class that the bits belong to: that of the first worker.</summary>
    public string? DeviceClass { get; set; }

    public double TrainingSeconds { get; private set; }

    public long Tasks { get; private set; }

    public long BlocksReissued { get; set; }

    public Dictionary<string, long> BlocksByWorker { get; } = new(StringComparer.Ordinal);

    /// <summary>Makes the next version the newest; the first metric of a round is the loss, the second, if any, the accuracy.</summary>
    public void Stepped(float[] next, BlockSum sum, TimeSpan elapsed)
    {
        Parameters = next;
        Iteration++;
        Loss = sum.Metrics[0] / sum.Count;
        Accuracy = sum.Metrics.Length > 1 ? sum.Metrics[1] / sum.Count : null;
        Losses.Add(Loss.Value);
        Tasks += sum.Count;
        TrainingSeconds += elapsed.TotalSeconds;
    }

    public void Validated(EvaluationSummary summary, int keepBest)
    {
        // The ranking reads all that are kept, so the best ones must stay among them.
        ImmutableArray<EvaluationSummary> all = Validations.Add(summary);
        Best = BestVersions.Rank(all, keepBest);
        Validations = all.Length <= KeptValidations ? all : all.Remove(all.First(old => !Best.Contains(old.At)));
    }

    public TrajectoryProgress Progress() => new()
    {
        Iteration = Iteration,
        LossPoints = Losses.Points,
        LossStride = Losses.Stride,
        LossPendingSum = Losses.PendingSum,
        LossPendingCount = Losses.PendingCount,
        Loss = Loss,
        Accuracy = Accuracy,
        Validations = Validations,
        Best = Best,
        DeviceClass = DeviceClass,
        TrainingSeconds = TrainingSeconds,
        Tasks = Tasks,
        BlocksReissued = BlocksReissued,
        BlocksByWorker = BlocksByWorker.ToImmutableSortedDictionary(StringComparer.Ordinal),
    };

    /// <summary>Goes on from a commit.</summary>
    public void Restore(TrajectoryProgress progress)
    {
        Iteration = progress.Iteration;
        Losses = new ThinnedSeries(progress.LossPoints, progress.LossStride, progress.LossPendingSum, progress.LossPendingCount);
        Loss = progress.Loss;
        Accuracy = progress.Accuracy;
        Validations = progress.Validations;
        Best = progress.Best;
        DeviceClass = progress.DeviceClass;
        TrainingSeconds = progress.TrainingSeconds;
        Tasks = progress.Tasks;
        BlocksReissued = progress.BlocksReissued;
        foreach ((string worker, long blocks) in progress.BlocksByWorker)
        {
            BlocksByWorker[worker] = blocks;
        }
    }
}
