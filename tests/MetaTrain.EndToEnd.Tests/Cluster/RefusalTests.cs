using System.Text.Json;
using MetaTrain.TestKit.Data;
using MetaTrain.TestKit.Processes;

namespace MetaTrain.EndToEnd.Tests.Cluster;

/// <summary>What is wrong is said in one sentence, with the contract's exit code, no stack trace, and no silo lost.</summary>
public sealed class RefusalTests
{
    [Fact]
    public async Task Commands_SayWhatIsWrong_AndTheClusterLives()
    {
        using TemporaryDirectory data = new("refusals");
        await using TestCluster cluster = await TestCluster.StartAsync(data.Path, silos: 1, workers: 2);
        int[] silos = [.. cluster.Description.Silos.Select(static silo => silo.ProcessId)];
        string fine = TinySpecs.Glyphs("proto-net", iterations: 2, validateEvery: 1);

        await RefusesSpecAsync(cluster, fine.Replace("innerSteps", "innerStep").Replace("iterations:", "iteration:"), "iterations");
        await RefusesSpecAsync(cluster, fine.Replace("glyphs", "omniglott"), "omniglott");
        await RefusesSpecAsync(cluster, fine.Replace("conv4", "conv5"), "conv4");
        await RefusesSpecAsync(cluster, fine.Replace("tasksPerIteration: 14", "tasksPerIteration: many"), "tasksPerIteration");
        await RefusesSpecAsync(cluster, fine + "\nresources: { arithmetic: portable }\n", "--arithmetic portable");
        string anyPath = fine.Replace("path: fused", "path: autograd", StringComparison.Ordinal);
        await RefusesSpecAsync(cluster, anyPath + "\nresources: { device: cuda }\n", "start silos with --device cuda");
        await RefusesSpecAsync(cluster, anyPath + "\nresources: { precision: tf32 }\n", "in which only a GPU computes");
        await RefusesSpecAsync(cluster, fine + "\ninitialize: { from: /missing/start.safetensors }\n", "/missing/start.safetensors");
        string text = data.Combine("text.safetensors");
        await File.WriteAllTextAsync(text, "this is no safetensors file", TestContext.Current.CancellationToken);
        await RefusesSpecAsync(cluster, fine + $"\ninitialize: {{ from: {text} }}\n", "is no safetensors file");
        await RefusesAsync(["describe", "nobody", "--cluster", data.Path], 4, "nobody");
        await RefusesAsync(["watch", "nobody", "--cluster", data.Path], 4, "nobody");
        await RefusesAsync(["evaluate", "nobody", "--cluster", data.Path], 4, "nobody");
        await RefusesAsync(["data", "describe", "nothing", "--cluster", data.Path], 4, "nothing");
        await RefusesAsync(["data", "import", "omniglot", "--from", data.Combine("missing.tgz"), "--cluster", data.Path], 2, "missing.tgz");
        await File.WriteAllTextAsync(data.Combine("corrupt.tgz"), "this is no archive", TestContext.Current.CancellationToken);
        await RefusesAsync(["data", "import", "omniglot", "--from", data.Combine("corrupt.tgz"), "--cluster", data.Path], null, "corrupt.tgz");
        await RefusesAsync(["frobnicate"], 2, "frobnicate");

        string done = await cluster.SubmitAsync(fine);
        await cluster.WatchAsync(done);
        await RefusesAsync(["cancel", done, "--cluster", data.Path], null, "completed already");

        await FailsWhenALossIsNotFiniteAsync(cluster);
        Assert.Equal(silos, cluster.Description.Silos.Select(static silo => silo.ProcessId));
    }

    [Fact]
    public async Task Commands_SayThatNothingRuns_WhenThereIsNoCluster()
    {
        using TemporaryDirectory data = new("nothing");
        await RefusesAsync(["list", "--cluster", "redis://127.0.0.1:" + FreePort.Take()], 3, "redis://127.0.0.1");
        await RefusesAsync(["watch", "job", "--cluster", data.Path], 3, "metatrain up");
    }

    private static async Task FailsWhenALossIsNotFiniteAsync(TestCluster cluster)
    {
        string spec = TinySpecs.Glyphs("maml", iterations: 50, validateEvery: 50)
            .Replace("innerLearningRate: 0.4", "innerLearningRate: 1.0e+30", StringComparison.Ordinal);
        string path = Path.Combine(cluster.Data, "nan.yaml");
        await File.WriteAllTextAsync(path, spec, TestContext.Current.CancellationToken);
        CliResult submitted = await Metatrain.RunAsync(["submit", path, "--json", "--cluster", cluster.Data]);
        if (submitted.ExitCode == 2)
        {
            Assert.Contains("innerLearningRate", submitted.ToString(), StringComparison.Ordinal);
            return;
        }

        string job = submitted.Json.GetProperty("job").GetString()!;
        CliResult watch = await Metatrain.RunAsync(["watch", job, "--json", "--cluster", cluster.Data]);
        Assert.Equal(1, watch.ExitCode);
        JsonElement status = watch.Json;
        Assert.Equal("failed", status.GetProperty("state").GetString());
        Assert.Matches("episode [0-9]+ in block [0-9]+ of iteration [0-9]+ is not finite", status.GetProperty("failure").GetString());
    }

    private static async Task RefusesSpecAsync(TestCluster cluster, string spec, string names)
    {
        string path = Path.Combine(cluster.Data, $"{Guid.NewGuid():N}.yaml");
        await File.WriteAllTextAsync(path, spec, TestContext.Current.CancellationToken);
        await RefusesAsync(["submit", path, "--cluster", cluster.Data], 2, names);
    }

    private static async Task RefusesAsync(string[] command, int? exitCode, string names)
    {
        CliResult result = await Metatrain.RunAsync(command);
        Assert.True(exitCode is null ? result.ExitCode is > 0 and < 6 : result.ExitCode == exitCode, result.ToString());
        Assert.Contains(names, result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", result.ToString(), StringComparison.Ordinal);
    }
}
