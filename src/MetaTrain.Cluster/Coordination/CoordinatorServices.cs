using MetaTrain.Abstractions.Storage;
using MetaTrain.Cluster.Experiments;
using MetaTrain.Cluster.Queue;
using MetaTrain.Cluster.Telemetry;
using MetaTrain.Cluster.Transfers;
using MetaTrain.Cluster.Workers;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace MetaTrain.Cluster.Coordination;

/// <summary>What a coordinator works with.</summary>
internal sealed record CoordinatorServices(
    IJobStore Jobs,
    ICheckpointStore Checkpoints,
    IRunEventLog Events,
    ExperimentCache Experiments,
    IExperimentFactory Factory,
    SiloDevices Devices,
    TransferClient Transfers,
    ClusterInstruments Instruments,
    IClusterMembershipService Membership,
    ILocalSiloDetails Silo,
    IOptions<ClusterOptions> Cluster,
    IOptions<CoordinationOptions> Coordination,
    TimeProvider Time)
{
    /// <summary>True when this cluster may run a job of that owner.</summary>
    public bool Runs(string? owner) => Coordination.Value.Runs(owner, Cluster.Value.ClusterId);
}
