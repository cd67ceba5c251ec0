using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MetaTrain.Abstractions.Specs;

namespace MetaTrain.Benchmarks.Figures;

/// <summary>
/// Trains through the console as anybody would, keeps what it printed in benchmarks/figures/ID.json, and writes docs/results.md, and the lines of
/// figures in docs/methods.md, from all that is kept there.
/// </summary>
internal static partial class FigureRun
{
    private const string Resume = "--resume";
    private const string Apart = "apart";
    private const string Contest = "contest";
    private const string Matrix = "matrix";

    private static readonly string Kept = Path.Combine("benchmarks", "figures");

    /// <summary>Runs the figures named, one after the other, and writes the page; with no name it writes the page alone.</summary>
    /// <param name="commit">What is measured.</param>
    /// <param name="arguments">
    /// Names of figures, after the word apart where only the queries of what is kept are to be measured one by one, or the word contest where
    /// only the optimizers are to be run again; or matrix alone, which runs
    /// the conformance matrix; and after -- what else goes to every train: --data DIR, --set key=value, and for one figure
    /// whose run was interrupted --resume JOB.
    /// </param>
    public static async Task<int> RunAsync(string commit, IReadOnlyList<string> arguments)
    {
        string[] names = [.. arguments.TakeWhile(static argument => argument != "--")];
        if (names is [Matrix])
        {
            JsonObject matrix = Dated(await MatrixRun.RunAsync(), commit);
            await KeepAsync(Matrix, matrix);
            return matrix["cells"]!.AsArray().All(static cell => cell!["failed"]!.AsArray().Count == 0) ? 0 : 1;
        }

        string[] more = [.. arguments.Skip(names.Length + 1).SelectMany(InTwo)];
        string? again = names is [Apart or Contest, ..] ? names[0] : null;
        names = again is null ? names : names[1..];
        if (names.FirstOrDefault(name => Figure.All.All(figure => figure.Id != name)) is { } unknown)
        {
            await Console.Error.WriteLineAsync($"There is no figure '{unknown}'; there are {string.Join(", ", Figure.All.Select(static figure => figure.Id))}.");
            return 2;
        }

        bool goesOn = more.Contains(Resume);
        if (goesOn && (names.Length != 1 || Figure.All.Any(figure => figure.Id == names[0] && figure.Of is not null)))
        {
            await Console.Error.WriteLineAsync("--resume goes on with the run of one figure that trains: name that one.");
            return 2;
        }

        foreach (Figure figure in Figure.All.Where(figure => names.Contains(figure.Id)))
        {
            if (again is not null)
            {
                if (!await MeasureAgainAsync(figure, again, commit, more))
                {
                    return 1;
                }

                continue;
            }

            if (await CommandOfAsync(figure, more) is not { } command
                || await PrintedAsync(figure, goesOn ? ["train", "--json", .. more] : command) is not { } result
                || (goesOn && !await IsOfAsync(figure, result)))
            {
                return 1;
            }

            JsonObject kept = Dated(
                new JsonObject
                {
                    ["command"] = "metatrain " + string.Join(' ', Without("--data", command).Select(static word => word.Contains(' ') ? $"'{word}'" : word)),
                    ["result"] = result,
                },
                commit);
            await KeepAsync(figure.Id, kept);
            if (!await AddContestAsync(figure, kept, commit, more) || !await AddOneByOneAsync(figure, kept, more) || !await DrawTaskAsync(figure, result, more))
            {
                return 1;
            }
        }

        if (names.Length == 0)
        {
            await WriteAsync();
        }

        return 0;
    }

    // Of what is kept: a training is not for nothing when what came after it was interrupted.
    private static async Task<bool> MeasureAgainAsync(Figure figure, string what, string commit, IReadOnlyList<string> more)
    {
        if (what == Contest && !figure.IsContest)
        {
            await Console.Error.WriteLineAsync($"'{figure.Id}' trains no optimizer: name one of {string.Join(", ", Figure.All.Where(static each => each.IsContest).Select(static each => each.Id))}.");
            return false;
        }

        if (await KeptAsync(figure.Id) is not { } kept)
        {
            await Console.Error.WriteLineAsync($"Nothing is kept of '{figure.Id}': benchmarks/train {figure.Id}.");
            return false;
        }

        return what == Apart ? await AddOneByOneAsync(figure, kept, more) : await AddContestAsync(figure, kept, commit, more);
    }

