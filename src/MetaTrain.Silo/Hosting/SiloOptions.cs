using System.Collections.Immutable;
using System.Net;
using MetaTrain.Abstractions.Clusters;
using MetaTrain.Cluster.Workers;
using MetaTrain.Learning.Devices;

namespace MetaTrain.Silo.Hosting;

/// <summary>What one silo is told at its start.</summary>
internal sealed record SiloOptions
{
    /// <summary>The store, for instance redis://127.0.0.1:6379.</summary>
    public required string Store { get; init; }

    /// <summary>What every key in the store starts with.</summary>
    public string Prefix { get; init; } = ClusterIdentity.DefaultPrefix;

    public required string ClusterId { get; init; }

    public string ServiceId { get; init; } = ClusterIdentity.ServiceId;

    /// <summary>Unique in the cluster, and the same after a restart.</summary>
    public required string SiloName { get; init; }

    /// <summary>The address that other silos and clients use.</summary>
    public IPAddress Advertise { get; init; } = IPAddress.Loopback;

    public required int SiloPort { get; init; }

    public required int GatewayPort { get; init; }

    public required int HttpPort { get; init; }

    /// <summary>The port where other silos fetch large vectors; 0 takes any that is free.</summary>
    public int TransferPort { get; init; }

    /// <summary>All of them, with what is allowed of each.</summary>
    public ImmutableArray<ListeningPort> ListeningPorts =>
    [
        new("--silo-port", SiloPort),
        new("--gateway-port", GatewayPort),
        new("--http-port", HttpPort),
        new("--transfer-port", TransferPort, MayBeAny: true),
    ];

    /// <summary>How many worker slots the silo offers.</summary>
    public required int Workers { get; init; }

    /// <summary>True where nobody said how many, and each GPU is to have one: <see cref="Workers"/> follows from the machine.</summary>
    public bool IsWorkerPerGpu { get; init; }

    /// <summary>cpu, cuda:n, or cuda for all GPUs of the machine.</summary>
    public string Device { get; init; } = ComputeDevice.CpuKind;

    /// <summary>The devices meant, found on this machine.</summary>
    public ImmutableArray<ComputeDevice> Devices { get; init; } = [ComputeDevice.Cpu];

    /// <summary>True when it is to compute on GPUs.</summary>
    public bool NeedsCuda => Device != ComputeDevice.CpuKind;

    /// <summary>Where the silo keeps files of its own.</summary>
    public required string DataDirectory { get; init; }

    public Arithmetic Arithmetic { get; init; } = Arithmetic.Native;

    /// <summary>True for a cluster that runs only the jobs submitted to it, and no other unfinished ones of the store.</summary>
    public bool OwnedJobsOnly { get; init; }

    /// <summary>Faults that tests of the promise inject.</summary>
    public FaultOptions Faults { get; init; } = new();

    /// <summary>How long to wait for the store at start.</summary>
    public TimeSpan StoreWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A loopback silo listens on loopback only; one that is advertised elsewhere listens everywhere.</summary>
    public IPAddress Listen => IPAddress.IsLoopback(Advertise) ? Advertise
        : Advertise.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;

    public Uri HttpUri => new UriBuilder(Uri.UriSchemeHttp, Advertise.ToString(), HttpPort).Uri;
}
