using MetaTrain.Client.Files;
using MetaTrain.Client.Tests.Fakes;

namespace MetaTrain.Client.Tests.Files;

public sealed class WholeFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Write_ReplacesTheFile_AndMakesItsFolder()
    {
        string path = _folder.File("new/file.svg");
        await WholeFile.WriteAsync(path, "first"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.Equal(path, await WholeFile.WriteAsync(path, "2nd"u8.ToArray(), TestContext.Current.CancellationToken));
        Assert.Equal("2nd", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        Assert.Single(Directory.EnumerateFiles(_folder.File("new")));
    }

    [Fact]
    public async Task Write_RefusesAPathThatCannotBe()
    {
        await File.WriteAllTextAsync(_folder.File("file"), "here", TestContext.Current.CancellationToken);
        MetaTrainException failure = await Assert.ThrowsAsync<MetaTrainException>(
            () => WholeFile.WriteAsync(_folder.File("file/below.svg"), new byte[1], TestContext.Current.CancellationToken));
        Assert.Equal(FailureKind.Refused, failure.Kind);
        Assert.EndsWith("name another file with --to.", failure.Message);
    }
}
