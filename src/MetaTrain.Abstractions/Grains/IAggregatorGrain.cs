using System.Collections.Immutable;
using MetaTrain.Abstractions.Messages;

namespace MetaTrain.Abstractions.Grains;

/// <summary>
/// Adds up and steps on one range of a job's parameters, for one coordinator: silos bring it their sums' ranges and fetch its range of
/// each version, so that no vector passes the coordinator's silo. Its key names the job, the coordinator's epoch, the range and its silo.
/// </summary>
[Alias("IAggregatorGrain")]
public interface IAggregatorGrain : IGrainWithStringKey
{
    /// <summary>Begins with a range as it stands.</summary>
    [Alias("Open")]
    Task OpenAsync(RangeState state);

    /// <summary>Takes parts of nodes' sums; answers when it has their values.</summary>
    /// <exception cref="AggregatorClosedException">It was never opened, or was closed.</exception>
    [Alias("Take")]
    Task TakeAsync(ImmutableArray<NodePart> parts);

    /// <summary>Adds up a round along its tree, makes the mean, and steps on it, unless the norm of all ranges is clipped.</summary>
    /// <exception cref="AggregatorClosedException">It was never opened, or was closed.</exception>
    [Alias("Add")]
    Task<RangeAdded> AddAsync(RangeSums sums);

    /// <summary>Steps on what was added up last, where the norm is clipped. Returns the range of the new version.</summary>
    /// <exception cref="AggregatorClosedException">It was never opened, or was closed.</exception>
    [Alias("Step")]
    Task<FloatVector> StepAsync(RangeStep step);

    /// <summary>The range of a version; null when it has no such version.</summary>
    [Alias("Read")]
    Task<FloatVector?> ReadAsync(long version);

    /// <summary>The range as it stands after the last step, to be committed.</summary>
    /// <exception cref="AggregatorClosedException">It was never opened, or was closed.</exception>
    [Alias("Capture")]
    Task<RangeState> CaptureAsync();

    /// <summary>Its coordinator needs it no more.</summary>
    [Alias("Close")]
    Task CloseAsync();
}

/// <summary>An aggregator was asked that has no range: it lost it with its silo, or its coordinator was replaced.</summary>
[GenerateSerializer, Alias("AggregatorClosedException")]
public sealed class AggregatorClosedException : Exception
{
    /// <summary>With a text of its own.</summary>
    public AggregatorClosedException()
        : this("This aggregator has no range of parameters.")
    {
    }

    /// <summary>With a text.</summary>
    public AggregatorClosedException(string message)
        : base(message)
    {
    }

    /// <summary>With a text and a cause.</summary>
    public AggregatorClosedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
