using System.Text.Json;

namespace MetaTrain.Learning.Options;

/// <summary>What can stand in a section of the spec: one entry a kind, each with its own options record.</summary>
public abstract class KindRegistry
{
    private readonly List<KindEntry> _entries = [];

    private protected KindRegistry(string section, string discriminator, string? defaultKind, bool shorthand)
    {
        Section = section;
        Discriminator = discriminator;
        DefaultKind = defaultKind;
        Shorthand = shorthand;
    }

    /// <summary>The section's name in the spec, for instance "algorithm".</summary>
    public string Section { get; }

    /// <summary>The member that chooses the entry, for instance "kind".</summary>
    public string Discriminator { get; }

    /// <summary>The kind that stands when the discriminator is absent; null when it must be given.</summary>
    public string? DefaultKind { get; }

    /// <summary>True when the kind alone, as text, stands for an object with nothing but it.</summary>
    public bool Shorthand { get; }

    /// <summary>The entries in the order they were added.</summary>
    public IReadOnlyList<KindEntry> Entries => _entries;

    /// <summary>The entry for every name that no other one has, for instance imported data sets; null to refuse such names.</summary>
    public KindEntry? Fallback { get; private set; }

    internal (KindEntry Entry, string Kind, object Options) ReadOptions(JsonElement section, string path)
    {
        if (Shorthand && section.ValueKind == JsonValueKind.String)
        {
            section = JsonSerializer.SerializeToElement(new Dictionary<string, string> { [Discriminator] = section.GetString()! });
        }

        if (section.ValueKind != JsonValueKind.Object)
        {
            throw new OptionsException(path, $"{path} is {OptionsReader.Show(section)}: it must be an object whose {Discriminator} is one of {Names()}.");
        }

        var kindPath = $"{path}.{Discriminator}";
        var kind = section.TryGetProperty(Discriminator, out var given) ? given : default;
        var name = kind.ValueKind switch
        {
            JsonValueKind.String => kind.GetString()!,
            JsonValueKind.Undefined when DefaultKind is not null => DefaultKind,
            _ => throw new OptionsException(kindPath, $"{kindPath} is {OptionsReader.Show(kind)}: it must be one of {Names()}."),
        };
        var entry = Find(name)
            ?? throw new OptionsException(kindPath, $"{kindPath} is {OptionsReader.Show(kind)}: it must be one of {Names()}.");
        return (entry, name, OptionsReader.Read(section, entry.OptionsType, path, Discriminator));
    }

    private protected void AddEntry(KindEntry entry)
    {
        if (entry.Names.FirstOrDefault(name => _entries.Any(other => other.Names.Contains(name))) is { } taken)
        {
            throw new ArgumentException($"The kind '{taken}' of {Section} is registered twice: choose another name.", nameof(entry));
        }

        _entries.Add(entry);
    }

    private protected void SetFallback(KindEntry entry) => Fallback = entry;

    private KindEntry? Find(string name) =>
        _entries.FirstOrDefault(entry => entry.Names.Contains(name)) ?? (string.IsNullOrWhiteSpace(name) ? null : Fallback);

    private string Names() => string.Join(", ", _entries.Select(entry => entry.Kind)) + (Fallback is null ? "" : $", or {Fallback.Kind}");
}

/// <summary>One entry of a <see cref="KindRegistry"/>.</summary>
/// <param name="Kind">Its name in specs; of a fallback, what it stands for in words.</param>
/// <param name="Description">What it is, for people and for the schema.</param>
/// <param name="OptionsType">The record that declares its options.</param>
public abstract record KindEntry(string Kind, string Description, Type OptionsType)
{
    /// <summary>Other names for it.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The kind and its aliases.</summary>
    public IEnumerable<string> Names => Aliases.Prepend(Kind);
}
