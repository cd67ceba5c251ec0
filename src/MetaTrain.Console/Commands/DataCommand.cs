using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using MetaTrain.Abstractions.Datasets;
using MetaTrain.Client.Datasets;
using MetaTrain.Console.Hosting;
using MetaTrain.Console.LocalClusters;
using MetaTrain.Console.Output;

namespace MetaTrain.Console.Commands;

/// <summary><c>data</c>: the task shards.</summary>
internal static class DataCommand
{
    private const int MostPixels = 512;

    public static Command Create(ConsoleHost host) => new("data", "Fills and shows the data sets.")
    {
        CreateImport(host),
        CreateList(host),
        CreateDescribe(host),
    };

    private static Command CreateImport(ConsoleHost host)
    {
        var command = new Command("import", "Imports a data set from a folder, an archive (.zip, .tgz, .tar.gz, .tar) or a URL.");
        var name = new Argument<string>("NAME") { Description = "The name that specs use, for instance omniglot." };
        var from = new Option<string>("--from") { Description = "Where it comes from.", HelpName = "PATH_OR_URL", Required = true };
        var splitFiles = new Option<string[]>("--split-file")
        {
            Description = "Text files that say which class is train, validation or test: lines 'split class' or 'class,split'; or one file a split, train.txt, val.txt and test.txt, with a class a line; or train.csv, val.csv and test.csv with the header filename,label. Default: as the folders say, else 64 : 16 : 20.",
            HelpName = "FILE",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        var descriptions = new Option<string?>("--descriptions")
        {
            Description = "A text file that describes every class by numbers, for recognising classes without an example (gaussian-proto with algorithm.descriptions): lines 'class,value,value,...'.",
            HelpName = "FILE",
        };
        Option<int?> size = SharedOptions.WholeOrNone("--size", "Pixels a side that all images are brought to. Default: their own if all agree and it is at most 128, else 84.", 1, MostPixels);
        var channels = new Option<int?>("--channels") { Description = "1 for grey, 3 for colour. Default: colour where any image has it." };
        channels.AcceptOnlyFromAmong("1", "3");
        command.Add(name);
        command.Add(from);
        command.Add(splitFiles);
        command.Add(descriptions);
        command.Add(size);
        command.Add(channels);
        var shared = new SharedOptions();
        shared.AddTo(command, shared.Cluster, shared.Data, shared.Store, shared.Silo, shared.Json);
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using ClusterSession session = await ClusterSession.ConnectOrStartAsync(
                host, shared.TargetOf(parse, host), workers: 1, cancellationToken);
            var options = new ImportOptions
            {
                SplitFiles = [.. parse.GetRequiredValue(splitFiles)],
                Descriptions = parse.GetValue(descriptions),
                Size = parse.GetValue(size),
                Channels = parse.GetValue(channels),
            };
            DatasetManifest manifest = await StepProgress<ImportProgress>.ShowAsync(host, Describe, progress => session.Client.ImportAsync(
                parse.GetRequiredValue(name), parse.GetRequiredValue(from), options, progress, cancellationToken));
            Show(host.Output, manifest, parse.GetValue(shared.Json));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateList(ConsoleHost host)
    {
        var command = new Command("list", "Shows all data sets.");
        var shared = new SharedOptions();
        shared.AddTo(command, shared.Cluster, shared.Data, shared.Store, shared.Silo, shared.Json);
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using ClusterSession session = await ClusterSession.ConnectOrStartAsync(
                host, shared.TargetOf(parse, host), workers: 1, cancellationToken);
            ImmutableArray<DatasetManifest> all = await session.Client.ListDatasetsAsync(cancellationToken);
            if (parse.GetValue(shared.Json))
            {
                host.Output.Document(new JsonObject { ["datasets"] = new JsonArray([.. all.Select(Describe)]) });
            }
            else if (all.IsEmpty)
            {
                host.Output.Line("No data sets yet: 'metatrain data import NAME --from PATH_OR_URL' adds one.");
            }
            else
            {
                Table.Write(host.Output.Result, ["NAME", "CLASSES", "EXAMPLES", "SHAPE", "IMPORTED"], all.Select(Row));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateDescribe(ConsoleHost host)
    {
        var command = new Command("describe", "Shows one data set.");
        var name = new Argument<string>("NAME") { Description = "The data set." };
        command.Add(name);
        var shared = new SharedOptions();
        shared.AddTo(command, shared.Cluster, shared.Data, shared.Store, shared.Silo, shared.Json);
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using ClusterSession session = await ClusterSession.ConnectOrStartAsync(
                host, shared.TargetOf(parse, host), workers: 1, cancellationToken);
            DatasetManifest manifest = await session.Client.DescribeDatasetAsync(parse.GetRequiredValue(name), cancellationToken);
            Show(host.Output, manifest, parse.GetValue(shared.Json));
            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(ConsoleOutput output, DatasetManifest manifest, bool json)
    {
        if (json)
        {
            output.Document(Describe(manifest));
            return;
        }

        JobText.Fact(output.Result, "name", manifest.Name);
        JobText.Fact(output.Result, "examples", $"{Format.Count(manifest.Classes.Sum(each => (long)each.Examples))} of shape {Shape(manifest)}");
        foreach ((string split, int classes) in Splits(manifest))
        {
            JobText.Fact(output.Result, split, $"{Format.Count(classes)} {(classes == 1 ? "class" : "classes")}");
        }

        if (DescriptionsOf(manifest) is > 0 and int values)
        {
            JobText.Fact(output.Result, "described", $"each class by {values} {(values == 1 ? "value" : "values")}");
        }

        JobText.Fact(output.Result, "content", $"SHA-256 {manifest.ContentSha256}");
        JobText.Fact(output.Result, "licence", manifest.Licence);
        JobText.Fact(output.Result, "source", manifest.Source);
        JobText.Fact(output.Result, "imported", Format.Time(manifest.ImportedAt));
    }

    private static string Describe(ImportProgress progress) => progress switch
    {
        { ClassesRead: > 0 } => $"{Format.Count(progress.ClassesRead)} classes read",
        _ when progress.BytesSent < progress.Bytes => $"{Format.Bytes(progress.BytesSent)} of {Format.Bytes(progress.Bytes)} sent",
        _ => $"{Format.Bytes(progress.Bytes)} sent; the cluster reads them",
    };

    private static string[] Row(DatasetManifest manifest) =>
    [
        manifest.Name,
        Format.Count(manifest.Classes.Length),
        Format.Count(manifest.Classes.Sum(each => (long)each.Examples)),
        Shape(manifest),
        Format.Time(manifest.ImportedAt),
    ];

    private static JsonObject Describe(DatasetManifest manifest) => new()
    {
        ["name"] = manifest.Name,
        ["contentSha256"] = manifest.ContentSha256,
        ["exampleShape"] = new JsonArray([.. manifest.ExampleShape.Select(size => JsonValue.Create(size))]),
        ["classes"] = manifest.Classes.Length,
        ["examples"] = manifest.Classes.Sum(each => (long)each.Examples),
        ["splits"] = new JsonObject(Splits(manifest).Select(each => KeyValuePair.Create<string, JsonNode?>(each.Split, each.Classes))),
        ["descriptions"] = DescriptionsOf(manifest),
        ["licence"] = manifest.Licence,
        ["source"] = manifest.Source,
        ["importedAt"] = manifest.ImportedAt.ToString("O", CultureInfo.InvariantCulture),
    };

    private static IEnumerable<(string Split, int Classes)> Splits(DatasetManifest manifest) =>
        manifest.Classes.GroupBy(each => each.Split).Select(group => (group.Key, group.Count()));

    private static int DescriptionsOf(DatasetManifest manifest) => manifest.Classes.IsEmpty ? 0 : manifest.Classes[0].Description.Length;

    private static string Shape(DatasetManifest manifest) => string.Join(" x ", manifest.ExampleShape);
}
