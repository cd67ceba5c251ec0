using System.Text.Json;
using MetaTrain.TestKit.Data;
using MetaTrain.TestKit.Processes;

namespace MetaTrain.EndToEnd.Tests.Cluster;

/// <summary>A store that stops answering for longer than any call waits costs time and nothing else.</summary>
public sealed class FrozenStoreTests
{
    [Fact]
    public async Task Train_GoesOn_WhenTheStoreIsFrozenForTwelveSeconds()
    {
        Assert.SkipUnless(RedisServerProcess.IsAvailable, RedisServerProcess.SkipReason);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await using RedisServerProcess redis = await RedisServerProcess.StartAsync(cancellation);
        using TemporaryDirectory data = new("frozen");
        string spec = data.Combine("long.yaml");
        await File.WriteAllTextAsync(spec, TinySpecs.Glyphs("maml", iterations: 400, validateEvery: 50), cancellation);
        await using ChildProcess train = Metatrain.Start(
            ["train", spec, "--workers", "2", "--store", redis.Uri, "--data", data.Path, "--json"],
            new Dictionary<string, string?> { ["METATRAIN_FAULT_MAX_DELAY_MS"] = "50" });
        await train.Errors.WaitForAsync(static line => line.Contains("Version 50", StringComparison.Ordinal), "a validation", TimeSpan.FromMinutes(1), cancellation);

        redis.Freeze();
        await Task.Delay(TimeSpan.FromSeconds(12), cancellation);
        redis.Thaw();
        int code = await train.WaitForExitAsync(TimeSpan.FromMinutes(3), cancellation);

        Assert.True(code == 0, train.Transcript);
        using JsonDocument result = JsonDocument.Parse(train.Output.ToString());
        Assert.Equal("completed", result.RootElement.GetProperty("state").GetString());
        Assert.Equal(400, result.RootElement.GetProperty("committedIteration").GetInt64());
        Assert.True(train.Errors.ToString().Contains("The store is back", StringComparison.Ordinal), train.Transcript);
    }
}
