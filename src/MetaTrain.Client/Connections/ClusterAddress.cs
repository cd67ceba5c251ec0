using MetaTrain.Abstractions.Clusters;

namespace MetaTrain.Client.Connections;

/// <summary>Where a cluster is to be found: in a store, or in the data directory of a local cluster.</summary>
public abstract record ClusterAddress
{
    private ClusterAddress()
    {
    }

    /// <summary>Reads a store's URI or a directory.</summary>
    /// <exception cref="FormatException">The text is a malformed URI.</exception>
    public static ClusterAddress Parse(string text) => text switch
    {
        _ when StoreUri.IsStoreUri(text) => new InStore(StoreUri.Parse(text)),
        _ when text.Contains("://", StringComparison.Ordinal) => throw new FormatException(
            $"'{text}' is neither a store (redis://HOST:PORT) nor a data directory."),
        _ => new InDirectory(Path.GetFullPath(text)),
    };

    /// <summary>The cluster that announced itself in a store.</summary>
    public sealed record InStore(StoreUri Store) : ClusterAddress
    {
        /// <inheritdoc/>
        public override string ToString() => Store.ToString();
    }

    /// <summary>The local cluster of a data directory.</summary>
    public sealed record InDirectory(string Path) : ClusterAddress
    {
        /// <inheritdoc/>
        public override string ToString() => Path;
    }
}
