using System.Collections.Immutable;
using MetaTrain.Abstractions.Specs.Reading;

namespace MetaTrain.Abstractions.Specs.Validation;

/// <summary>What values are allowed at one place: the subset of JSON schema (draft 2020-12) that <see cref="SchemaReader"/> accepts.</summary>
internal sealed record SchemaNode
{
    public ImmutableArray<SchemaType> Types { get; init; } = [];

    /// <summary>The words or numbers allowed (<c>enum</c>, or <c>const</c> as the only one); empty for any.</summary>
    public ImmutableArray<SpecScalar> Values { get; init; } = [];

    /// <summary>The words that are not allowed (<c>not</c> with an <c>enum</c>): those that select another alternative.</summary>
    public ImmutableArray<SpecScalar> Except { get; init; } = [];

    public SchemaRange Range { get; init; } = new();

    public int? MinLength { get; init; }

    public int? MaxLength { get; init; }

    public int? MinItems { get; init; }

    public int? MaxItems { get; init; }

    public bool UniqueItems { get; init; }

    public SchemaNode? Items { get; init; }

    /// <summary>The keys of a section in the order in which they are stored.</summary>
    public ImmutableArray<SchemaProperty> Properties { get; init; } = [];

    /// <summary>True when keys that no property describes are taken as they are.</summary>
    public bool IsOpen { get; init; } = true;

    /// <summary>The alternatives of which <see cref="Discriminator"/> selects one; empty when there are none.</summary>
    public ImmutableArray<SchemaNode> Branches { get; init; } = [];

    /// <summary>The key by which a branch is selected.</summary>
    public string? Discriminator { get; init; }

    /// <summary>The value of an absent key; null when there is none.</summary>
    public SpecNode? Default { get; init; }

    public bool Allows(SchemaType type) => Types.IsEmpty || Types.Contains(type);

    /// <summary>The words that stand for a section with nothing but its discriminator; empty where a section must be written.</summary>
    public ImmutableArray<SpecScalar> Shorthand { get; init; } = [];

    public SchemaProperty? Find(string key) => Properties.FirstOrDefault(property => property.Key == key);
}

/// <summary>A key of a section.</summary>
internal sealed record SchemaProperty(string Key, SchemaNode Schema, bool IsRequired);

/// <summary>The types of JSON schema.</summary>
internal enum SchemaType
{
    Object,
    Array,
    String,
    Integer,
    Number,
    Boolean,
    Null,
}
