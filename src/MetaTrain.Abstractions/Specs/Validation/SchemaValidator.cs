using MetaTrain.Abstractions.Specs.Reading;

namespace MetaTrain.Abstractions.Specs.Validation;

/// <summary>Compares a document with a schema and says everything that is wrong, one sentence each.</summary>
internal sealed class SchemaValidator(SchemaNode root)
{
    private readonly List<LocatedProblem> _problems = [];
    private readonly UnknownKeys _unknownKeys = new(root);

    /// <summary>Everything that is wrong.</summary>
    public static IReadOnlyList<LocatedProblem> Validate(SchemaNode root, SpecNode document)
    {
        var validator = new SchemaValidator(root);
        validator.Value(document, root, "", SpecPosition.None);
        return validator._problems;
    }

    private void Value(SpecNode node, SchemaNode schema, string path, SpecPosition position)
    {
        if (node is SpecMap map && schema.Branches.Length > 0)
        {
            Union(map, schema, path, position);
            return;
        }

        if (schema.Branches.Length > 0 && node is SpecScalar word && schema.Shorthand.Any(allowed => allowed.Kind == word.Kind && allowed.Text == word.Text))
        {
            return;
        }

        if (schema.Branches.Length > 0 || !SchemaMatch.Type(node, schema))
        {
            Refuse(node, schema, path, position, SchemaMatch.IsQuotedByMistake(node, schema) ? "; write it without quotes" : Meant(node, schema.Shorthand));
            return;
        }

        switch (node)
        {
            case SpecMap section:
                Section(section, schema, null, path, path.Length == 0 ? "a job spec" : $"'{path}'", position);
                break;
            case SpecList list:
                List(list, schema, path, position);
                break;
            case SpecScalar scalar when !SchemaMatch.Value(scalar, schema):
                Refuse(node, schema, path, position, Meant(scalar, schema.Values));
                break;
        }
    }

    private void Section(SpecMap map, SchemaNode schema, SchemaNode? union, string path, string called, SpecPosition position)
    {
        var meant = new HashSet<string>();
        foreach (SpecEntry entry in map.Entries)
        {
            string key = Join(path, entry.Key);
            if (schema.Find(entry.Key) is { } property)
            {
                // A key that may be left out may be written with no value, which means the same.
                if (property.IsRequired || entry.Value is not SpecScalar { Kind: ScalarKind.Null } || property.Schema.Types.Contains(SchemaType.Object))
                {
                    Value(entry.Value, property.Schema, key, entry.Position);
                }
            }
            else if (!schema.IsOpen)
            {
                Add(entry.Position, key, $"'{key}'{entry.Position} is not a key of {called}{_unknownKeys.Hint(entry.Key, map, schema, union, path, out string? guess)}");
                meant.Add(guess ?? "");
            }
        }

        foreach (SchemaProperty property in schema.Properties.Where(property => property.IsRequired && map.Find(property.Key) is null && !meant.Contains(property.Key)))
        {
            string section = position.Line > 0 && path.Length > 0 ? $" from '{path}'{position}" : "";
            Add(position, Join(path, property.Key), $"'{Join(path, property.Key)}' is missing{section}; it must be {Wording.Allowed(property.Schema)}.");
        }
    }

    private void Union(SpecMap map, SchemaNode schema, string path, SpecPosition position)
    {
        SchemaNode? branch = SchemaMatch.Branch(map, schema);
        if (branch is not null)
        {
            string called = $"{path} '{((SpecScalar?)map.Find(schema.Discriminator!))?.Text ?? SchemaMatch.DefaultBranch(schema)}'";
            Section(map, branch, schema, path, called, position);
            return;
        }

        // Without the branch nothing else can be said of the section but how to select one.
        var selector = new SchemaNode { Types = [SchemaType.String], Values = [.. schema.Branches.SelectMany(each => each.Find(schema.Discriminator!)!.Schema.Values)] };
        SpecEntry? written = map.Entries.FirstOrDefault(entry => entry.Key == schema.Discriminator);
        if (written is not null)
        {
            Value(written.Value, selector, Join(path, written.Key), written.Position);
            return;
        }

        Section(map, new SchemaNode { Properties = [new SchemaProperty(schema.Discriminator!, selector, IsRequired: true)] }, null, path, path, position);
    }

    private void List(SpecList list, SchemaNode schema, string path, SpecPosition position)
    {
        if (list.Items.Length < (schema.MinItems ?? 0) || list.Items.Length > (schema.MaxItems ?? int.MaxValue) || (schema.UniqueItems && SchemaMatch.Repeats(list)))
        {
            Refuse(list, schema, path, position, "");
        }

        for (int index = 0; index < list.Items.Length && schema.Items is not null; index++)
        {
            SpecPosition at = list.Items[index].Position;
            Value(list.Items[index], schema.Items, $"{path}[{index}]", at.Line > 0 ? at : position);
        }
    }

    private void Refuse(SpecNode node, SchemaNode schema, string path, SpecPosition position, string remedy)
    {
        string what = path.Length == 0 ? "The spec" : $"'{path}'{position}";
        string sentence = $"{what} is {Wording.Show(node)}, but must be {Wording.Allowed(schema)}{remedy}";
        Add(position, path, sentence.EndsWith('?') ? sentence : sentence + ".");
    }

    private static string Meant(SpecNode node, IEnumerable<SpecScalar> allowed)
    {
        string? meant = node is SpecScalar { Kind: ScalarKind.Text } text ? NearestName.Find(text.Text, allowed.Select(value => value.Text)) : null;
        return meant is null ? "" : $"; did you mean '{meant}'?";
    }

    private void Add(SpecPosition position, string path, string sentence) =>
        _problems.Add(new LocatedProblem(position, path, sentence));

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
