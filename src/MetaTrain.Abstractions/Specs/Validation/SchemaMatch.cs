using MetaTrain.Abstractions.Specs.Reading;

namespace MetaTrain.Abstractions.Specs.Validation;

/// <summary>Whether a value fits a schema, and which alternative of a schema it selects.</summary>
internal static class SchemaMatch
{
    /// <summary>As JSON schema has it, 1000.0 and 1e3 are whole numbers.</summary>
    public static bool Type(SpecNode node, SchemaNode schema) => node switch
    {
        SpecMap => schema.Allows(SchemaType.Object),
        SpecList => schema.Allows(SchemaType.Array),
        SpecScalar { Kind: ScalarKind.Text } => schema.Allows(SchemaType.String),
        SpecScalar { Kind: ScalarKind.Boolean } => schema.Allows(SchemaType.Boolean),
        SpecScalar { Kind: ScalarKind.Null } => schema.Allows(SchemaType.Null),
        SpecScalar { Kind: ScalarKind.Integer } => schema.Allows(SchemaType.Integer) || schema.Allows(SchemaType.Number),
        SpecScalar number => double.IsFinite(number.Number)
            && (schema.Allows(SchemaType.Number) || (schema.Allows(SchemaType.Integer) && IsWhole(number.Number))),
        _ => false,
    };

    /// <summary>Bounds, lengths and the values of an enumeration.</summary>
    public static bool Value(SpecScalar scalar, SchemaNode schema) => scalar.Kind switch
    {
        ScalarKind.Null => true,
        ScalarKind.Integer or ScalarKind.Number => schema.Range.Contains(scalar)
            && (schema.Values.IsEmpty || schema.Values.Any(value => value.Kind is ScalarKind.Integer or ScalarKind.Number && value.Number.Equals(scalar.Number))),
        ScalarKind.Text => scalar.Text.Length >= (schema.MinLength ?? 0) && scalar.Text.Length <= (schema.MaxLength ?? int.MaxValue) && IsListed(scalar, schema),
        _ => IsListed(scalar, schema),
    };

    /// <summary>The alternative that the discriminator's value, or its default, selects; null when there is none.</summary>
    public static SchemaNode? Branch(SpecMap map, SchemaNode union)
    {
        SpecNode? selector = map.Find(union.Discriminator!);
        string? value = selector is null ? DefaultBranch(union) : (selector as SpecScalar)?.Text;
        return value is null || selector is SpecScalar { Kind: ScalarKind.Null }
            ? null
            : union.Branches.FirstOrDefault(branch => Selector(branch, union).Values.Any(allowed => allowed.Text == value))
                ?? union.Branches.FirstOrDefault(branch => Selector(branch, union).Values.IsEmpty);
    }

    /// <summary>The discriminator's value where it is left out; null when it must be written.</summary>
    public static string? DefaultBranch(SchemaNode union) =>
        union.Branches.Select(branch => branch.Find(union.Discriminator!)!)
            .Where(property => !property.IsRequired)
            .Select(property => (property.Schema.Default as SpecScalar ?? property.Schema.Values.FirstOrDefault())?.Text)
            .FirstOrDefault(value => value is not null);

    /// <summary>True for "5" where 5 is allowed and text is not.</summary>
    public static bool IsQuotedByMistake(SpecNode node, SchemaNode schema) =>
        node is SpecScalar { Quoted: true } text && CoreScalars.Resolve(text.Text, text.Position) is { Kind: not ScalarKind.Text } plain
        && Type(plain, schema) && Value(plain, schema);

    public static bool Repeats(SpecList list) =>
        list.Items.OfType<SpecScalar>().GroupBy(item => (item.Kind, item.Text)).Any(group => group.Count() > 1);

    public static bool IsWhole(double number) => double.IsInteger(number) && Math.Abs(number) < 1e15;

    private static SchemaNode Selector(SchemaNode branch, SchemaNode union) => branch.Find(union.Discriminator!)!.Schema;

    private static bool IsListed(SpecScalar scalar, SchemaNode schema) =>
        (schema.Values.IsEmpty || schema.Values.Any(value => value.Kind == scalar.Kind && value.Text == scalar.Text))
        && !schema.Except.Any(value => value.Kind == scalar.Kind && value.Text == scalar.Text);
}
