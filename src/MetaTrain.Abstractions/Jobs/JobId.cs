namespace MetaTrain.Abstractions.Jobs;

/// <summary>The name of one submitted job: unique in its cluster, chosen by the queue, stable for ever.</summary>
[GenerateSerializer, Immutable, Alias("JobId")]
public readonly record struct JobId([property: Id(0)] string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}
