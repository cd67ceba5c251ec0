namespace MetaTrain.Client;

/// <summary>Why a request to a cluster did not succeed.</summary>
public enum FailureKind
{
    /// <summary>The cluster was asked and says that it cannot be done: the message holds its reason.</summary>
    Refused,

    /// <summary>What was asked for was tried and failed, or its content is damaged.</summary>
    Failed,

    /// <summary>No cluster, no store, or no answer in time.</summary>
    Unreachable,

    /// <summary>There is no such job or data set.</summary>
    Unknown,
}

/// <summary>A request to a cluster that did not succeed. The message is one sentence for a person, with the remedy.</summary>
public sealed class MetaTrainException(FailureKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Which kind of failure it is.</summary>
    public FailureKind Kind { get; } = kind;
}
