namespace MetaTrain.Cluster.Coordination;

/// <summary>No worker of the cluster has a device that the job could be computed on: it waits until one joins.</summary>
[GenerateSerializer, Alias("NoDeviceException")]
internal sealed class NoDeviceException(string message) : Exception(message);
