using System.Collections.Immutable;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Coordination;

namespace MetaTrain.Cluster.Aggregation;

/// <summary>Where a job's summed meta-gradients are stepped on. One call at a time; the bits are the same wherever it is.</summary>
internal interface IAggregation
{
    /// <summary>Who has a range each, in their order; empty when all is done here.</summary>
    ImmutableArray<Aggregator> Aggregators { get; }

    /// <summary>The parameters after a step on the mean of the training round's meta-gradients, which are used up.</summary>
    /// <param name="session">Its training round is whole.</param>
    /// <returns>[P], a new array.</returns>
    /// <exception cref="AggregatorLostException">A range is lost: the job must go on from its last commit.</exception>
    Task<float[]> NextParametersAsync(JobSession session);

    /// <summary>What the optimizer remembers after the last step.</summary>
    /// <exception cref="AggregatorLostException">A range is lost: the job must go on from its last commit.</exception>
    Task<OptimizerState> CaptureAsync();

    /// <summary>It is needed no more.</summary>
    void Close();
}
