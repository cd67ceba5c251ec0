using MetaTrain.Client.Connections;

namespace MetaTrain.Console.Doctor;

/// <summary>What to examine.</summary>
/// <param name="DataDirectory">The data directory of local clusters.</param>
/// <param name="Cluster">The cluster that was named; null for the data directory's, if one runs.</param>
/// <param name="Store">A store that was named; null for the cluster's own.</param>
/// <param name="SiloPath">Where the silo's program is; null to search.</param>
internal sealed record DoctorPatient(string DataDirectory, ClusterAddress? Cluster, string? Store, string? SiloPath);
