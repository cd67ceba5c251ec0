using System.Text.Json;
using MetaTrain.Abstractions.Checkpoints;
using MetaTrain.TestKit.Data;
using MetaTrain.TestKit.Processes;

namespace MetaTrain.EndToEnd.Tests.Cluster;

/// <summary>A cluster on a real Redis, used by clients that know nothing but the store's address.</summary>
public sealed class RemoteClientTests
{
    [Fact]
    public async Task EveryCommand_Works_FromAnotherProcess()
    {
        Assert.SkipUnless(RedisServerProcess.IsAvailable, RedisServerProcess.SkipReason);
        await using RedisServerProcess redis = await RedisServerProcess.StartAsync(TestContext.Current.CancellationToken);
        using TemporaryDirectory data = new("remote");
        await using TestCluster cluster = await TestCluster.StartAsync(
            data.Path, silos: 1, workers: 2, redis.Uri, new Dictionary<string, string?> { ["METATRAIN_FAULT_MAX_DELAY_MS"] = "20" });
        string[] at = ["--cluster", redis.Uri];
        string spec = data.Combine("long.yaml");
        await File.WriteAllTextAsync(spec, TinySpecs.Glyphs("maml", iterations: 500, validateEvery: 400), TestContext.Current.CancellationToken);

        string job = (await Metatrain.JsonAsync(["submit", spec, .. at])).GetProperty("job").GetString()!;
        await LeaveAndComeBackAsync(job, at);

        JsonElement paused = await Metatrain.JsonAsync(["pause", job, .. at]);
        Assert.Equal("paused", paused.GetProperty("state").GetString());
        JsonElement status = await Metatrain.JsonAsync(["describe", job, .. at]);
        Assert.Equal(status.GetProperty("iteration").GetInt64(), status.GetProperty("committedIteration").GetInt64());
        Assert.InRange(status.GetProperty("iteration").GetInt64(), 1, 499);
        Assert.Equal("running", (await Metatrain.JsonAsync(["resume", job, .. at])).GetProperty("state").GetString());
        Assert.Equal("cancelled", (await Metatrain.JsonAsync(["cancel", job, .. at])).GetProperty("state").GetString());
        Assert.Equal(5, (await Metatrain.RunAsync(["watch", job, .. at])).ExitCode);

        await EvaluateExportAndWarmStartAsync(job, data, at);
    }

    private static async Task LeaveAndComeBackAsync(string job, string[] at)
    {
        await using (ChildProcess watch = Metatrain.Start(["watch", job, .. at]))
        {
            await watch.Errors.WaitForAsync("iteration", TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
            watch.Send(UnixSignal.Interrupt);
            Assert.Equal(130, await watch.WaitForExitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
            Assert.Contains($"metatrain watch {job}", watch.Transcript, StringComparison.Ordinal);
        }

        Assert.Equal("running", (await Metatrain.JsonAsync(["describe", job, .. at])).GetProperty("state").GetString());
    }

    private static async Task EvaluateExportAndWarmStartAsync(string job, TemporaryDirectory data, string[] at)
    {
        // Long enough for a commit to be due, of a job of which nothing may be written any more.
        JsonElement evaluated = await Metatrain.JsonAsync(["evaluate", job, "--episodes", "600", "--at", "last", .. at]);
        Assert.Equal(600, evaluated.GetProperty("evaluation").GetProperty("episodes").GetInt32());

        evaluated = await Metatrain.JsonAsync(["evaluate", job, "--episodes", "30", "--at", "last", .. at]);
        Assert.Equal(30, evaluated.GetProperty("evaluation").GetProperty("episodes").GetInt32());

        string file = data.Combine("exported.safetensors");
        CliResult export = await Metatrain.RunAsync(["export", job, "--to", file, "--at", "last", .. at]);
        Assert.True(export.ExitCode == 0, export.ToString());
        SafetensorsFile exported = SafetensorsFile.Read(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
        Assert.DoesNotContain(exported.Tensors, static tensor => tensor.Name.StartsWith("state/", StringComparison.Ordinal));
        string sha256 = (await Metatrain.JsonAsync(["describe", job, .. at])).GetProperty("parametersSha256").GetString()!;
        Assert.Equal(sha256, ParameterHash.Compute(exported));

        string warm = data.Combine("warm.yaml");
        await File.WriteAllTextAsync(
            warm, TinySpecs.Glyphs("maml", iterations: 1, validateEvery: 1) + $"\ninitialize: {{ from: {job}, at: last }}\n", TestContext.Current.CancellationToken);
        string warmJob = (await Metatrain.JsonAsync(["submit", warm, .. at])).GetProperty("job").GetString()!;
        JsonElement done = await Metatrain.JsonAsync(["watch", warmJob, .. at]);
        Assert.Equal("completed", done.GetProperty("state").GetString());
        Assert.NotEqual(sha256, done.GetProperty("parametersSha256").GetString());

        // The same start from the exported file: the same bits.
        string fromFile = data.Combine("from-file.yaml");
        await File.WriteAllTextAsync(
            fromFile, TinySpecs.Glyphs("maml", iterations: 1, validateEvery: 1) + $"\ninitialize: {{ from: {file} }}\n", TestContext.Current.CancellationToken);
        string fileJob = (await Metatrain.JsonAsync(["submit", fromFile, .. at])).GetProperty("job").GetString()!;
        JsonElement same = await Metatrain.JsonAsync(["watch", fileJob, .. at]);
        Assert.Equal(done.GetProperty("parametersSha256").GetString(), same.GetProperty("parametersSha256").GetString());
    }
}
