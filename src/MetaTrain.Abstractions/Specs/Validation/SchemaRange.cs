using MetaTrain.Abstractions.Specs.Reading;

namespace MetaTrain.Abstractions.Specs.Validation;

/// <summary>The bounds of a number, each as it is written in the schema.</summary>
internal sealed record SchemaRange
{
    public SpecScalar? Minimum { get; init; }

    public SpecScalar? ExclusiveMinimum { get; init; }

    public SpecScalar? Maximum { get; init; }

    public SpecScalar? ExclusiveMaximum { get; init; }

    public bool Contains(SpecScalar value) =>
        (Minimum is null || Compare(value, Minimum) >= 0)
        && (ExclusiveMinimum is null || Compare(value, ExclusiveMinimum) > 0)
        && (Maximum is null || Compare(value, Maximum) <= 0)
        && (ExclusiveMaximum is null || Compare(value, ExclusiveMaximum) < 0);

    /// <summary>" from 1 to 5", " of at least 1", " greater than 0 and less than 1", or nothing.</summary>
    public override string ToString()
    {
        if (Minimum is not null && Maximum is not null)
        {
            return $" from {Minimum.Text} to {Maximum.Text}";
        }

        string? low = Minimum is not null ? $"of at least {Minimum.Text}" : ExclusiveMinimum is not null ? $"greater than {ExclusiveMinimum.Text}" : null;
        string? high = Maximum is not null ? $"at most {Maximum.Text}" : ExclusiveMaximum is not null ? $"less than {ExclusiveMaximum.Text}" : null;
        return (low, high) switch
        {
            (null, null) => "",
            (null, _) => Maximum is not null ? $" of {high}" : $" {high}",
            (_, null) => $" {low}",
            _ => $" {low} and {high}",
        };
    }

    /// <summary>Exact between whole numbers: a seed has more digits than a double.</summary>
    private static int Compare(SpecScalar left, SpecScalar right) =>
        left.Kind == ScalarKind.Integer && right.Kind == ScalarKind.Integer ? left.Integer.CompareTo(right.Integer) : left.Number.CompareTo(right.Number);
}
