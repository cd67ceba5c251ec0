using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using MetaTrain.Learning.Datasets.Import;
using MetaTrain.Learning.Episodes;
using MetaTrain.TestKit.Data;

namespace MetaTrain.Learning.Tests.Datasets.Import;

public sealed class ImageFolderImporterTests
{
    [Fact]
    public void Read_KeepsSizeAndGrey_WhenAllImagesAgree()
    {
        var imported = Read(Classes(10, (c, i) => TestPng.Grey(20, 16, (_, _) => (byte)((10 * c) + i))));
        Assert.Equal([1, 16, 20], imported.Dataset.ExampleShape);
        Assert.All(imported.Dataset.Classes.Index(), c => Assert.Equal((byte)((10 * c.Index) + 2), c.Item.Pixels[2 * 320]));
    }

    [Fact]
    public void Read_BringsAllToOneSize_WhenTheyDiffer()
    {
        var imported = Read(Classes(5, (c, i) => TestPng.Colour(90 + i, 100, (_, _) => (1, 2, 3))));
        Assert.Equal([3, ImageFolderImporter.DefaultSide, ImageFolderImporter.DefaultSide], imported.Dataset.ExampleShape);
        Assert.Equal([1, 2, 3], imported.Dataset.Classes[0].Pixels[..imported.Dataset.ExampleLength].Distinct());
    }

    [Theory]
    [InlineData(8, null, new[] { 3, 8, 8 })]
    [InlineData(8, 1, new[] { 1, 8, 8 })]
    [InlineData(8, 3, new[] { 3, 8, 8 })]
    [InlineData(40, 3, new[] { 3, 40, 40 })]
    [InlineData(null, 1, new[] { 1, 16, 20 })]
    public void Read_BringsAllToTheShapeThatIsTold(int? side, int? channels, int[] shape)
    {
        var imported = Read(Classes(5, (_, _) => TestPng.Colour(20, 16, (_, _) => (9, 9, 9))), new ImageFolderOptions { Side = side, Channels = channels });
        Assert.Equal(shape, imported.Dataset.ExampleShape);
        Assert.All(imported.Dataset.Classes, c => Assert.Equal(Enumerable.Repeat((byte)9, 3 * imported.Dataset.ExampleLength), c.Pixels));
    }

    [Fact]
    public void Read_GivesTheSame_WhetherTheShapeIsToldOrFound()
    {
        var files = Classes(5, (c, i) => TestPng.Colour(30 + c, 20 + i, (x, y) => ((byte)(x * y), (byte)(x + c), (byte)(y * i))));
        Assert.Equal(Read(files).ClassSha256, Read(files, new ImageFolderOptions { Side = ImageFolderImporter.DefaultSide, Channels = 3 }).ClassSha256);
    }

    [Fact]
    public void Read_Refuses_WhenTheShapeCannotBe()
    {
        AssertRefused([Image("cat/1.png")], "The size 0 was asked for: give 1 to 512", new ImageFolderOptions { Side = 0 });
        AssertRefused([Image("cat/1.png")], "The size 513 was asked for", new ImageFolderOptions { Side = 513 });
        AssertRefused([Image("cat/1.png")], "2 channels were asked for: give 1 for grey or 3", new ImageFolderOptions { Channels = 2 });
    }

    [Fact]
    public void Read_SplitsByAFixedProcedure_WhenThereAreNoSplitFolders()
    {
        var files = Classes(100, (_, i) => TestPng.Grey(4, 4, (_, _) => (byte)i));
        var imported = Read(files);
        Assert.Equal((64, 16, 20), Counts(imported));
        Assert.Equal(imported.Dataset.Classes.Select(c => c.Split), Read(files.Reverse()).Dataset.Classes.Select(c => c.Split));
    }

    [Fact]
    public void Read_TakesTheSplitFolders_WhenThereAreAny()
    {
        var files = Classes(9, (_, _) => TestPng.Grey(4, 4, (_, _) => 0))
            .Select((file, index) => KeyValuePair.Create($"packed/{new[] { "train", "val", "test" }[index / 3 % 3]}/{file.Key}", file.Value));
        var imported = Read(files);
        Assert.Equal((3, 3, 3), Counts(imported));
        Assert.Equal("class0", imported.Dataset.Classes[0].Name);
    }

    [Theory]
    [InlineData("training", "dev", "testing")]
    [InlineData("Train", "Valid", "Test")]
    [InlineData("train", "validation", "test")]
    public void Read_KnowsTheWordsForSplits(string train, string validation, string test) => Assert.Equal(
        [Split.Train, Split.Validation, Split.Test],
        Read([Image($"{train}/ant/1.png"), Image($"{validation}/bee/1.png"), Image($"{test}/cat/1.png")]).Dataset.Classes.Select(c => c.Split));

