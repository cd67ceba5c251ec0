using System.Collections.Immutable;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Client.Files;
using MetaTrain.Client.Tests.Fakes;

namespace MetaTrain.Client.Tests.Files;

public sealed class RetrievalFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public RetrievalFilesTests()
    {
        Write("among/b/2.png", 2);
        Write("among/b/1.JPG", 3);
        Write("among/b/notes.txt", 1);
        Write("among/b/.hidden.png", 1);
        Write("among/a/1.bmp", 4);
        Write("among/top.png", 1);
        Write("queries/z.png", 5);
        Write("queries/y.gif", 6);
        Write("queries/inner/x.png", 7);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Read_TakesEachFoldersImages_InOrder()
    {
        var (classes, descriptions, queries) = await ReadAsync();

        Assert.Null(descriptions);
        Assert.Equal(["a", "b"], classes.Select(each => each.Name));
        Assert.Equal(["1.JPG", "2.png"], classes[1].Images.Select(image => Path.GetFileName(image.Name)));
        Assert.Equal([3, 2], classes[1].Images.Select(image => image.Content.Length));
        Assert.Equal([_folder.File("queries/y.gif"), _folder.File("queries/z.png")], queries.Select(image => image.Name));

        Assert.Equal([5], (await ReadAsync(queries: "queries/z.png")).Queries.Select(image => image.Content.Length));
    }

    [Fact]
    public async Task Read_TakesAFileOfDescriptions_InPlaceOfAFolder()
    {
        await File.WriteAllTextAsync(_folder.File("told.csv"), "a,1\nb,2", TestContext.Current.CancellationToken);

        var (classes, descriptions, queries) = await ReadAsync("told.csv");

        Write("classes.zip", 3);
        Assert.Contains("classes.zip' is no text file", (await FailAsync("classes.zip")).Message);
        Assert.Empty(classes);
        Assert.Equal(new DatasetTextFile("told.csv", "a,1\nb,2"), descriptions);
        Assert.Equal(2, queries.Length);
    }

    [Theory]
    [InlineData("nowhere", "queries", "There is no folder or file")]
    [InlineData("queries", "queries", "has 1 sub-folder, and there is nothing to choose between: lay out at least 2 classes")]
    [InlineData("empty", "queries", "has 0 sub-folders")]
    [InlineData("among", "nowhere", "There is no file or folder")]
    [InlineData("among", "empty", "has no images (PNG, JPEG, BMP or GIF) directly in it")]
    public async Task Read_RefusesInOneSentence_WhatIsNotThere(string among, string queries, string sentence)
    {
        Directory.CreateDirectory(_folder.File("empty"));
        Assert.Contains(sentence, (await FailAsync(among, queries)).Message);
    }

    [Fact]
    public async Task Read_RefusesAClassWithoutImages()
    {
        Write("among/c/readme.md", 1);
        Assert.Contains($"'{_folder.File("among/c")}' has no images", (await FailAsync()).Message);
    }

    [Fact]
    public async Task Read_RefusesMoreThanARequestCarries()
    {
        Write("among/a/large.png", (int)RetrievalRequest.MostBytes);
        Assert.StartsWith("The files have 32 MiB together, and a request carries less than 32: give fewer images", (await FailAsync()).Message);
    }

    private async Task<MetaTrainException> FailAsync(string among = "among", string queries = "queries")
    {
        MetaTrainException failure = await Assert.ThrowsAsync<MetaTrainException>(() => ReadAsync(among, queries));
        Assert.Equal(FailureKind.Refused, failure.Kind);
        return failure;
    }

    private Task<(ImmutableArray<RetrievalClass> Classes, DatasetTextFile? Descriptions, ImmutableArray<RetrievalImage> Queries)> ReadAsync(
        string among = "among", string queries = "queries") =>
        RetrievalFiles.ReadAsync(_folder.File(among), _folder.File(queries), TestContext.Current.CancellationToken);

    private void Write(string name, int length)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(name))!);
        File.WriteAllBytes(_folder.File(name), new byte[length]);
    }
}
