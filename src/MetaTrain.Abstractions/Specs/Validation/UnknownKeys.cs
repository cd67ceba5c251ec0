using MetaTrain.Abstractions.Specs.Reading;

namespace MetaTrain.Abstractions.Specs.Validation;

/// <summary>Guesses what an unknown key was meant to be: a key of this section, of another one, or of another kind of the same section.</summary>
internal sealed class UnknownKeys(SchemaNode root)
{
    private const int MaxListed = 12;

    /// <summary>The end of the sentence, and the key of this section that was probably meant.</summary>
    /// <param name="key">The unknown key.</param>
    /// <param name="section">Where it stands.</param>
    /// <param name="schema">What that section allows.</param>
    /// <param name="union">The alternatives that <paramref name="schema"/> is one of; null when it is the only one.</param>
    /// <param name="path">The section's path.</param>
    /// <param name="meant">The guess.</param>
    public string Hint(string key, SpecMap section, SchemaNode schema, SchemaNode? union, string path, out string? meant)
    {
        string[] free = [.. schema.Properties.Select(property => property.Key).Where(name => section.Find(name) is null)];
        meant = NearestName.Find(key, free);
        if (meant is not null)
        {
            return $"; did you mean '{meant}'?";
        }

        SchemaNode? other = union?.Branches.FirstOrDefault(branch => branch.Find(key) is not null);
        if (other is not null)
        {
            return $"; it belongs to '{other.Find(union!.Discriminator!)!.Schema.Values.FirstOrDefault()?.Text ?? "another kind"}'.";
        }

        string? elsewhere = Paths(root, "", path).FirstOrDefault(candidate => candidate == key || candidate.EndsWith("." + key, StringComparison.Ordinal));
        if (elsewhere is not null)
        {
            return $"; did you mean '{elsewhere}'?";
        }

        return free.Length switch
        {
            0 => "; leave it out.",
            > MaxListed => $"; leave it out, or use one of {string.Join(", ", free[..MaxListed])} ...",
            _ => $"; leave it out, or use one of {string.Join(", ", free)}.",
        };
    }

    /// <summary>All keys of the other sections.</summary>
    private static IEnumerable<string> Paths(SchemaNode schema, string at, string except)
    {
        foreach (SchemaProperty property in schema.Properties.Concat(schema.Branches.SelectMany(branch => branch.Properties)))
        {
            string path = at.Length == 0 ? property.Key : $"{at}.{property.Key}";
            if (at != except || at.Length == 0)
            {
                yield return path;
            }

            foreach (string deeper in Paths(property.Schema, path, except))
            {
                yield return deeper;
            }
        }
    }
}
