using System.Text.Json;
using MetaTrain.TestKit.Data;
using MetaTrain.TestKit.Processes;

namespace MetaTrain.EndToEnd.Tests.Cluster;

/// <summary>Ctrl-C at a cluster that is getting up, and at a job that trains: nothing stays behind, and what is left can be gone on with or ended.</summary>
public sealed class InterruptedTrainTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task AnInterruptedJob_IsRefusedAResumeElsewhere_AndCanBeCancelled()
    {
        using TemporaryDirectory data = new("interrupted");
        string spec = data.Combine("long.yaml");
        await File.WriteAllTextAsync(spec, TinySpecs.Glyphs("maml", iterations: 100_000, validateEvery: 100_000), TestContext.Current.CancellationToken);
        await using (ChildProcess train = Metatrain.Start(["train", spec, "--data", data.Path]))
        {
            await train.Errors.WaitForAsync("iteration", Patience, TestContext.Current.CancellationToken);
            train.Send(UnixSignal.Interrupt);
            Assert.Equal(130, await train.WaitForExitAsync(Patience, TestContext.Current.CancellationToken));
        }

        await InterruptAsync(["up", "--data", data.Path], "Starting a local cluster");
        await using TestCluster cluster = await TestCluster.StartAsync(data.Path, silos: 1, workers: 1);
        string[] at = ["--cluster", data.Path];
        JsonElement listed = Assert.Single((await Metatrain.JsonAsync(["list", .. at])).GetProperty("jobs").EnumerateArray());
        string job = listed.GetProperty("job").GetString()!;
        Assert.Equal("paused", listed.GetProperty("state").GetString());

        CliResult resumed = await Metatrain.RunAsync(["resume", job, .. at]);
        JsonElement cancelled = await Metatrain.JsonAsync(["cancel", job, .. at]);
        JsonElement described = await Metatrain.JsonAsync(["describe", job, .. at]);

        Assert.Equal(2, resumed.ExitCode);
        Assert.Contains($"'metatrain train --resume {job}'", resumed.Errors, StringComparison.Ordinal);
        Assert.Equal("cancelled", cancelled.GetProperty("state").GetString());
        Assert.Equal("cancelled", described.GetProperty("state").GetString());
        Assert.Equal(listed.GetProperty("iteration").GetInt64(), described.GetProperty("iteration").GetInt64());
        Assert.Equal(2, (await Metatrain.RunAsync(["resume", job, .. at])).ExitCode);
    }

    private static async Task InterruptAsync(string[] command, string when)
    {
        await using ChildProcess process = Metatrain.Start(command);
        await process.Errors.WaitForAsync(when, Patience, TestContext.Current.CancellationToken);
        process.Send(UnixSignal.Interrupt);
        Assert.Equal(130, await process.WaitForExitAsync(Patience, TestContext.Current.CancellationToken));
    }
}
