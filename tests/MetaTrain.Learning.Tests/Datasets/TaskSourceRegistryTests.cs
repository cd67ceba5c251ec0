using System.Text.Json;
using MetaTrain.Learning.Datasets;
using MetaTrain.Learning.Datasets.Glyphs;
using MetaTrain.Learning.Datasets.Images;
using MetaTrain.Learning.Datasets.Mixtures;
using MetaTrain.Learning.Datasets.Sinusoids;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Options;

namespace MetaTrain.Learning.Tests.Datasets;

public sealed class TaskSourceRegistryTests
{
    [Fact]
    public void Create_MakesTheProceduralSources_WhenNamed()
    {
        Assert.IsType<SinusoidTaskSource>(Create("""{ "dataset": "sinusoid", "shots": 5 }"""));
        Assert.IsType<RegressionMixtureTaskSource>(Create("""{ "dataset": "regression-mixture", "families": ["line", "cubic"], "noise": 0.3 }"""));
        Assert.IsType<GlyphTaskSource>(Create("""{ "dataset": "glyphs", "ways": 20 }"""));
    }

    [Fact]
    public void Create_TakesTheImportedDataSet_WhenTheNameIsNoSource()
    {
        var source = Create("""{ "dataset": "mine", "ways": 3, "shots": 2, "queries": 4, "augment": ["rotate-classes"] }""");
        Assert.IsType<ImageTaskSource>(source);
        Assert.Equal((3, 2, 4), (source.TrainingShape.Ways, source.TrainingShape.Shots, source.TrainingShape.Queries));
    }

    [Fact]
    public void Create_TakesRangesOfWaysAndShots()
    {
        var source = Create("""{ "dataset": "mine", "ways": [2, 6], "shots": [2, 5], "augment": [{ "kind": "mixup", "strength": 0.3 }] }""");
        Assert.Equal((6, 5), (source.TrainingShape.Ways, source.TrainingShape.Shots));
        Assert.Equal((2, 2), (source.SmallestTrainingShape.Ways, source.SmallestTrainingShape.Shots));
    }

    [Fact]
    public void Create_NamesTheDataSet_WhenItWasNeverImported() =>
        Assert.Equal("other", Assert.Throws<UnknownDatasetException>(() => Create("""{ "dataset": "other" }""")).Name);

    [Fact]
    public void Create_RefusesInOneSentence_WhenTheDataSetHasTooFewClasses()
    {
        var refusal = Assert.Throws<OptionsException>(() => Create("""{ "dataset": "mine", "ways": 50 }"""));
        Assert.Equal("50 ways were asked for, but the train split of 'made-up' has 8 classes: ask for at most as many ways.", refusal.Message);
    }

    [Fact]
    public void Create_RefusesTheOption_WhenItBelongsToAnotherSource()
    {
        var refusal = Assert.Throws<OptionsException>(() => Create("""{ "dataset": "sinusoid", "ways": 5 }"""));
        Assert.Equal("data.ways is not an option here: the options are dataset, queries, shots.", refusal.Message);
    }

    [Theory]
    [InlineData("""{ "ways": 5 }""", "data.dataset is missing: it must be one of sinusoid, regression-mixture, quadratics, glyphs, or the name of an imported image data set.")]
    [InlineData("""{ "dataset": 3 }""", "data.dataset is 3: it must be one of sinusoid, regression-mixture, quadratics, glyphs, or the name of an imported image data set.")]
    [InlineData("""{ "dataset": "glyphs", "thickestPen": 1, "thinnestPen": 2 }""", "data.thickestPen is 1, but thinnestPen is 2: it must be at least as much.")]
    [InlineData("""{ "dataset": "regression-mixture", "families": [] }""", "data.families is empty: it must name a family, for instance sinusoid.")]
    [InlineData("""{ "dataset": "regression-mixture", "families": ["line", "line"] }""", "data.families names a family twice: name each once.")]
    [InlineData("""{ "dataset": "regression-mixture", "noise": -1 }""", "data.noise is -1: it must be at least 0 and at most 1000.")]
    [InlineData("""{ "dataset": "mine", "augment": ["flip", "rotate"] }""", "data.augment[1].kind is \"rotate\": it must be one of rotate-classes, crop, affine, flip, colour, noise, erase, mixup.")]
    [InlineData("""{ "dataset": "mine", "ways": [4, 2] }""", "data.ways is a list: it must be a whole number, or two in a list, the smaller first.")]
    [InlineData("""{ "dataset": "mine", "ways": [4] }""", "data.ways is a list: it must be a whole number, or two in a list, the smaller first.")]
    [InlineData("""{ "dataset": "glyphs", "shots": "1-5" }""", "data.shots is \"1-5\": it must be a whole number, or two in a list, the smaller first.")]
    [InlineData("""{ "dataset": "glyphs", "shots": 1.5 }""", "data.shots is 1.5: it must be a whole number, or two in a list, the smaller first.")]
    [InlineData("""{ "dataset": "glyphs", "ways": [1, 5] }""", "data.ways is 1: it must be at least 2 and at most 1000.")]
    [InlineData("""{ "dataset": "mine", "ways": [2, 50] }""", "50 ways were asked for, but the train split of 'made-up' has 8 classes: ask for at most as many ways.")]
    [InlineData("""{ "dataset": "mine", "shots": [1, 5], "augment": ["mixup"] }""", "data.augment has mixup, which mixes support images of one class, but there are episodes of 1 shot: ask for at least 2 shots, or leave mixup out.")]
    [InlineData("""{ "dataset": "mine", "augment": [{ "kind": "crop", "smallest": 2 }] }""", "data.augment[0].smallest is 2: it must be at least 0.01 and at most 1.")]
    [InlineData("""{ "dataset": "mine", "augment": [{ "kind": "crop", "smallest": 1, "stretch": 1 }] }""", "data.augment[0].smallest is 1, and so is stretch: set one of them, or leave crop out.")]
    [InlineData("""{ "dataset": "mine", "augment": [{ "kind": "affine", "rotation": 0, "scale": 0, "shear": 0, "shift": 0 }] }""", "data.augment[0].rotation is 0, and so are scale, shear and shift: set one of them, or leave affine out.")]
    [InlineData("""{ "dataset": "mine", "augment": [{ "kind": "colour", "brightness": 0, "contrast": 0 }] }""", "data.augment[0].brightness is 0, and so is contrast: set one of them, or leave colour out.")]
    [InlineData("""{ "dataset": "mine", "augment": [{ "kind": "flip", "horizontal": false }] }""", "data.augment[0].horizontal is false, and so is vertical: set one of them to true, or leave flip out.")]
    [InlineData("""{ "dataset": "mine", "augment": "flip" }""", "data.augment is \"flip\": it must be a list, each an object.")]
    [InlineData("""{ "dataset": "mine", "labels": false, "ways": 161 }""", "161 ways were asked for, but the train split of 'made-up' has 160 images: ask for at most as many ways.")]
    public void Create_SaysWhatIsAllowed_WhenAValueCannotBe(string data, string message) =>
        Assert.Equal(message, Assert.Throws<OptionsException>(() => Create(data)).Message);

    private static ITaskSource Create(string data)
    {
        using var document = JsonDocument.Parse(data);
        return TaskSourceRegistry.Create(document.RootElement, new OneDataset());
    }

    private sealed class OneDataset : IDatasetProvider
    {
        public ImageDataset? Find(string name) => name == "mine" ? MadeUpImages.Create(classesPerSplit: 8) : null;
    }
}
