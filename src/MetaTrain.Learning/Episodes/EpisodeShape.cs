using System.Collections.Immutable;

namespace MetaTrain.Learning.Episodes;

/// <summary>The sizes of one episode.</summary>
public sealed record EpisodeShape
{
    /// <summary>Classes an episode (N-way); 0 for regression.</summary>
    public required int Ways { get; init; }

    /// <summary>Support examples a class (K-shot), or in all for regression.</summary>
    public required int Shots { get; init; }

    /// <summary>Query examples a class, or in all for regression.</summary>
    public required int Queries { get; init; }

    /// <summary>The shape of one input, for instance [1, 28, 28] or [1].</summary>
    public required ImmutableArray<int> Input { get; init; }

    /// <summary>Values a regression target; 0 for classification.</summary>
    public int Targets { get; init; }

    /// <summary>Values of a class's description; 0 where the data describes no classes.</summary>
    public int Descriptions { get; init; }

    /// <summary>True for regression.</summary>
    public bool IsRegression => Targets > 0;

    /// <summary>Support examples an episode.</summary>
    public int SupportCount => Shots * Math.Max(1, Ways);

    /// <summary>Query examples an episode.</summary>
    public int QueryCount => Queries * Math.Max(1, Ways);

    /// <summary>Values of one input.</summary>
    public int InputLength => Input.Aggregate(1, (product, size) => product * size);

    /// <summary>Values that a model must put out: classes, or regression targets.</summary>
    public int Outputs => IsRegression ? Targets : Ways;
}
