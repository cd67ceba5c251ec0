using System.Text.Json;
using MetaTrain.TestKit.Data;

namespace MetaTrain.EndToEnd.Tests.Cluster;

/// <summary>The README's first command.</summary>
public sealed class BuiltInExampleTests
{
    [Fact]
    public async Task Train_ReachesNinetyPercentOnUnseenClasses_WherePixelsAloneStayUnderSeventyFive()
    {
        using TemporaryDirectory data = new("example");

        JsonElement result = await Metatrain.JsonAsync(["train", "--data", data.Path], TimeSpan.FromMinutes(10));

        Assert.Equal("completed", result.GetProperty("state").GetString());
        JsonElement evaluation = result.GetProperty("evaluation");
        Assert.Equal(600, evaluation.GetProperty("episodes").GetInt32());
        Assert.Equal("test", evaluation.GetProperty("split").GetString());
        Assert.True(evaluation.GetProperty("accuracy").GetDouble() >= 0.90, result.ToString());
        Assert.True(evaluation.GetProperty("ci95").GetDouble() is > 0 and < 0.02, result.ToString());
        Assert.InRange(result.GetProperty("baseline").GetProperty("accuracy").GetDouble(), 0.3, 0.75);
        Assert.Equal(64, result.GetProperty("parametersSha256").GetString()!.Length);
        Assert.Equal(2, result.GetProperty("workers").GetArrayLength());
    }
}
