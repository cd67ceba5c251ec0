using MetaTrain.Abstractions.Specs.Reading;

namespace MetaTrain.Abstractions.Specs.Validation;

/// <summary>Says values and what is allowed in words.</summary>
internal static class Wording
{
    private const int MaxShown = 60;

    /// <summary>A value as it is quoted in a sentence.</summary>
    public static string Show(SpecNode node) => node switch
    {
        SpecMap => "a section",
        SpecList { Items.Length: <= 8 } list when list.Items.All(item => item is SpecScalar) => $"[{string.Join(", ", list.Items.Select(Show))}]",
        SpecList => "a list",
        SpecScalar { Kind: ScalarKind.Null } => "empty",
        SpecScalar { Kind: ScalarKind.Text } text => $"\"{Shorten(text.Text)}\"",
        SpecScalar scalar => Shorten(scalar.Text),
        _ => throw new InvalidOperationException($"A spec has no values of the type {node.GetType().Name}."),
    };

    /// <summary>What a schema allows: "a whole number of at least 1", "one of best, last".</summary>
    public static string Allowed(SchemaNode schema)
    {
        if (schema.Values.Length > 0)
        {
            string values = string.Join(", ", schema.Values.Select(value => value.Text));
            return schema.Values.Length == 1 ? values : $"one of {values}";
        }

        if (schema.Branches.Length > 0)
        {
            string section = $"a section with the key '{schema.Discriminator}'";
            return schema.Shorthand.IsEmpty ? section : $"one of {string.Join(", ", schema.Shorthand.Select(value => value.Text))}, or {section}";
        }

        IEnumerable<string> kinds = schema.Types.Where(type => type != SchemaType.Null).Select(type => Kind(type, schema));
        string allowed = string.Join(" or ", kinds.Distinct());
        return allowed.Length > 0 ? allowed : "a value";
    }

    private static string Kind(SchemaType type, SchemaNode schema) => type switch
    {
        SchemaType.Integer => $"a whole number{schema.Range}",
        SchemaType.Number => $"a number{schema.Range}",
        SchemaType.Boolean => "true or false",
        SchemaType.String => Text(schema),
        SchemaType.Array => List(schema),
        _ => "a section of keys and values",
    };

    private static string Text(SchemaNode schema) => (schema.MinLength, schema.MaxLength) switch
    {
        (null or 0, null) => "text",
        (null or 0, int most) => $"text of at most {most} characters",
        (int least, null) => least == 1 ? "text that is not empty" : $"text of at least {least} characters",
        (int least, int most) => $"text of {least} to {most} characters",
    };

    private static string List(SchemaNode schema)
    {
        string bounds = (schema.MinItems, schema.MaxItems) switch
        {
            (null or 0, null) => "",
            (null or 0, int most) => $" of at most {most} items",
            (int least, null) => $" of at least {least} items",
            (int least, int most) => least == most ? $" of {most} items" : $" of {least} to {most} items",
        };
        string items = schema.Items is null ? "" : $", each {Allowed(schema.Items)}";
        return $"a list{bounds}{(schema.UniqueItems ? " without repetitions" : "")}{items}";
    }

    private static string Shorten(string text) => text.ReplaceLineEndings(" ") is { Length: > MaxShown } longer ? longer[..MaxShown] + "..." : text.ReplaceLineEndings(" ");
}
