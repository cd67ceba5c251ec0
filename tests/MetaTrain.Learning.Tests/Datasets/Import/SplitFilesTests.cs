using MetaTrain.Learning.Datasets.Import;
using MetaTrain.Learning.Episodes;
using MetaTrain.TestKit.Data;

namespace MetaTrain.Learning.Tests.Datasets.Import;

public sealed class SplitFilesTests
{
    /// <summary>The classes of <see cref="Folders"/>; as in CIFAR-FS, one is called train.</summary>
    private static readonly string[] Animals = ["ant", "bee", "cat", "train"];

    [Theory]
    [InlineData("train ant\nvalidation bee\ntest train\ntrain cat\n")]
    [InlineData("ant,train\nbee,val\ntrain,test\ncat,train")]
    [InlineData("# my split\r\n\r\nclass,split\r\nant,TRAIN\r\nbee,valid\r\ntrain,test\r\ncat,train\r\n")]
    [InlineData("split\tclass\ntrain\tant\nval\tbee\ntest\ttrain\ntrain\tcat")]
    [InlineData("\"ant\",\"train\"\n\"bee\",\"val\"\n\"train\",\"test\"\n\"cat\",\"train\"")]
    public void Read_SplitsAsTheLinesSay_WhenOneFileTellsAll(string text) => AssertSplit(Import(Folders("packed/data"), new SplitFile("my-split.txt", text)));

    [Fact]
    public void Read_SplitsAsTheFilesAreNamed_WhenEachListsClasses() => AssertSplit(
        Import(Folders("cifar100/data"), new("val.txt", "bee\n"), new("train.txt", "cat\nant\n"), new("test.txt", "train\n")));

    [Fact]
    public void Read_TakesTheClassesOfTheList_WhenTheFilesListImages()
    {
        var flat = Enumerable.Range(0, 8).Select(image => Image($"mini/images/n0{image % 4}0000{image}.png", (byte)image));
        var imported = Import(
            flat,
            new("train.csv", "filename,label\nn0000000.png,n00\nn0000004.png,n00\nn0200002.png,n02\nn0200006.png,n02\n"),
            new("val.csv", "filename,label\r\nn0100001.png,n01\r\nn0100005.png,n01\r\n"),
            new("test.csv", "filename,label\nn0300003.png,n03\nn0300007.png,n03\n"));
        Assert.Equal(["n00", "n01", "n02", "n03"], imported.Dataset.Classes.Select(c => c.Name));
        Assert.Equal([Split.Train, Split.Validation, Split.Train, Split.Test], imported.Dataset.Classes.Select(c => c.Split));
        Assert.All(imported.Dataset.Classes.Index(), c => Assert.Equal([(byte)c.Index, (byte)(c.Index + 4)], c.Item.Pixels));
    }

    [Fact]
    public void Read_FindsListedImages_InWhateverFoldersTheyAre()
    {
        var imported = Import(
            [Image("a/one/1.png", 1), Image("a/two/1.png", 2), Image("b/3.png", 3)],
            new("train.csv", "label,filename\nx,one/1.png"), new("val.csv", "label,filename\ny,two/1.png"), new("test.csv", "label,filename\nz,3.png"));
        Assert.Equal([1, 2, 3], imported.Dataset.Classes.Select(c => c.Pixels[0]));
    }

    [Fact]
    public void Read_TakesClassNamesWithSpaces_WhenTheyAreNotTheSplit()
    {
        var images = new[] { "sea otter", "test tube", "bee" }.Select(name => Image($"{name}/1.png", 0)).ToArray();
        foreach (var text in new[] { "train sea otter\nval bee\ntest test tube", "sea otter,train\nbee,val\ntest tube,test" })
        {
            // In ordinal order: bee, sea otter, test tube.
            Assert.Equal([Split.Validation, Split.Train, Split.Test], Import(images, new SplitFile("s", text)).Dataset.Classes.Select(c => c.Split));
        }
    }

