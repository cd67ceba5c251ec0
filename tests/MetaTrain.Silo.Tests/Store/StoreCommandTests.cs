using MetaTrain.Silo.Store;
using MetaTrain.TestKit.Data;
using MetaTrain.TestKit.Processes;
using MetaTrain.TestKit.Stores;

namespace MetaTrain.Silo.Tests.Store;

public sealed class StoreCommandTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Store_IsRefused_WhenAnotherHasTheDirectory()
    {
        await using EmbeddedStoreServer server = await EmbeddedStoreServer.StartAsync(EmbeddedStoreFixture.Program, Cancellation);
        await using ChildProcess second = Start("--data", server.DataDirectory);

        Assert.Equal(1, await second.WaitForExitAsync(Deadline, Cancellation));

        string line = Assert.Single(second.Errors.Lines);
        Assert.Contains($"is in use by the process {server.Process.Id}", line);
        Assert.Empty(second.Output.Lines);
        await using var client = new StoreClient(server.Uri, "test");
        Assert.Equal(1, await client.Jobs.NextOrderAsync(Cancellation));
    }

    [Fact]
    public async Task Store_IsRefusedInOneSentence_WhenThePortIsTaken()
    {
        await using EmbeddedStoreServer server = await EmbeddedStoreServer.StartAsync(EmbeddedStoreFixture.Program, Cancellation);
        using var directory = new TemporaryDirectory("store");
        await using ChildProcess second = Start("--data", directory.Path, "--port", $"{server.Port}");

        Assert.Equal(1, await second.WaitForExitAsync(Deadline, Cancellation));

        Assert.Contains(second.Errors.Lines, line => line.StartsWith($"The store cannot listen on port {server.Port}", StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", second.Errors.ToString());
    }

    [Theory]
    [InlineData("--port", "70000", "(--port) 70000")]
    [InlineData("--memory", "1m", "(--memory) of 1048576 bytes")]
    public async Task Store_IsRefusedInOneSentence_WhenAnOptionCannotWork(string option, string value, string said)
    {
        using var directory = new TemporaryDirectory("store");
        await using ChildProcess process = Start("--data", directory.Path, option, value);

        Assert.Equal(1, await process.WaitForExitAsync(Deadline, Cancellation));

        Assert.Contains(said, Assert.Single(process.Errors.Lines));
    }

    [Fact]
    public async Task Store_EndsByItself_WhenItsOwnersPipeCloses()
    {
        using var directory = new TemporaryDirectory("store");
        await using ChildProcess process = Start("--data", directory.Path, "--owner-pipe");
        await process.Output.WaitForAsync(StoreCommand.ReadyPrefix, Deadline, Cancellation);

        process.Input.Close();

        Assert.Equal(0, await process.WaitForExitAsync(Deadline, Cancellation));
    }

    [Theory]
    [InlineData("4096", 4096)]
    [InlineData("64k", 65_536)]
    [InlineData("128m", 134_217_728)]
    [InlineData("2G", 2_147_483_648)]
    public void Size_IsUnderstood_WithAndWithoutAUnit(string text, long bytes)
    {
        Assert.True(StoreCommand.TryParseSize(text, out long parsed));
        Assert.Equal(bytes, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("-1m")]
    [InlineData("1.5g")]
    [InlineData("99999999999g")]
    [InlineData("0")]
    public void Size_IsRefused_WhenItIsNone(string text) => Assert.False(StoreCommand.TryParseSize(text, out _));

    private static ChildProcess Start(params string[] arguments) => ChildProcess.StartDotnet([EmbeddedStoreFixture.Program, "store", .. arguments]);
}
