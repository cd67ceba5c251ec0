using MetaTrain.Client;
using MetaTrain.Client.Connections;

namespace MetaTrain.Console.LocalClusters;

/// <summary>Connects to clusters.</summary>
internal interface IClusterGateway
{
    /// <summary>Gets ready to connect, so that connecting is quick once a cluster runs.</summary>
    Task PrepareAsync();

    /// <summary>Connects, or says in a <see cref="MetaTrainException"/> why not.</summary>
    Task<MetaTrainClient> ConnectAsync(ClusterAddress address, CancellationToken cancellationToken);
}

/// <summary>Connects over the network.</summary>
internal sealed class ClusterGateway(ClientOptions options) : IClusterGateway
{
    public Task PrepareAsync() => MetaTrainClient.PrepareAsync(options);

    public Task<MetaTrainClient> ConnectAsync(ClusterAddress address, CancellationToken cancellationToken) =>
        MetaTrainClient.ConnectAsync(address, options, cancellationToken);
}