    [Theory]
    [InlineData("extra", "train/ant/1.png", "test/bee/1.png", "extra/cat/1.png")]
    [InlineData("eval", "packed/train/ant/1.png", "packed/eval/bee/1.png", "packed/test/cat/1.png")]
    [InlineData("ant", "ant/1.png", "bee/1.png", "test/cat/1.png")]
    [InlineData("Greek", "Greek/alpha/1.png", "Latin/a/1.png", "Test/b/1.png")]
    public void Read_Refuses_WhenSomeOuterFoldersAreSplitsAndOthersNot(string other, params string[] paths) => AssertRefused(
        paths.Select(Image), $"'images.zip' has the folder '{other}', which names no split, beside '");

    [Fact]
    public void Read_Refuses_WhenASplitHasImagesBesideItsClasses()
    {
        AssertRefused([Image("train/ant/1.png"), Image("val/bee/1.png"), Image("test/1.png")], "'test/1.png' is in no class's folder");
        AssertRefused([Image("1.png"), Image("train/ant/1.png"), Image("test/bee/1.png")], "'1.png' is in no class's folder");
    }

    [Theory]
    [InlineData("", "train")]
    [InlineData("packed/", "test")]
    [InlineData("test/", "val")]
    [InlineData("test/", "eel/young")]
    public void Read_TakesFoldersForClasses_WhereNoneOfThemHoldsTheClassesOfASplit(string packedIn, string name)
    {
        string[] classes = ["ant", "bee", "cat", "dog", name];

        var imported = Read(classes.Select(each => Image($"{packedIn}{each}/1.png")));

        Assert.Equal(classes.Order(StringComparer.Ordinal), imported.Dataset.Classes.Select(c => c.Name));
        Assert.Equal((3, 1, 1), Counts(imported));
    }

    [Fact]
    public void Read_TakesASplitFile_WhereFoldersAreCalledAsSplitsAndAreNone()
    {
        var file = new SplitFile("split.txt", "train Greek/alpha\nval Latin/a\ntest Test/b");

        var imported = Read([Image("Greek/alpha/1.png"), Image("Latin/a/1.png"), Image("Test/b/1.png")], new ImageFolderOptions { SplitFiles = [file] });

        Assert.Equal([Split.Train, Split.Validation, Split.Test], imported.Dataset.Classes.Select(c => c.Split));
    }

    [Fact]
    public void Read_Refuses_WhenAClassIsInTwoSplits() => AssertRefused(
        [Image("train/cat/1.png"), Image("test/cat/2.png")], "'cat' is in two splits");

    [Fact]
    public void Read_Refuses_WhenImagesAreInNoClass() => AssertRefused([Image("1.png"), Image("cat/1.png")], "'1.png' is in no class's folder");

    [Fact]
    public void Read_Refuses_WhenThereAreTooFewClasses() => AssertRefused([Image("a/cat/1.png"), Image("a/dog/1.png")], "has 2 classes of images");

    [Fact]
    public void Read_Refuses_WhenThereAreNoImages() => AssertRefused([KeyValuePair.Create("a/readme.txt", new byte[1])], "has no images in it");

    [Fact]
    public void Read_PassesOverFilesBesideTheImages_WhenThereAreAny()
    {
        var files = Classes(5, (_, _) => TestPng.Grey(4, 4, (_, _) => 0));
        string[] beside = ["class0/.thumb.png", "__MACOSX/class0/1.png", "class0/.ipynb_checkpoints/0-checkpoint.png", "class0/@eaDir/0.png", ".thumbnails/0.png", "notes 12:30.txt"];
        Assert.Equal(Read(files).ClassSha256, Read([.. files, .. beside.Select(path => KeyValuePair.Create(path, new byte[3]))]).ClassSha256);
    }

    [Fact]
    public void Read_NamesAnImage_OfAKindThatCannotBeRead() => AssertRefused(
        [.. Classes(5, (_, _) => TestPng.Grey(4, 4, (_, _) => 0)), KeyValuePair.Create("class0/9.webp", new byte[3])],
        "'class0/9.webp' is an image of a kind that cannot be read: convert it to PNG, or leave it out.");

