using System.Collections.Immutable;

namespace MetaTrain.Abstractions.Specs.Reading;

/// <summary>A value of a spec, whichever notation it was written in.</summary>
internal abstract record SpecNode(SpecPosition Position)
{
    /// <summary>This node and all below it: what an alias costs.</summary>
    public abstract int Size { get; }
}

/// <summary>A section: keys in document order.</summary>
internal sealed record SpecMap(SpecPosition Position, ImmutableArray<SpecEntry> Entries) : SpecNode(Position)
{
    public override int Size { get; } = 1 + Entries.Sum(entry => 1 + entry.Value.Size);

    public SpecNode? Find(string key) => Entries.FirstOrDefault(entry => entry.Key == key)?.Value;

    /// <summary>The same section with one key changed in place, or added at the end.</summary>
    public SpecMap With(SpecEntry changed)
    {
        SpecEntry? present = Entries.FirstOrDefault(entry => entry.Key == changed.Key);
        return new SpecMap(Position, present is null ? Entries.Add(changed) : Entries.Replace(present, changed));
    }
}

/// <summary>A key with its value.</summary>
internal sealed record SpecEntry(string Key, SpecPosition Position, SpecNode Value);

/// <summary>A list.</summary>
internal sealed record SpecList(SpecPosition Position, ImmutableArray<SpecNode> Items) : SpecNode(Position)
{
    public override int Size { get; } = 1 + Items.Sum(item => item.Size);
}

/// <summary>A single value, as written in <paramref name="Text"/>.</summary>
internal sealed record SpecScalar(SpecPosition Position, ScalarKind Kind, string Text) : SpecNode(Position)
{
    public override int Size => 1;

    /// <summary>The value of a <see cref="ScalarKind.Integer"/>.</summary>
    public Int128 Integer { get; init; }

    /// <summary>The value of a <see cref="ScalarKind.Integer"/> or a <see cref="ScalarKind.Number"/>.</summary>
    public double Number { get; init; }

    /// <summary>True when it was written in quotes.</summary>
    public bool Quoted { get; init; }
}

/// <summary>What a scalar is.</summary>
internal enum ScalarKind
{
    Null,
    Boolean,
    Integer,
    Number,
    Text,
}
