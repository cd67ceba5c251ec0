using System.Globalization;

namespace MetaTrain.Silo.Store;

/// <summary>How large the embedded store's files are, as its INFO tells.</summary>
internal readonly record struct StoreMeasures(long AppendOnlyBytes, long LogBytes)
{
    /// <summary>Reads the sections PERSISTENCE and STORE.</summary>
    /// <exception cref="EmbeddedStoreException">A line is missing.</exception>
    public static StoreMeasures Parse(string persistence, string store) => new(
        Value(persistence, "TailAddress") - Value(persistence, "BeginAddress"),
        Value(store, "Log.TailAddress") - Value(store, "Log.BeginAddress"));

    private static long Value(string section, string name)
    {
        foreach (ReadOnlySpan<char> line in section.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(name, StringComparison.Ordinal)
                && line[name.Length..].StartsWith(":", StringComparison.Ordinal)
                && long.TryParse(line[(name.Length + 1)..], NumberStyles.Integer, CultureInfo.InvariantCulture, out long value))
            {
                return value;
            }
        }

        throw new EmbeddedStoreException($"The store's INFO has no line '{name}': this version of Garnet is not known here.");
    }
}