    [Theory]
    [InlineData("train ant\ntrain bee\ntrain cat\ntest train", "name no class of the validation split")]
    [InlineData("train ant\nval bee\ntest train\ntrain cat\ntest cat", "have the class 'cat' in two splits, train and test")]
    [InlineData("train ant\nval bee\ntest train\ntrain cat\ntrain dog\ntrain eel", "name 2 classes that 'images.zip' does not have, the first is 'dog'")]
    [InlineData("train ant\nval bee\ntest train", "1 classes of 'images.zip' are in no split file, the first is 'cat'")]
    [InlineData("train ant\nval bee\nsometimes cat\ntest train", "has the line 'sometimes cat', which does not tell a split")]
    [InlineData("ant\nbee\ncat", "has the line 'ant', which does not tell a split")]
    [InlineData("train test\nval train\ntest val", "Every line of the split file 'split.txt' begins and ends with the name of a split")]
    [InlineData("# nothing\n\n", "names no class")]
    [InlineData("", "names no class")]
    [InlineData("filename,label\nant.png,ant", "its name does not say of which split")]
    public void Read_Refuses_WhenOneFileIsUnclear(string text, string part) => AssertRefused(part, Folders("data"), new SplitFile("split.txt", text));

    [Fact]
    public void Read_Refuses_WhenFilesContradictTheImages()
    {
        SplitFile[] lists = [new("train.csv", "filename,label\n1.png,x"), new("val.csv", "filename,label\n2.png,y"), new("test.csv", "filename,label\n3.png,z")];
        AssertRefused("list 1 images that 'images.zip' does not have, the first is '3.png'", [Image("i/1.png", 1), Image("i/2.png", 2)], lists);
        AssertRefused("The image 'i/4.png' of 'images.zip' is in no split file", [Image("i/1.png", 1), Image("i/2.png", 2), Image("i/3.png", 3), Image("i/4.png", 4)], lists);
        AssertRefused("may be 'i/1.png' or 'j/1.png'", [Image("i/1.png", 1), Image("j/1.png", 1), Image("i/2.png", 2), Image("i/3.png", 3)], lists);
        AssertRefused("are of two kinds", Folders("data"), lists[0], lists[1], new SplitFile("test.txt", "cat"));
        AssertRefused("does not fit its header", Folders("data"), new SplitFile("train.csv", "filename,label\n1.png"), lists[1], lists[2]);
        AssertRefused("give the image '1.png' to two classes, 'x' and 'w'", Folders("data"), [.. lists, new SplitFile("train.csv", "filename,label\n1.png,w")]);
    }

    [Fact]
    public void Read_Refuses_WhenTheFoldersAreSplitsAlready() => AssertRefused(
        "leave the split files out",
        [Image("train/ant/1.png", 0), Image("val/bee/1.png", 0), Image("test/cat/1.png", 0)],
        new SplitFile("split.txt", "train ant\nval bee\ntest cat"));

    [Fact]
    public void Import_Refuses_WhenOmniglotIsToBeSplitOrScaled() => Assert.Contains(
        "import it under another name",
        Assert.Throws<DatasetImportException>(() => DatasetImporter.Read(
            "omniglot", Stream.Null, "a.zip", new ImageFolderOptions { Side = 28 }, cancellationToken: TestContext.Current.CancellationToken)).Message);

    private static void AssertSplit(ImportedDataset imported)
    {
        Assert.Equal(Animals, imported.Dataset.Classes.Select(c => c.Name));
        Assert.Equal([Split.Train, Split.Validation, Split.Train, Split.Test], imported.Dataset.Classes.Select(c => c.Split));
    }

    private static void AssertRefused(string part, IEnumerable<KeyValuePair<string, byte[]>> images, params SplitFile[] files) =>
        Assert.Contains(part, Assert.Throws<DatasetImportException>(() => Import(images, files)).Message);

    private static ImportedDataset Import(IEnumerable<KeyValuePair<string, byte[]>> images, params SplitFile[] files)
    {
        using var archive = new MemoryStream(TestArchive.Pack("images.zip", images));
        return DatasetImporter.Read("mine", archive, "images.zip", new ImageFolderOptions { SplitFiles = [.. files] }, cancellationToken: TestContext.Current.CancellationToken);
    }

    private static IEnumerable<KeyValuePair<string, byte[]>> Folders(string top) => Animals.Select(name => Image($"{top}/{name}/1.png", 0));

    private static KeyValuePair<string, byte[]> Image(string path, byte grey) => KeyValuePair.Create(path, TestPng.Grey(1, 1, (_, _) => grey));
}
