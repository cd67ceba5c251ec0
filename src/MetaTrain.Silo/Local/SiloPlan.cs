using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using MetaTrain.Abstractions.Clusters;
using MetaTrain.Silo.Processes;

namespace MetaTrain.Silo.Local;

/// <summary>How one silo of the cluster is started. A silo that is started again keeps its ports, by which its death is noticed at once.</summary>
internal sealed class SiloPlan(int index, LocalOptions options, LocalCluster cluster)
{
    // The embedded store starts at the same time, and reads all that it has first: its supervisor knows whether it still lives. One of
    // the user's own should be there.
    private readonly int _storeWaitSeconds = options.Store is null ? 600 : 5;

    private (int Silo, int Gateway, int Http)? _ports;

    public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"silo-{index}");

    /// <summary>The ports of the latest start.</summary>
    public (int Silo, int Gateway, int Http) Ports => _ports ?? throw new InvalidOperationException($"{Name} was not planned yet.");

    public ChildPlan Next()
    {
        if (_ports is not { } ports || !IsFree(ports.Silo) || !IsFree(ports.Gateway) || !IsFree(ports.Http))
        {
            int[] free = Processes.Ports.FindFree(3);
            _ports = (free[0], free[1], free[2]);
        }

        string[] arguments =
        [
            "run",
            "--cluster-id", cluster.ClusterId,
            "--service-id", cluster.ServiceId,
            "--silo-name", Name,
            "--advertise", IPAddress.Loopback.ToString(),
            "--silo-port", Text(Ports.Silo),
            "--gateway-port", Text(Ports.Gateway),
            "--http-port", Text(Ports.Http),
            "--transfer-port", "0",
            .. options.IsWorkerPerGpu ? Array.Empty<string>() : ["--workers", Text(options.Workers)],
            "--device", options.Device,
            "--data", options.DataDirectory,
            "--arithmetic", options.Arithmetic.ToString(),
            "--store-wait", Text(_storeWaitSeconds),
            "--owner-pipe",
        ];

        // The store's address may hold a password: everybody on the machine can read a command line.
        ImmutableDictionary<string, string> environment = NativeEnvironment.For(options.Arithmetic, options.NeedsCuda).ToImmutableDictionary()
            .SetItem("METATRAIN_STORE", cluster.Store);
        return new ChildPlan(Name, options.OwnedJobsOnly ? [.. arguments, "--owned-jobs-only"] : [.. arguments], environment);
    }

    public LocalSilo Describe(int processId) => new(Name, processId, Ports.Silo, Ports.Gateway, Ports.Http);

    private static bool IsFree(int port) => Processes.Ports.IsFree(IPAddress.Loopback, port);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
