using k8s;
using MetaTrain.TestKit.Data;
using MetaTrain.TestKit.Processes;

namespace MetaTrain.EndToEnd.Tests.Deployment;

/// <summary>The Kubernetes manifests: as files, and as kustomize renders them.</summary>
internal static class Manifests
{
    public const string SkipReason = "needs a kubectl of version 1.21 or later on the PATH (for kubectl kustomize; no cluster is called)";

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);
    private static readonly string? Kubectl = Executable.Find("kubectl");

    public static string Folder => SourceTree.Combine("deploy", "k8s");

    /// <summary>Every file that holds resources, and no kustomization or patch.</summary>
    public static IEnumerable<string> Files =>
        Directory.EnumerateFiles(Folder, "*.yaml", SearchOption.AllDirectories)
            .Where(path => Path.GetFileName(path) is not ("kustomization.yaml" or "silo-small.yaml"))
            .Order(StringComparer.Ordinal);

    /// <summary>Typed objects; a field that Kubernetes does not know, or that stands twice, is an exception.</summary>
    public static List<object> Parse(string yaml) => KubernetesYaml.LoadAllFromString(yaml, null, strict: true);

    /// <summary>What an overlay makes; null when there is no kubectl that could tell.</summary>
    public static async Task<string?> RenderAsync(string overlay, CancellationToken cancellationToken)
    {
        if (Kubectl is null || !await IsRecentAsync(Kubectl, cancellationToken))
        {
            return null;
        }

        await using ChildProcess process = ChildProcess.Start(Kubectl, ["kustomize", Path.Combine(Folder, "overlays", overlay)]);
        int code = await process.WaitForExitAsync(Deadline, cancellationToken);
        Assert.True(code == 0, process.Transcript);
        Assert.Empty(process.Errors.Lines);
        return string.Join('\n', process.Output.Lines);
    }

    /// <summary>kubectl 1.20 and older bring a kustomize of another time; they print no version of it.</summary>
    private static async Task<bool> IsRecentAsync(string kubectl, CancellationToken cancellationToken)
    {
        await using ChildProcess process = ChildProcess.Start(kubectl, ["version", "--client"]);
        await process.WaitForExitAsync(Deadline, cancellationToken);
        return process.Output.Lines.Any(line => line.StartsWith("Kustomize Version", StringComparison.Ordinal))
            || process.Output.Lines.Any(line => line.Contains("GitVersion:\"v1.2", StringComparison.Ordinal) && !line.Contains("v1.20.", StringComparison.Ordinal));
    }
}
