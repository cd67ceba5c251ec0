using MetaTrain.Abstractions.Storage;

namespace MetaTrain.Silo.Health;

/// <summary>The smallest question that a store can answer.</summary>
internal static class StorePing
{
    /// <summary>Null when the store answers, else one sentence.</summary>
    public static async Task<string?> FaultAsync(IClusterRegistry registry, CancellationToken cancellationToken)
    {
        try
        {
            _ = await registry.CurrentClusterIdAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (StoreUnavailableException e)
        {
            return e.Message;
        }
    }
}
