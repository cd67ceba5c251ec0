using System.Formats.Tar;
using System.IO.Compression;
using MetaTrain.Abstractions.Datasets;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Client.Datasets;
using MetaTrain.Client.Tests.Fakes;

namespace MetaTrain.Client.Tests.Datasets;

public sealed class DatasetUploadTests : IAsyncDisposable
{
    private readonly FakeCluster _cluster = new();
    private readonly TemporaryFolder _folder = new();

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Import_SendsTheFileInPieces_WhenAnswersAreLost()
    {
        byte[] content = [.. Enumerable.Range(0, (2 * DatasetUpload.PieceBytes) + 17).Select(index => (byte)(index * 31))];
        await File.WriteAllBytesAsync(_folder.File("set.zip"), content, TestContext.Current.CancellationToken);
        _cluster.Import.FailuresToCome = 2;
        int polls = 0;
        _cluster.Import.Read = _ => new DatasetImportStatus(++polls, polls < 3 ? null : Manifest("set"), null);

        DatasetManifest manifest = await ImportAsync("set", _folder.File("set.zip"));

        Assert.Equal("set", manifest.Name);
        DatasetImportRequest begun = _cluster.Import.Begun!;
        Assert.Equal(("set", "set.zip", content.Length), (begun.Name, begun.FileName, begun.Length));
        Assert.Empty(begun.SplitFiles);
        Assert.Equal(new DatasetImportRequest("set", "set.zip", content.Length), begun with { SplitFiles = [] });
        Assert.Equal(content, _cluster.Import.Content);
        Assert.Equal([DatasetUpload.PieceBytes, DatasetUpload.PieceBytes, 17], _cluster.Import.PieceLengths);
        Assert.True(_cluster.Import.Completed);
    }

    [Fact]
    public async Task Import_SendsSplitFilesAndShape_WhenTheyAreTold()
    {
        await File.WriteAllTextAsync(_folder.File("set.zip"), "zip", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_folder.File("val.txt"), "bee", TestContext.Current.CancellationToken);
        _cluster.Import.Read = _ => new DatasetImportStatus(1, Manifest("set"), null);

        await ImportAsync("set", _folder.File("set.zip"), new ImportOptions { SplitFiles = [_folder.File("val.txt")], Descriptions = _folder.File("val.txt"), Size = 32, Channels = 3 });

        DatasetImportRequest begun = _cluster.Import.Begun!;
        Assert.Equal([new DatasetTextFile("val.txt", "bee")], begun.SplitFiles);
        Assert.Equal(new DatasetTextFile("val.txt", "bee"), begun.Descriptions);
        Assert.Equal((32, 3), (begun.Side, begun.Channels));
    }

    [Fact]
    public async Task Import_SaysWhichSplitFileIsMissing()
    {
        await File.WriteAllTextAsync(_folder.File("set.zip"), "zip", TestContext.Current.CancellationToken);
        MetaTrainException failure = await Assert.ThrowsAsync<MetaTrainException>(
            () => ImportAsync("set", _folder.File("set.zip"), new ImportOptions { SplitFiles = [_folder.File("absent.txt")] }));
        Assert.Equal(FailureKind.Refused, failure.Kind);
        Assert.Contains("absent.txt' cannot be read", failure.Message);
        Assert.Equal(0, _cluster.Import.Begins);
    }

