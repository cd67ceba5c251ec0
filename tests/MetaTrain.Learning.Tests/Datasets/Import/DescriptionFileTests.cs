using MetaTrain.Learning.Datasets.Import;
using MetaTrain.TestKit.Data;

namespace MetaTrain.Learning.Tests.Datasets.Import;

public sealed class DescriptionFileTests
{
    [Theory]
    [InlineData("ant,1,-0.5\nsea otter,2e-1,0\n")]
    [InlineData("# attributes\r\n\r\nclass,legs,fur\r\nant, 1, -0.5\r\n\"sea otter\",0.2,0\r\n")]
    [InlineData("ant\t1\t-0.5\nsea otter\t.2\t0")]
    [InlineData("Name,1,2\nant,1,-0.5\nsea otter,0.2,0")]
    public void Read_GivesEachClassItsValues(string text)
    {
        var described = new DescriptionFile("told.csv", text).Read();

        Assert.Equal(["ant", "sea otter"], described.Select(each => each.Class));
        Assert.Equal([1, -0.5f], described[0].Values);
        Assert.Equal([0.2f, 0], described[1].Values);
    }

    [Theory]
    [InlineData("", "describes no class")]
    [InlineData("# nothing\n", "describes no class")]
    [InlineData("ant", "has the line 'ant': write the name of a class and 1 to 4096 values")]
    [InlineData("ant,1\n,2", "has the line ',2'")]
    [InlineData("ant,O.5\nbee,1", "has 'O.5' among the values of the class 'ant'")]
    [InlineData("ant,,1\nbee,1,2", "has '' among the values of the class 'ant'")]
    [InlineData("ant,1\nbee,two", "has 'two' among the values of the class 'bee'")]
    [InlineData("ant,1\nbee,NaN", "has 'NaN' among the values of the class 'bee'")]
    [InlineData("ant,1\nbee,1,2", "has 2 values for the class 'bee' and 1 for 'ant'")]
    [InlineData("ant,1\nbee,2\nant,3", "describes the class 'ant' twice")]
    public void Read_SaysInOneSentence_WhatIsWrong(string text, string part)
    {
        var exception = Assert.Throws<DatasetImportException>(() => new DescriptionFile("told.csv", text).Read());

        Assert.StartsWith("The description file 'told.csv' ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(part, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_RefusesMoreValuesThanOneMessageCarries() => Assert.Contains(
        "300 classes of 4,000 values: describe them by at most 1,048,576 values in all",
        Assert.Throws<DatasetImportException>(() => new DescriptionFile("told.csv", string.Join('\n', Enumerable.Range(0, 300).Select(number => $"c{number}" + string.Concat(Enumerable.Repeat(",1", 4000))))).Read()).Message);

    [Fact]
    public void Import_TellsEachClass_WhatItsLineSays()
    {
        var dataset = Import("cat,3,4\nant,1,2\nbee,5,6\nlion,7,8").Dataset;

        Assert.Equal(2, dataset.Descriptions);
        Assert.Equal(["ant 1 2", "bee 5 6", "cat 3 4"], dataset.Classes.Select(c => $"{c.Name} {string.Join(' ', c.Description)}"));
        Assert.Equal(0, Import(null).Dataset.Descriptions);
    }

    [Fact]
    public void Import_NamesTheClass_ThatIsNotDescribed() => Assert.Equal(
        "The description file 'told.csv' does not describe the class 'cat': add a line for it; a class is called as its folder.",
        Assert.Throws<DatasetImportException>(() => Import("ant,1\nbee,2")).Message);

    private static ImportedDataset Import(string? descriptions)
    {
        var images = new[] { "train/ant", "val/bee", "test/cat" }.Select(name => KeyValuePair.Create($"{name}/1.png", TestPng.Grey(2, 2, (_, _) => 7)));
        using var archive = new MemoryStream(TestArchive.Pack("animals.zip", images));
        var options = new ImageFolderOptions { Descriptions = descriptions is null ? null : new DescriptionFile("told.csv", descriptions) };
        return DatasetImporter.Read("animals", archive, "animals.zip", options, cancellationToken: TestContext.Current.CancellationToken);
    }
}
