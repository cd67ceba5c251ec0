namespace MetaTrain.Abstractions.Specs;

/// <summary>Commits.</summary>
public sealed record CheckpointSpec
{
    /// <summary>Commit at least every so many iterations (and at least every 2 s).</summary>
    public long Every { get; init; } = 100;

    /// <summary>Keep the last n versions.</summary>
    public int KeepLast { get; init; } = 3;

    /// <summary>Keep the best k versions by validation, 1 to 100: fewer than the validations that a job remembers, so that one can always go.</summary>
    public int KeepBest { get; init; } = 1;
}
