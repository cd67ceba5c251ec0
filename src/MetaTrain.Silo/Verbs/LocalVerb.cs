using System.CommandLine;
using MetaTrain.Learning.Devices;
using MetaTrain.Silo.Hosting;
using MetaTrain.Silo.Local;
using MetaTrain.Silo.Processes;

namespace MetaTrain.Silo.Verbs;

/// <summary><c>local</c>: the supervisor of a local cluster.</summary>
internal sealed class LocalVerb
{
    private readonly Option<int> _silos = new("--silos") { Description = "How many silo processes.", DefaultValueFactory = _ => 1 };
    private readonly Option<int?> _workers = new("--workers") { Description = "Worker slots in each silo; by default the cores, shared among the silos, or one for each GPU." };
    private readonly Option<string?> _store = new("--store") { Description = "A store of your own, redis://HOST:PORT; by default the embedded one." };
    private readonly Option<bool> _ownedJobsOnly = new("--owned-jobs-only") { Description = "Run only the jobs submitted to this cluster." };
    private readonly Option<bool> _ownerPipe = new("--owner-pipe") { Description = "Drain and end when standard input closes." };
    private readonly Option<bool> _detached = new("--detached") { Description = "Outlive whoever started it; log to the data directory only." };
    private readonly Option<string> _data;
    private readonly Option<string> _device;
    private readonly Option<Arithmetic> _arithmetic;

    public LocalVerb(EnvironmentDefault environment)
    {
        _data = environment.Text("--data", "The data directory.", () => LocalPaths.DefaultDataDirectory);
        _device = environment.Text("--device", "What the workers compute on: cpu, cuda:n for one GPU, or cuda for all of the machine.", () => "cpu");
        _arithmetic = environment.Choice("--arithmetic", "native: this processor's best; portable: AVX2 everywhere, so that old and new processors of one vendor give the same bits.", Arithmetic.Native);
    }

    public Command ToCommand()
    {
        Command command = new("local", "Run a local cluster on loopback: the embedded store, silos, and a supervisor that keeps them running.")
        {
            _silos, _workers, _data, _store, _device, _arithmetic, _ownedJobsOnly, _ownerPipe, _detached,
        };
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    internal LocalOptions Read(ParseResult parsed)
    {
        int silos = parsed.GetValue(_silos);
        string device = parsed.GetRequiredValue(_device);
        bool onGpus = device != ComputeDevice.CpuKind;
        return new LocalOptions
        {
            DataDirectory = Path.GetFullPath(parsed.GetRequiredValue(_data)),
            Silos = silos,
            Workers = parsed.GetValue(_workers) ?? (onGpus ? 1 : Math.Max(1, Environment.ProcessorCount / Math.Max(1, silos))),
            IsWorkerPerGpu = onGpus && parsed.GetValue(_workers) is null,
            Store = parsed.GetValue(_store),
            Device = device,
            Arithmetic = parsed.GetValue(_arithmetic),
            OwnedJobsOnly = parsed.GetValue(_ownedJobsOnly),
        };
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        LocalOptions options = Read(parsed);
        string[] problems = [.. options.Problems()];
        if (problems.Length > 0)
        {
            throw new StartFailure(string.Join(Environment.NewLine, problems), ExitCode.WrongUsage);
        }

        // Ctrl-C in the owner's terminal must not reach the cluster: the owner decides what it means.
        Session.Leave();
        Owner owner = parsed.GetValue(_ownerPipe) ? Owner.BehindStandardInput() : Owner.None;
        await LocalProcess.RunAsync(options, owner, parsed.GetValue(_detached)).ConfigureAwait(false);
        return ExitCode.Done;
    }
}
