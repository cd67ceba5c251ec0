using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace MetaTrain.Benchmarks.Figures;

/// <summary>Runs the conformance matrix whole, ResNet-12 trained with every method, and says of each cell which checks it passed.</summary>
internal static partial class MatrixRun
{
    private static readonly string[] Command =
        ["run", "-c", "Release", "--project", Path.Combine("tests", "MetaTrain.Learning.Tests"), "--", "-namespace", "MetaTrain.Learning.Tests.Conformance"];

    /// <summary>The checks by how their tests' names begin; the first is asked of every cell, supported or not.</summary>
    private static readonly (string Test, string Check)[] Checks =
    [
        ("Cell_", "refusal"),
        ("Gradient_", "gradient"),
        ("Training_Lowers", "learning"),
        ("Parameters_", "bits"),
        ("Training_AndAnswering", "memory"),
    ];

    /// <summary>Runs it.</summary>
    /// <returns>command, seconds and cells: of each its method, model and problem, and which checks it passed and failed.</returns>
    /// <exception cref="InvalidOperationException">The tests did not run, or one has a name that this does not know.</exception>
    public static async Task<JsonObject> RunAsync()
    {
        string report = Path.Combine(Path.GetTempPath(), $"metatrain-matrix-{Environment.ProcessId}.xml");
        long start = Stopwatch.GetTimestamp();
        try
        {
            ProcessStartInfo tests = new("dotnet", [.. Command, "-xml", report]) { RedirectStandardOutput = true };
            tests.Environment["METATRAIN_CONFORMANCE"] = "all";
            using Process process = Process.Start(tests)!;
            string output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            if (!File.Exists(report))
            {
                throw new InvalidOperationException($"The conformance tests did not run (exit code {process.ExitCode}): {output}");
            }

            return new JsonObject
            {
                ["command"] = "METATRAIN_CONFORMANCE=all dotnet " + string.Join(' ', Command),
                ["seconds"] = Math.Round(Stopwatch.GetElapsedTime(start).TotalSeconds),
                ["cells"] = Cells(XDocument.Load(report)),
            };
        }
        finally
        {
            File.Delete(report);
        }
    }

    private static JsonArray Cells(XDocument report) =>
    [
        .. report.Descendants("test").Select(ResultOf).GroupBy(static result => result.Cell).Select(static cell => new JsonObject
        {
            ["method"] = cell.Key.Method,
            ["model"] = cell.Key.Model,
            ["problem"] = cell.Key.Problem,
            ["passed"] = new JsonArray([.. cell.Where(static result => result.Passed).Select(static result => JsonValue.Create(result.Check))]),
            ["failed"] = new JsonArray([.. cell.Where(static result => !result.Passed).Select(static result => JsonValue.Create(result.Check))]),
        }),
    ];

    // A skipped test has not passed.
    private static ((string Method, string Model, string Problem) Cell, string Check, bool Passed) ResultOf(XElement test)
    {
        string name = test.Attribute("name")!.Value;
        Match cell = CellOf().Match(name);
        string? check = Checks.FirstOrDefault(known => test.Attribute("method")!.Value.StartsWith(known.Test, StringComparison.Ordinal)).Check;
        return cell.Success && check is not null
            ? ((cell.Groups[1].Value, cell.Groups[2].Value, cell.Groups[3].Value), check, test.Attribute("result")!.Value == "Pass")
            : throw new InvalidOperationException($"The matrix has a test that its report does not know: {name}.");
    }

    // The report escapes the quotes of an argument.
    [GeneratedRegex("""\(method: \\?"([^"\\]+)\\?", model: \\?"([^"\\]+)\\?", problem: \\?"([^"\\]+)\\?"\)$""")]
    private static partial Regex CellOf();
}
