namespace MetaTrain.Abstractions.Specs.Reading;

/// <summary>Where something stands: a line and column of the document (from 1; 0 for nowhere), or the n-th override.</summary>
internal readonly record struct SpecPosition(int Line, int Column, int Override = 0) : IComparable<SpecPosition>
{
    public static SpecPosition None => default;

    /// <summary>The document comes first, then the overrides in their order.</summary>
    public int CompareTo(SpecPosition other) => (Override, Line, Column).CompareTo((other.Override, other.Line, other.Column));

    /// <summary>" (line 7)", " (--set)", or nothing.</summary>
    public override string ToString() => Override > 0 ? " (--set)" : Line > 0 ? $" (line {Line})" : "";
}
