using System.CommandLine;
using System.Text.RegularExpressions;
using MetaTrain.Abstractions.Clusters;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Client.Connections;
using MetaTrain.Console.Hosting;
using MetaTrain.Console.LocalClusters;

namespace MetaTrain.Console.Commands;

/// <summary>The options that several commands share, made afresh for each.</summary>
internal sealed partial class SharedOptions
{
    private const int MostSilos = 64;
    private const int MostWorkers = 1024;

    public Option<bool> Json { get; } = new("--json") { Description = "Print one JSON document on stdout and nothing else." };

    public Option<string?> Cluster { get; } = NotEmpty(new Option<string?>("--cluster")
    {
        Description = "The cluster: its store, or the data directory of a local one. Default: the data directory's.",
        HelpName = "URI|DIR",
    });

    public Option<string?> Data { get; } = NotEmpty(new Option<string?>("--data")
    {
        Description = "The data directory of local clusters. Default: ~/.metatrain.",
        HelpName = "DIR",
    });

    public Option<string?> Store { get; } = new("--store")
    {
        Description = "A Redis of your own instead of the embedded store.",
        HelpName = "URI",
    };

    public Option<string?> Silo { get; } = new("--silo", "--silo-path")
    {
        Description = "The silo's program, when it is not beside the console.",
        HelpName = "PATH",
    };

    public Option<int> Silos { get; } = Whole("--silos", "How many silo processes. Default: 1.", 1, 1, MostSilos);

    public Option<int?> Workers { get; } = WholeOrNone("--workers", "Workers in each silo. Default: one a core, shared among the silos; with --device cuda, one a GPU.", 1, MostWorkers);

    public Option<string> Device { get; } = DeviceOption();

    public Option<string> Arithmetic { get; } = ChoiceOf(
        "--arithmetic",
        "native: the processor's best. portable: AVX2 everywhere, so that old and new processors of one vendor give the same bits.",
        "native",
        ResourcesSpec.Portable);

    public Option<string[]> Set { get; } = new("--set")
    {
        Description = "Lay a value over the spec, for instance --set meta.iterations=500. May be given several times.",
        HelpName = "key=value",
        DefaultValueFactory = _ => [],
    };

    /// <summary>Adds options to a command.</summary>
    public SharedOptions AddTo(Command command, params Option[] options)
    {
        Array.ForEach(options, command.Add);
        return this;
    }

    /// <summary>Which cluster the command is about.</summary>
    public ClusterTarget TargetOf(ParseResult parse, ConsoleHost host)
    {
        string? store = StoreOf(parse);
        string text = parse.GetValue(Cluster) ?? DataDirectoryOf(parse, host);
        try
        {
            return new ClusterTarget(ClusterAddress.Parse(text), parse.GetValue(Silo), store);
        }
        catch (FormatException malformed)
        {
            throw new ConsoleFault(ExitCode.WrongUsage, malformed.Message, malformed);
        }
    }

    /// <summary>The data directory: what --data says, else METATRAIN_DATA, else ~/.metatrain.</summary>
    public string DataDirectoryOf(ParseResult parse, ConsoleHost host) => DataDirectory.Resolve(parse.GetValue(Data), host.Variable);

    /// <summary>The user's own store, checked; null for the embedded one.</summary>
    public string? StoreOf(ParseResult parse)
    {
        string? store = parse.GetValue(Store);
        return store is null || StoreUri.TryParse(store, out _, out string? problem) ? store : throw new ConsoleFault(ExitCode.WrongUsage, problem);
    }

    private static Option<int> Whole(string name, string description, int standard, int least, int most)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => standard };
        option.Validators.Add(result => Check(result, name, least, most));
        return option;
    }

    private static Option<string> ChoiceOf(string name, string description, params string[] values)
    {
        var option = new Option<string>(name) { Description = description, HelpName = string.Join('|', values), DefaultValueFactory = _ => values[0] };
        option.AcceptOnlyFromAmong(values);
        return option;
    }

    private static Option<string> DeviceOption()
    {
        var option = new Option<string>("--device")
        {
            Description = "What the workers compute on: cpu, cuda:n for one GPU, or cuda for all of the machine. Default: cpu.",
            HelpName = "cpu|cuda|cuda:n",
            DefaultValueFactory = _ => LocalClusterOptions.Cpu,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [.., { Value: var text }] && !DeviceText().IsMatch(text))
            {
                result.AddError($"--device is '{text}': give cpu, cuda:n for one GPU, or cuda for all of the machine.");
            }
        });
        return option;
    }

    [GeneratedRegex("^(cpu|cuda(:[0-9]{1,4})?)$")]
    private static partial Regex DeviceText();

    /// <summary>Refuses an empty text, such as a variable of the shell that was never set.</summary>
    internal static Option<T> NotEmpty<T>(Option<T> option)
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens is [.., { Value: "" }])
            {
                result.AddError($"{option.Name} is empty: give it a value, or leave it away.");
            }
        });
        return option;
    }

    internal static Option<int?> WholeOrNone(string name, string description, int least, int most)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = "N" };
        option.Validators.Add(result => Check(result, name, least, most));
        return option;
    }

    private static void Check(System.CommandLine.Parsing.OptionResult result, string name, int least, int most)
    {
        string text = result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";
        if (text.Length > 0 && !(int.TryParse(text, out int value) && value >= least && value <= most))
        {
            result.AddError($"{name} is '{text}': give a whole number from {least} to {most}.");
        }
    }
}
