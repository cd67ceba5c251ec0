using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets.Import;

/// <summary>Collects Omniglot's drawings as their files come by, and checks at the end that it is all there.</summary>
/// <param name="progress">Told how many characters were met so far.</param>
/// <param name="cancellationToken">Stops between files.</param>
internal sealed class OmniglotDrawings(IProgress<int>? progress, CancellationToken cancellationToken)
{
    private const int Side = 28;

    private static readonly string[] Sets = ["images_background", "images_evaluation"];

    private readonly SortedDictionary<string, SortedDictionary<string, byte[]>> _characters = new(StringComparer.Ordinal);

    /// <summary>Takes a file if it is a drawing, or one of the two published .zip files.</summary>
    public void Visit(ArchiveFile file)
    {
        var parts = file.Path.Split('/');
        if (Sets.Any(set => parts[^1].Equals(set + ".zip", StringComparison.OrdinalIgnoreCase)))
        {
            using var inner = new MemoryStream(file.ReadAll(), writable: false);
            new ArchiveReader(OmniglotImporter.Limits, cancellationToken).Read(inner, parts[^1], Visit);
            return;
        }

        // .../images_background/Alphabet/characterNN/0001_01.png; names that begin with a dot are some file systems' notes beside the files.
        if (parts.Length < 4 || !Sets.Contains(parts[^4]) || !parts[^1].EndsWith(".png", StringComparison.OrdinalIgnoreCase) || parts[^1].StartsWith('.'))
        {
            return;
        }

        var character = $"{parts[^3]}/{parts[^2]}";
        if (!_characters.TryGetValue(character, out var drawings))
        {
            drawings = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
            _characters.Add(character, drawings);
            progress?.Report(_characters.Count);
        }

        if (!drawings.TryAdd(parts[^1], Ink(file)))
        {
            throw new DatasetImportException($"The drawing '{character}/{parts[^1]}' is there twice: give one copy of Omniglot.");
        }
    }

    /// <summary>The data set.</summary>
    /// <param name="origin">What was read, for messages.</param>
    /// <param name="expected">Every character that must be there, with its split.</param>
    public ImportedDataset Build(string origin, IReadOnlyDictionary<string, Split> expected)
    {
        if (_characters.Count == 0)
        {
            throw new DatasetImportException(
                $"'{origin}' has no drawings of Omniglot in it: they are expected as images_background/Alphabet/character01/*.png and "
                + "images_evaluation/Alphabet/character01/*.png.");
        }

        if (_characters.Keys.FirstOrDefault(character => !expected.ContainsKey(character)) is { } unknown)
        {
            throw new DatasetImportException($"'{origin}' has a character '{unknown}', which Omniglot has not: give the archive as it was published.");
        }

        if (expected.Keys.Order(StringComparer.Ordinal).FirstOrDefault(character => !_characters.ContainsKey(character)) is { } missing)
        {
            throw new DatasetImportException(
                $"'{origin}' has {_characters.Count:N0} of Omniglot's {expected.Count:N0} characters, and '{missing}' is the first that is missing: "
                + "give images_background and images_evaluation together.");
        }

        if (_characters.FirstOrDefault(character => character.Value.Count != OmniglotImporter.ExamplesPerCharacter) is { Key: not null } odd)
        {
            throw new DatasetImportException(
                $"'{origin}' has {odd.Value.Count} drawings of '{odd.Key}' where Omniglot has {OmniglotImporter.ExamplesPerCharacter}: fetch it again, it is cut off.");
        }

        return ImportedDataset.Create(
            OmniglotImporter.Name, [1, Side, Side], _characters, character => expected[character], OmniglotImporter.Licence, OmniglotImporter.Source);
    }

    /// <summary>The drawing with ink 255 and paper 0: in the file it is the other way round.</summary>
    private static byte[] Ink(ArchiveFile file)
    {
        var pixels = ImageDecoder.Decode(file.ReadAll(), file.Path, channels: 1, Side, Side);
        foreach (ref var pixel in pixels.AsSpan())
        {
            pixel = (byte)(255 - pixel);
        }

        return pixels;
    }
}