    private static async Task KeepAsync(string id, JsonObject kept)
    {
        Directory.CreateDirectory(Kept);
        await File.WriteAllTextAsync(Path.Combine(Kept, id + ".json"), kept.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
        await WriteAsync();
    }

    private static async Task<JsonObject?> KeptAsync(string id)
    {
        string file = Path.Combine(Kept, id + ".json");
        return File.Exists(file) ? JsonNode.Parse(await File.ReadAllTextAsync(file))!.AsObject() : null;
    }

    // The same version on the same episodes, each query shown to it with the support set alone; where they were shown together. False when that failed.
    private static async Task<bool> AddOneByOneAsync(Figure figure, JsonObject kept, IReadOnlyList<string> more)
    {
        JsonNode result = kept["result"]!;
        if (result["evaluation"] is not JsonObject together || !together.ContainsKey("accuracy") || !together["transductive"]!.GetValue<bool>())
        {
            return true;
        }

        string version = together["at"]!.GetValue<long>().ToString(CultureInfo.InvariantCulture);
        JsonNode? measured = await PrintedAsync(
            figure, ["evaluate", result["job"]!.GetValue<string>(), "--json", .. figure.Evaluation, "--at", version, "--transductive", "false", .. DataOf(more)]);
        if (measured is null)
        {
            return false;
        }

        kept[Apart] = measured["evaluation"]!.DeepClone();
        await KeepAsync(figure.Id, kept);
        return true;
    }

    private static async Task<bool> DrawTaskAsync(Figure figure, JsonNode result, IReadOnlyList<string> more) => !figure.HasTask || await PrintedAsync(
        figure, ["picture", result["job"]!.GetValue<string>(), "--to", Path.Combine("docs", figure.TaskPicture), "--json", .. DataOf(more)]) is not null;

    private static async Task WriteAsync()
    {
        List<(Figure Figure, JsonObject? Kept)> rows = [];
        foreach (Figure figure in Figure.All)
        {
            rows.Add((figure, await KeptAsync(figure.Id)));
        }

        await File.WriteAllTextAsync(Path.Combine("docs", "results.md"), FigurePage.Of(rows) + MatrixSection.Of(await KeptAsync(Matrix)));
        string methods = Path.Combine("docs", "methods.md");
        await File.WriteAllTextAsync(methods, MethodsPage.With(await File.ReadAllTextAsync(methods), rows));
        foreach ((Figure figure, JsonObject? kept) in rows.Where(static row => row.Figure.HasCurve ? row.Kept is not null : row.Kept?[Contest] is not null))
        {
            string picture = figure.IsContest ? ContestSection.Picture(figure, kept!) : LearningCurve.Picture(figure, kept!);
            await File.WriteAllTextAsync(Path.Combine("docs", figure.Picture), picture);
        }
    }

    // A figure of another's run names that run's job, which is in the data directory that it was trained in.
    private static async Task<string[]?> CommandOfAsync(Figure figure, string[] more)
    {
        if (figure.Of is not { } trained)
        {
            return ["train", $"examples/{figure.Example}.yaml", "--json", .. figure.Overrides.SelectMany(static change => new[] { "--set", change }), .. Without(Resume, more)];
        }

        if (await KeptAsync(trained) is not { } kept)
        {
            await Console.Error.WriteLineAsync($"'{figure.Id}' measures the run of '{trained}', of which nothing is kept: benchmarks/train {trained} {figure.Id}.");
            return null;
        }

        string job = kept["result"]!["job"]!.GetValue<string>();
        return ["evaluate", job, "--json", .. figure.Evaluation, .. DataOf(more)];
    }

    // Of a job that was gone on with: it should be of the figure's spec.
    private static async Task<bool> IsOfAsync(Figure figure, JsonNode result)
    {
        JobSpec spec = new JobSpecReader().Read(await File.ReadAllTextAsync(Path.Combine("examples", figure.Example + ".yaml")), figure.Overrides).Spec!;
        if (result["name"]!.GetValue<string>() == spec.Name && result["iterations"]!.GetValue<long>() == spec.Meta.Iterations)
        {
            return true;
        }

        await Console.Error.WriteLineAsync($"Job {result["job"]} is not of '{figure.Id}': what was kept of it before stays.");
        return false;
    }

    // Where somebody keeps their data, or which job was gone on with, says nothing about a figure.
    private static IEnumerable<string> Without(string option, IReadOnlyList<string> command) =>
        command.Where((word, at) => word != option && (at == 0 || command[at - 1] != option));

    private static async Task<bool> AddContestAsync(Figure figure, JsonObject kept, string commit, IReadOnlyList<string> more)
    {
        if (!figure.IsContest)
        {
            return true;
        }

        string job = kept["result"]!["job"]!.GetValue<string>();
        string parameters = Path.Combine(Path.GetTempPath(), $"metatrain-{job}.safetensors");
        try
        {
            if (await PrintedAsync(figure, ["export", job, "--to", parameters, "--json", .. DataOf(more)]) is null)
            {
                await Console.Error.WriteLineAsync($"Its training is kept: benchmarks/train contest {figure.Id} compares what it learned.");
                return false;
            }

            string spec = Path.Combine("examples", figure.Example + ".yaml");
            kept[Contest] = Dated(ContestRun.Run(spec, [.. SetBy(kept["command"]!.GetValue<string>())], parameters), commit);
        }
        finally
        {
            File.Delete(parameters);
        }

        await KeepAsync(figure.Id, kept);
        return true;
    }

    // --set=key=value is --set key=value: what reads these options here knows one way of writing them.
    private static string[] InTwo(string argument) =>
        argument.Split(['=', ':'], 2) is ["--set" or "--data" or Resume, _] both ? both : [argument];

    // What a kept command trained with in place of its example's.
    private static IEnumerable<string> SetBy(string command) => SetIn().Matches(command).Select(static match => match.Groups[1].Value.Trim('\''));

    private static JsonObject Dated(JsonObject measured, string commit)
    {
        measured["date"] = TimeProvider.System.GetLocalNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        measured["commit"] = commit;
        return measured;
    }

    [GeneratedRegex("--set ('[^']*'|\\S+)")]
    private static partial Regex SetIn();

    private static IEnumerable<string> DataOf(IEnumerable<string> more) => more.SkipWhile(static word => word != "--data").Take(2);

    private static async Task<JsonNode?> PrintedAsync(Figure figure, IEnumerable<string> command)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine("src", "MetaTrain.Console", "bin", "Release", "net10.0", "metatrain.dll"));
        foreach (string word in command)
        {
            start.ArgumentList.Add(word);
        }

        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            await Console.Error.WriteLineAsync($"'{figure.Id}' did not finish (exit code {process.ExitCode}); what was kept of it before stays.");
            return null;
        }

        // Of the accuracies of hundreds of classes no page shows any.
        JsonNode? printed = JsonNode.Parse(output);
        (printed?["evaluation"] as JsonObject)?.Remove("classes");
        return printed;
    }
}
