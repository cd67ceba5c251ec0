using CsCheck;
using MetaTrain.Learning.Datasets.Import;
using MetaTrain.Learning.Episodes;
using MetaTrain.TestKit.Data;

namespace MetaTrain.Learning.Tests.Datasets.Import;

public sealed class OmniglotImporterTests
{
    private static readonly Dictionary<string, Split> Characters = new()
    {
        ["Elvish/character01"] = Split.Train,
        ["Elvish/character02"] = Split.Test,
        ["Dwarvish/character01"] = Split.Validation,
    };

    private static readonly SortedDictionary<string, byte[]> Files = MakeFiles();

    public static TheoryData<string> Names { get; } = ["omniglot.zip", "omniglot.tar", "omniglot.tgz", "omniglot.tar.gz"];

    [Theory, MemberData(nameof(Names))]
    public void Read_GivesTheSame_WhateverTheArchiveAndItsOrder(string fileName)
    {
        var expected = Read("omniglot.tar", Files);
        Assert.Equal(["Dwarvish/character01", "Elvish/character01", "Elvish/character02"], expected.Dataset.Classes.Select(c => c.Name));
        Assert.Equal([Split.Validation, Split.Train, Split.Test], expected.Dataset.Classes.Select(c => c.Split));
        Assert.All(expected.Dataset.Classes, c => Assert.Equal((20, 20 * 28 * 28), (c.Examples, c.Pixels.Length)));
        Gen.Shuffle(Files.ToArray()).Sample(
            files => Assert.Equal(expected.ClassSha256, Read(fileName, files).ClassSha256),
            iter: 3);
    }

    [Fact]
    public void ReadFolder_GivesTheSame_AsTheArchive()
    {
        using var folder = new TemporaryDirectory("omniglot");
        TestArchive.Unpack(folder.Path, Files);
        var fromFolder = OmniglotImporter.ReadFolder(folder.Path, Characters, progress: null, TestContext.Current.CancellationToken);
        Assert.Equal(Read("omniglot.tgz", Files).ClassSha256, fromFolder.ClassSha256);
    }

    [Fact]
    public void ReadFolder_GivesTheSame_WhenTheTwoPublishedZipsLieInIt()
    {
        using var folder = new TemporaryDirectory("omniglot");
        foreach (var set in new[] { "images_background", "images_evaluation" })
        {
            var inside = Files.Where(file => file.Key.StartsWith(set, StringComparison.Ordinal));
            TestArchive.Unpack(folder.Path, [KeyValuePair.Create($"python/{set}.zip", TestArchive.Pack(set + ".zip", inside))]);
        }

        var fromFolder = OmniglotImporter.ReadFolder(folder.Path, Characters, progress: null, TestContext.Current.CancellationToken);
        Assert.Equal(Read("omniglot.tgz", Files).ClassSha256, fromFolder.ClassSha256);
    }

    [Fact]
    public void Read_GivesInkAHighValue_WhenTheFileHasItBlack()
    {
        // The drawings are white but for a black bar through the middle.
        var pixels = Read("omniglot.tgz", Files).Dataset.Classes[0].Pixels;
        Assert.Equal(0, pixels[0]);
        Assert.Equal(255, pixels[(14 * 28) + 14]);
    }

    [Fact]
    public void Read_TellsHowManyCharactersWereMet_AsItGoes()
    {
        var told = new List<int>();
        OmniglotImporter.Read(Open("omniglot.zip", Files), "omniglot.zip", Characters, new Told(told), TestContext.Current.CancellationToken);
        Assert.Equal([1, 2, 3], told);
    }

    [Fact]
    public void Read_SaysWhatIsMissing_WhenOnlyOneSetIsGiven() => AssertRefused(
        Files.Where(file => file.Key.Contains("background", StringComparison.Ordinal)),
        "has 2 of Omniglot's 3 characters, and 'Dwarvish/character01' is the first that is missing");

    [Fact]
    public void Read_CountsTheDrawings_WhenSomeAreMissing() => AssertRefused(Files.Skip(1), "has 19 drawings of 'Elvish/character01' where Omniglot has 20");

