namespace MetaTrain.Learning.Episodes;

/// <summary>A distribution over tasks. Implementations are immutable and may be called from several threads at once.</summary>
public interface ITaskSource
{
    /// <summary>The sizes of its training episodes, as its options set them; the largest where they vary from iteration to iteration.</summary>
    EpisodeShape TrainingShape { get; }

    /// <summary>The smallest sizes of its training episodes; <see cref="TrainingShape"/> where they do not vary.</summary>
    EpisodeShape SmallestTrainingShape => TrainingShape;

    /// <summary>The sizes of the training episodes of one meta-iteration, the same for all its tasks: a pure function of seed and iteration.</summary>
    /// <param name="seed">The job's seed.</param>
    /// <param name="iteration">The meta-iteration.</param>
    EpisodeShape TrainingShapeAt(ulong seed, long iteration) => TrainingShape;

    /// <summary>What to say beside every number measured on it, for instance "synthetic: glyphs"; null for real data.</summary>
    string? Note { get; }

    /// <summary>True when <see cref="EpisodeBlock"/>s of it can be measured by nearest neighbour on raw inputs.</summary>
    bool HasPixelBaseline { get; }

    /// <summary>The groups that a split's classes fall into; none where the source has no such notion.</summary>
    ClassGroups Groups(Split split) => ClassGroups.None;

    /// <summary>A split's classes by name, each a group of its own; none where they have no names, or where there are too many to report each.</summary>
    ClassGroups Classes(Split split) => ClassGroups.None;

    /// <summary>True when inputs are drawings whose ink is 1 and whose paper is 0: in files, and where people look at them, ink is dark.</summary>
    bool HasInk => false;

    /// <summary>The function that a task's points lie on, but for noise; null where there is none, or where it is not told.</summary>
    TaskFunction? FunctionOf(in EpisodeKey key) => null;

    /// <summary>Why episodes of this shape cannot be drawn from a split (too few classes, too few examples), in one sentence with the remedy; null when they can.</summary>
    string? Refuse(Split split, EpisodeShape shape);

    /// <summary>Writes the episode of <paramref name="key"/> as task <paramref name="task"/> of <paramref name="block"/>: a pure function of the key, the block's shape and the options.</summary>
    void Sample(in EpisodeKey key, EpisodeBlock block, int task);
}
