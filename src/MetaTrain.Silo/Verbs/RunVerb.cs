using System.CommandLine;
using System.Net;
using MetaTrain.Abstractions.Clusters;
using MetaTrain.Learning.Devices;
using MetaTrain.Silo.Hosting;
using MetaTrain.Silo.Processes;

namespace MetaTrain.Silo.Verbs;

/// <summary><c>run</c>: one silo.</summary>
internal sealed class RunVerb
{
    private readonly EnvironmentDefault _environment;
    private readonly Option<string> _store;
    private readonly Option<string> _prefix;
    private readonly Option<string> _clusterId;
    private readonly Option<string> _serviceId;
    private readonly Option<string> _siloName;
    private readonly Option<IPAddress> _advertise;
    private readonly Option<int> _siloPort;
    private readonly Option<int> _gatewayPort;
    private readonly Option<int> _httpPort;
    private readonly Option<int> _transferPort;
    private readonly Option<int?> _workers;
    private readonly Option<string> _device;
    private readonly Option<string> _data;
    private readonly Option<Arithmetic> _arithmetic;
    private readonly Option<int> _storeWait;
    private readonly Option<bool> _ownedJobsOnly = new("--owned-jobs-only") { Description = "Run only the jobs submitted to this cluster." };
    private readonly Option<bool> _ownerPipe = new("--owner-pipe") { Description = "Drain and end when standard input closes." };

    public RunVerb(EnvironmentDefault environment)
    {
        _environment = environment;
        _store = environment.Text("--store", "The store: redis://[USER:PASSWORD@]HOST:PORT.", () => "redis://127.0.0.1:6379");
        _prefix = environment.Text("--prefix", "What every key in the store starts with.", () => ClusterIdentity.DefaultPrefix);
        _clusterId = environment.Text("--cluster-id", "The name that all silos of the cluster share.", () => "metatrain");
        _serviceId = environment.Text("--service-id", "The name that all starts of the cluster share.", () => ClusterIdentity.ServiceId);
        _siloName = environment.Text("--silo-name", "This silo's own name, the same after a restart.", () => environment.NonEmpty("POD_NAME") ?? Environment.MachineName);
        _advertise = environment.Address("--advertise", "The address that other silos and clients use.", () => environment.NonEmpty("POD_IP") ?? "127.0.0.1");
        _siloPort = environment.Number("--silo-port", "The port for other silos.", 11111);
        _gatewayPort = environment.Number("--gateway-port", "The port for clients.", 30000);
        _httpPort = environment.Number("--http-port", "The port of /metrics and /health.", 8080);
        _transferPort = environment.Number("--transfer-port", "The port where other silos fetch large vectors; 0 for any that is free.", 11112);
        _workers = environment.NumberOrNone("--workers", "Worker slots; by default one for each core, or for each GPU.");
        _device = environment.Text("--device", "What the workers compute on: cpu, cuda:n for one GPU, or cuda for all of the machine.", () => "cpu");
        _data = environment.Text("--data", "A directory for files of the silo's own.", () => LocalPaths.DefaultDataDirectory);
        _arithmetic = environment.Choice("--arithmetic", "native: this processor's best; portable: AVX2 everywhere, so that old and new processors of one vendor give the same bits.", Arithmetic.Native);
        _storeWait = environment.Number("--store-wait", "Seconds to wait for the store at start.", 30);
    }

    public Command ToCommand()
    {
        Command command = new("run", "Run one silo: workers, coordinators, /metrics and /health.")
        {
            _store, _prefix, _clusterId, _serviceId, _siloName, _advertise, _siloPort, _gatewayPort, _httpPort, _transferPort, _workers, _device, _data,
            _arithmetic, _storeWait, _ownedJobsOnly, _ownerPipe,
        };
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    internal SiloOptions Read(ParseResult parsed)
    {
        int? workers = parsed.GetValue(_workers);
        string device = parsed.GetRequiredValue(_device);
        return Read(parsed, device) with
        {
            Workers = workers ?? (device == ComputeDevice.CpuKind ? Environment.ProcessorCount : 1),
            IsWorkerPerGpu = workers is null && device != ComputeDevice.CpuKind,
        };
    }

    private SiloOptions Read(ParseResult parsed, string device) => new()
    {
        Store = parsed.GetRequiredValue(_store),
        Prefix = parsed.GetRequiredValue(_prefix),
        ClusterId = parsed.GetRequiredValue(_clusterId),
        ServiceId = parsed.GetRequiredValue(_serviceId),
        SiloName = parsed.GetRequiredValue(_siloName),
        Advertise = parsed.GetRequiredValue(_advertise),
        SiloPort = parsed.GetValue(_siloPort),
        GatewayPort = parsed.GetValue(_gatewayPort),
        HttpPort = parsed.GetValue(_httpPort),
        TransferPort = parsed.GetValue(_transferPort),
        Workers = 0,
        Device = device,
        DataDirectory = Path.GetFullPath(parsed.GetRequiredValue(_data)),
        Arithmetic = parsed.GetValue(_arithmetic),
        OwnedJobsOnly = parsed.GetValue(_ownedJobsOnly),
        Faults = FaultVariables.Read(_environment),
        StoreWait = TimeSpan.FromSeconds(parsed.GetValue(_storeWait)),
    };

    private async Task<int> RunAsync(ParseResult parsed)
    {
        SiloOptions options = Read(parsed);
        string[] faults = [.. SiloOptionsValidator.Validate(options)];
        if (faults.Length > 0)
        {
            throw new StartFailure(string.Join(Environment.NewLine, faults), ExitCode.WrongUsage);
        }

        TakeNativeEnvironment(options);
        Owner owner = parsed.GetValue(_ownerPipe) ? Owner.BehindStandardInput() : Owner.None;
        return await SiloProcess.RunAsync(options, owner).ConfigureAwait(false);
    }

    // Whoever starts many silos sets these itself; a silo started by hand starts once more with them.
    private void TakeNativeEnvironment(SiloOptions options)
    {
        IReadOnlyDictionary<string, string> missing = NativeEnvironment.Missing(
            options.Arithmetic, variable => _environment.NonEmpty(variable), options.NeedsCuda);
        if (missing.Count > 0)
        {
            string reason = _environment.NonEmpty(ProcessReplacement.Marker) is null
                ? ProcessReplacement.Replace(missing)
                : "they were lost when it started once more";
            throw new StartFailure(
                $"The silo must be started with {string.Join(' ', missing.Select(variable => $"{variable.Key}={variable.Value}"))} "
                + $"in its environment and cannot set them itself ({reason}): set them.", ExitCode.Failed);
        }
    }
}
