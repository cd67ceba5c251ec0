using MetaTrain.Learning.Datasets.Images;
using MetaTrain.Learning.Datasets.Import;
using MetaTrain.Learning.Episodes;
using MetaTrain.TestKit.Data;

namespace MetaTrain.Learning.Tests.Datasets.Import;

/// <summary>The real Omniglot.</summary>
public sealed class OmniglotArchiveTests
{
    [Fact]
    public void Read_GivesAllCharactersOfAllSplits_WhenTheArchiveIsTheRealOne()
    {
        Assert.SkipUnless(SharedData.IsAvailable, SharedData.SkipReason);
        using var archive = File.OpenRead(SharedData.Omniglot);

        var imported = OmniglotImporter.Read(archive, Path.GetFileName(SharedData.Omniglot), cancellationToken: TestContext.Current.CancellationToken);

        var classes = imported.Dataset.Classes;
        Assert.Equal(1028, classes.Count(c => c.Split == Split.Train));
        Assert.Equal(172, classes.Count(c => c.Split == Split.Validation));
        Assert.Equal(423, classes.Count(c => c.Split == Split.Test));
        Assert.All(classes, c => Assert.Equal((20, 20 * 28 * 28), (c.Examples, c.Pixels.Length)));
        Assert.Equal(classes.Select(c => c.Name).Order(StringComparer.Ordinal), classes.Select(c => c.Name));
        Assert.Equal("MIT, (c) 2015 Brenden Lake", imported.Licence);

        // Strokes on paper: ink is high, and covers a small part of every drawing.
        Assert.All(classes, c => Assert.InRange(c.Pixels.Average(pixel => pixel / 255.0), 0.005, 0.25));
        Assert.Equal("c422e7163163d87810b3df353b84b5796c8ed2a897f79968d70374e24648710f", imported.ClassSha256[0]);

        var source = new ImageTaskSource(imported.Dataset, new ImageOptions { Ways = 20, Queries = 19, Augment = [ImageAugmentation.RotateClasses] });
        Assert.All(Enum.GetValues<Split>(), split => Assert.Null(source.Refuse(split, source.TrainingShape)));
        Assert.Contains("has 423 classes", source.Refuse(Split.Test, source.TrainingShape with { Ways = 424 }));
    }
}