    [Fact]
    public async Task Import_PacksAFolder()
    {
        Directory.CreateDirectory(_folder.File("glyphs/alpha"));
        await File.WriteAllTextAsync(_folder.File("glyphs/alpha/1.png"), "one", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_folder.File("glyphs/readme.txt"), "read", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_folder.File("elsewhere.png"), "two", TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(_folder.File("glyphs/alpha/2.png"), _folder.File("elsewhere.png"));
        List<(string, string)> entries = [];
        _cluster.Import.Read = content =>
        {
            using var tar = new TarReader(new GZipStream(new MemoryStream(content), CompressionMode.Decompress));
            while (tar.GetNextEntry() is { } entry)
            {
                entries.Add((entry.Name, new StreamReader(entry.DataStream!).ReadToEnd()));
            }

            return new DatasetImportStatus(1, Manifest("g"), null);
        };

        await ImportAsync("g", _folder.File("glyphs"));

        Assert.Equal([("alpha/1.png", "one"), ("alpha/2.png", "two"), ("readme.txt", "read")], entries);
        Assert.Equal("glyphs.tar.gz", _cluster.Import.Begun!.FileName);
    }

    [Fact]
    public async Task Import_NamesTheFileOfAFolder_ThatCannotBeRead()
    {
        Directory.CreateDirectory(_folder.File("glyphs"));
        File.CreateSymbolicLink(_folder.File("glyphs/1.png"), _folder.File("absent.png"));
        MetaTrainException failure = await FailAsync(_folder.File("glyphs"));
        Assert.Equal(FailureKind.Refused, failure.Kind);
        Assert.Contains("glyphs/1.png'", failure.Message);
        Assert.Contains("could not be packed", failure.Message);
        Assert.Equal(0, _cluster.Import.Begins);
    }

    [Fact]
    public async Task Import_ThrowsTheClustersReason_WhenTheArchiveIsRefused()
    {
        await File.WriteAllTextAsync(_folder.File("set.zip"), "no zip", TestContext.Current.CancellationToken);
        _cluster.Import.Read = _ => new DatasetImportStatus(0, null, "'set.zip' is not a zip archive: it is cut off or damaged.");
        MetaTrainException failure = await FailAsync(_folder.File("set.zip"));
        Assert.Equal((FailureKind.Refused, "'set.zip' is not a zip archive: it is cut off or damaged."), (failure.Kind, failure.Message));
    }

    [Fact]
    public async Task Import_TellsAStoreThatIsAwayFromARefusal()
    {
        await File.WriteAllTextAsync(_folder.File("set.zip"), "zip", TestContext.Current.CancellationToken);
        _cluster.Import.Read = _ => new DatasetImportStatus(0, null, "The store is away.", IsOutage: true);
        Assert.Equal(FailureKind.Unreachable, (await FailAsync(_folder.File("set.zip"))).Kind);
    }

    [Fact]
    public async Task Import_EndsAtOnce_WhenTheSiloCannotKeepTheArchive()
    {
        await File.WriteAllTextAsync(_folder.File("set.zip"), "zip", TestContext.Current.CancellationToken);
        _cluster.Import.Refusal = new InvalidDataException("The silo has no room.");
        MetaTrainException failure = await FailAsync(_folder.File("set.zip"));
        Assert.Equal((FailureKind.Refused, "The silo has no room.", 1), (failure.Kind, failure.Message, _cluster.Import.Begins));
    }

    [Fact]
    public async Task Import_BeginsAgain_WhenTheSiloThatHadItIsGone()
    {
        await File.WriteAllTextAsync(_folder.File("set.zip"), "content", TestContext.Current.CancellationToken);
        _cluster.Import.Read = _ => new DatasetImportStatus(1, Manifest("set"), null);
        _cluster.Import.ForgetTimes = 2;
        Assert.Equal("set", (await ImportAsync("set", _folder.File("set.zip"))).Name);
        Assert.Equal(3, _cluster.Import.Begins);

        _cluster.Import.ForgetTimes = 3;
        Assert.Equal(FailureKind.Failed, (await FailAsync(_folder.File("set.zip"))).Kind);
    }

    [Fact]
    public async Task Import_SaysWhatIsWrong_WhenThereIsNothingToSend()
    {
        Assert.Contains("is neither a folder, nor a file", (await FailAsync(_folder.File("absent"))).Message);
        await File.WriteAllTextAsync(_folder.File("set.rar"), "", TestContext.Current.CancellationToken);
        Assert.Contains("is not an archive that can be imported", (await FailAsync(_folder.File("set.rar"))).Message);
        Directory.CreateDirectory(_folder.File("empty"));
        Assert.Contains("holds no files", (await FailAsync(_folder.File("empty"))).Message);
        Assert.Contains("could not be downloaded", (await FailAsync("http://127.0.0.1:1/set.zip")).Message);
    }

    private static DatasetManifest Manifest(string name) => new()
    {
        Name = name,
        ContentSha256 = new string('b', 64),
        ExampleShape = [1, 28, 28],
        Classes = [new DatasetClass("a", "train", 20, new string('c', 64))],
    };

    private Task<DatasetManifest> ImportAsync(string name, string source, ImportOptions? options = null) =>
        _cluster.RunAsync(_cluster.Client().ImportAsync(name, source, options, cancellationToken: TestContext.Current.CancellationToken));

    private Task<MetaTrainException> FailAsync(string source) => Assert.ThrowsAsync<MetaTrainException>(() => ImportAsync("x", source));
}
