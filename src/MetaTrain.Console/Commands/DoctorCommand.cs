using System.CommandLine;
using System.Text.Json.Nodes;
using MetaTrain.Console.Doctor;
using MetaTrain.Console.Hosting;

namespace MetaTrain.Console.Commands;

/// <summary><c>doctor</c>: what is wrong with this machine or cluster.</summary>
internal static class DoctorCommand
{
    public static Command Create(ConsoleHost host)
    {
        var command = new Command("doctor", "Says what is wrong with this machine or cluster, each finding with its remedy.");
        var shared = new SharedOptions();
        shared.AddTo(command, shared.Cluster, shared.Data, shared.Store, shared.Silo, shared.Json);
        command.SetAction(async (parse, cancellationToken) =>
        {
            var patient = new DoctorPatient(
                shared.DataDirectoryOf(parse, host),
                parse.GetResult(shared.Cluster) is null ? null : shared.TargetOf(parse, host).Address,
                shared.StoreOf(parse),
                parse.GetValue(shared.Silo));
            List<Finding> findings = [];
            await foreach (Finding finding in new Examination(host, patient).RunAsync(cancellationToken))
            {
                findings.Add(finding);
                if (!parse.GetValue(shared.Json))
                {
                    host.Output.Line(finding.ToString());
                }
            }

            bool sick = findings.Any(finding => finding.Verdict == Verdict.Bad);
            if (parse.GetValue(shared.Json))
            {
                host.Output.Document(new JsonObject
                {
                    ["healthy"] = !sick,
                    ["findings"] = new JsonArray([.. findings.Select(Describe)]),
                });
            }

            return sick ? ExitCode.Unreachable : ExitCode.Done;
        });
        return command;
    }

    private static JsonObject Describe(Finding finding) => new()
    {
        ["check"] = finding.Check,
        ["verdict"] = finding.Verdict.ToString().ToLowerInvariant(),
        ["finding"] = finding.Text,
        ["remedy"] = finding.Remedy,
    };
}
