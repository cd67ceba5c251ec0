using System.Collections.Frozen;
using System.Reflection;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets.Import;

/// <summary>
/// The committed split of Omniglot's 1,623 characters: 1,028 to train, 172 to select, 423 to test, the sizes that are customary
/// since Vinyals et al. 2016. It was drawn once, over all characters in ordinal order of their names, and is data ever since.
/// </summary>
internal static class OmniglotSplit
{
    private const string Resource = "MetaTrain.Learning.Datasets.Import.omniglot-split.txt";

    private static readonly Lazy<FrozenDictionary<string, Split>> Loaded = new(Load);

    /// <summary>Characters by name, "Alphabet/characterNN".</summary>
    public static FrozenDictionary<string, Split> Characters => Loaded.Value;

    private static FrozenDictionary<string, Split> Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is missing from the build.");
        using var reader = new StreamReader(stream);
        var characters = new Dictionary<string, Split>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && !line.StartsWith('#'))
            {
                var space = line.IndexOf(' ', StringComparison.Ordinal);
                characters.Add(line[(space + 1)..], Enum.Parse<Split>(line[..space], ignoreCase: true));
            }
        }

        return characters.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
