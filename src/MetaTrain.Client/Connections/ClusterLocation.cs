using MetaTrain.Abstractions.Clusters;

namespace MetaTrain.Client.Connections;

/// <summary>The running cluster behind a <see cref="ClusterAddress"/>.</summary>
/// <param name="ClusterId">The Orleans cluster id: a local cluster takes a fresh one at each start.</param>
/// <param name="ServiceId">The Orleans service id.</param>
/// <param name="Store">Its store, where its silos' gateways are listed.</param>
public sealed record ClusterLocation(string ClusterId, string ServiceId, StoreUri Store);