    [Fact]
    public void Read_NamesTheCharacter_WhenItIsNoneOfOmniglots() => AssertRefused(
        Files.Append(KeyValuePair.Create("images_background/Klingon/character01/1.png", Drawing(0))), "has a character 'Klingon/character01'");

    [Fact]
    public void Read_SaysWhatLayoutItExpects_WhenThereIsNone() => AssertRefused(
        [KeyValuePair.Create("cats/1.png", Drawing(0))], "has no drawings of Omniglot in it");

    [Theory]
    [InlineData("images_background/../../Elvish/character01/1.png")]
    [InlineData("/images_background/Elvish/character01/1.png")]
    [InlineData("images_background\\..\\..\\..\\Elvish\\character01\\1.png")]
    public void Read_Refuses_WhenAPathLeadsOutOfTheArchive(string path) => AssertRefused([KeyValuePair.Create(path, Drawing(0))], "leads out of it");

    [Fact]
    public void Read_NamesTheKinds_WhenTheFileIsOfNone() => Assert.Contains(
        "'omniglot.rar' is no archive of a kind that can be read",
        Assert.Throws<DatasetImportException>(() => OmniglotImporter.Read(Stream.Null, "omniglot.rar", cancellationToken: TestContext.Current.CancellationToken)).Message);

    [Theory, MemberData(nameof(Names))]
    public void Read_RefusesInOneSentence_WhenTheArchiveIsCutOff(string fileName)
    {
        var whole = TestArchive.Pack(fileName, Files);
        Gen.Int[0, whole.Length * 9 / 10].Sample(
            length => Assert.NotEmpty(Assert.Throws<DatasetImportException>(() => ReadBytes(fileName, whole[..length])).Message),
            iter: 30);
    }

    [Theory, MemberData(nameof(Names))]
    public void Read_GivesTheDataOrOneSentence_WhenBytesAreDamaged(string fileName)
    {
        var whole = TestArchive.Pack(fileName, Files);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Array[1, 3].Sample(
            damages =>
            {
                var damaged = (byte[])whole.Clone();
                foreach (var (position, value) in damages)
                {
                    damaged[position] = value;
                }

                try
                {
                    Assert.Equal(3, ReadBytes(fileName, damaged).Dataset.Classes.Length);
                }
                catch (DatasetImportException refusal)
                {
                    Assert.NotEmpty(refusal.Message);
                }
            },
            iter: 100);
    }

    [Fact]
    public void Read_Stops_WhenCancelled() => Assert.Throws<OperationCanceledException>(() =>
        OmniglotImporter.Read(Open("omniglot.tgz", Files), "omniglot.tgz", cancellationToken: new CancellationToken(canceled: true)));

    private static void AssertRefused(IEnumerable<KeyValuePair<string, byte[]>> files, string part) =>
        Assert.Contains(part, Assert.Throws<DatasetImportException>(() => Read("omniglot.tgz", files)).Message);

    private static ImportedDataset Read(string fileName, IEnumerable<KeyValuePair<string, byte[]>> files) => ReadBytes(fileName, TestArchive.Pack(fileName, files));

    private static ImportedDataset ReadBytes(string fileName, byte[] archive)
    {
        using var stream = new MemoryStream(archive);
        return OmniglotImporter.Read(stream, fileName, Characters, progress: null, TestContext.Current.CancellationToken);
    }

    private static MemoryStream Open(string fileName, IEnumerable<KeyValuePair<string, byte[]>> files) => new(TestArchive.Pack(fileName, files));

    private static SortedDictionary<string, byte[]> MakeFiles()
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (name, split) in Characters)
        {
            var set = name.StartsWith("Elvish", StringComparison.Ordinal) ? "images_background" : "images_evaluation";
            for (var example = 1; example <= OmniglotImporter.ExamplesPerCharacter; example++)
            {
                files.Add($"{set}/{name}/{(int)split:0000}_{example:00}.png", Drawing((40 * (int)split) + example));
            }
        }

        return files;
    }

    private static byte[] Drawing(int number) => TestPng.Bits(105, 105, (x, y) => !(y is > 45 and < 65 || (x == number && y > 5)));

    private sealed class Told(List<int> told) : IProgress<int>
    {
        public void Report(int value) => told.Add(value);
    }
}
