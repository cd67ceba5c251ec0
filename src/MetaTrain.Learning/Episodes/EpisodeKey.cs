namespace MetaTrain.Learning.Episodes;

/// <summary>Which classes (or which part of a task distribution) an episode draws from.</summary>
public enum Split
{
    /// <summary>Meta-training.</summary>
    Train,

    /// <summary>Selection.</summary>
    Validation,

    /// <summary>Report.</summary>
    Test,
}

/// <summary>
/// Everything an episode depends on: the same key is the same episode, on any machine and in any order.
/// Evaluation episodes use iteration 0, so that every version is measured on the same ones.
/// </summary>
/// <param name="Seed">The job's seed.</param>
/// <param name="Split">The split.</param>
/// <param name="Iteration">The meta-iteration; 0 for evaluation.</param>
/// <param name="Task">The task's index within the iteration, or the episode's within the evaluation.</param>
public readonly record struct EpisodeKey(ulong Seed, Split Split, long Iteration, int Task);