    [Fact]
    public void Read_Refuses_WhenNamesOfAZipAreNotUtf8()
    {
        using var content = new MemoryStream();
        using (var zip = new ZipArchive(content, ZipArchiveMode.Create, leaveOpen: true, Encoding.Latin1))
        {
            using var entry = zip.CreateEntry("\u00E9t\u00E9/1.png").Open();
            entry.Write(TestPng.Grey(4, 4, (_, _) => 0));
        }

        // As other programs leave it: without the mark that names are UTF-8.
        content.Position = 0;
        var refusal = Assert.Throws<DatasetImportException>(() => DatasetImporter.Read("mine", content, "images.zip", cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("whose name is not in UTF-8: pack it again", refusal.Message);
    }

    [Fact]
    public void ReadFolder_GivesTheSame_AsTheArchive()
    {
        var files = Classes(5, (c, i) => TestPng.Grey(4, 4, (_, _) => (byte)(c + i)));
        using var folder = new TemporaryDirectory("images");
        TestArchive.Unpack(folder.Path, files);
        Assert.Equal(Read(files).ClassSha256, DatasetImporter.ReadFolder("mine", folder.Path, cancellationToken: TestContext.Current.CancellationToken).ClassSha256);
    }

    [Fact]
    public void ReadFolder_ReadsWhatLinksLeadTo()
    {
        var files = Classes(5, (c, i) => TestPng.Grey(4, 4, (_, _) => (byte)(c + i)));
        using var folder = new TemporaryDirectory("images");
        using var linked = new TemporaryDirectory("linked");
        TestArchive.Unpack(folder.Path, files);
        Directory.CreateDirectory(Path.Combine(linked.Path, "class0"));
        foreach (var image in Directory.EnumerateFiles(Path.Combine(folder.Path, "class0")))
        {
            File.CreateSymbolicLink(Path.Combine(linked.Path, "class0", Path.GetFileName(image)), image);
        }

        foreach (var name in Enumerable.Range(1, 4).Select(c => $"class{c}"))
        {
            Directory.CreateSymbolicLink(Path.Combine(linked.Path, name), Path.Combine(folder.Path, name));
        }

        Assert.Equal(Read(files).ClassSha256, DatasetImporter.ReadFolder("mine", linked.Path, cancellationToken: TestContext.Current.CancellationToken).ClassSha256);

        File.Delete(Path.Combine(folder.Path, "class0", "1.png"));
        var refusal = Assert.Throws<DatasetImportException>(
            () => DatasetImporter.ReadFolder("mine", linked.Path, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("class0/1.png", refusal.Message);
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    public void Read_Refuses_WhenAnImageOfTheArchiveIsALink(TarEntryType kind)
    {
        using var archive = new MemoryStream(TestArchive.Tar(Classes(5, (_, _) => TestPng.Grey(4, 4, (_, _) => 0)), "class0/3.png", kind));
        var refusal = Assert.Throws<DatasetImportException>(
            () => DatasetImporter.Read("mine", archive, "images.tar", cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("'class0/3.png' as a link to '/etc/passwd'", refusal.Message);
    }

    [Fact]
    public void ReadFolder_SaysSo_WhenThereIsNone() => Assert.Contains(
        "is not a folder that can be read",
        Assert.Throws<DatasetImportException>(() => ImageFolderImporter.ReadFolder("mine", "/nowhere/at/all", cancellationToken: TestContext.Current.CancellationToken)).Message);

    [Fact]
    public void Import_Refuses_WhenTheNameIsABuiltInSources() => Assert.Contains(
        "choose another name",
        Assert.Throws<DatasetImportException>(() => DatasetImporter.Read("glyphs", Stream.Null, "a.zip", cancellationToken: TestContext.Current.CancellationToken)).Message);

    private static void AssertRefused(IEnumerable<KeyValuePair<string, byte[]>> files, string part, ImageFolderOptions? options = null) =>
        Assert.Contains(part, Assert.Throws<DatasetImportException>(() => Read(files, options)).Message);

    private static ImportedDataset Read(IEnumerable<KeyValuePair<string, byte[]>> files, ImageFolderOptions? options = null)
    {
        using var archive = new MemoryStream(TestArchive.Pack("images.zip", files));
        return DatasetImporter.Read("mine", archive, "images.zip", options, cancellationToken: TestContext.Current.CancellationToken);
    }

    private static KeyValuePair<string, byte[]>[] Classes(int count, Func<int, int, byte[]> image) =>
        [.. Enumerable.Range(0, count).SelectMany(c => Enumerable.Range(0, 3).Select(i => KeyValuePair.Create($"class{c}/{i}.png", image(c, i))))];

    private static KeyValuePair<string, byte[]> Image(string path) => KeyValuePair.Create(path, TestPng.Grey(4, 4, (_, _) => 0));

    private static (int, int, int) Counts(ImportedDataset imported) =>
        (Count(imported, Split.Train), Count(imported, Split.Validation), Count(imported, Split.Test));

    private static int Count(ImportedDataset imported, Split split) => imported.Dataset.Classes.Count(c => c.Split == split);
}
