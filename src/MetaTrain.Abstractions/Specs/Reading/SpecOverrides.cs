using System.Collections.Immutable;

namespace MetaTrain.Abstractions.Specs.Reading;

/// <summary>Lays <c>--set a.b.c=value</c> over a document; the value is read as YAML.</summary>
internal static class SpecOverrides
{
    /// <summary>The document with every override that could be laid over it; the others are described in <paramref name="problems"/>.</summary>
    public static SpecNode Apply(SpecNode root, IReadOnlyList<string> overrides, ICollection<SpecProblem> problems)
    {
        for (int index = 0; index < overrides.Count; index++)
        {
            string text = overrides[index];
            int equals = text.IndexOf('=');
            string[] path = equals > 0 ? text[..equals].Trim().Split('.') : [];
            if (path.Length == 0 || path.Any(string.IsNullOrWhiteSpace))
            {
                problems.Add(new SpecProblem("", $"The override '{text}' (--set) must have the form key=value, with dots between the sections of the key."));
            }
            else if (!YamlSpecParser.TryParse(text[(equals + 1)..], out SpecNode value, out _, index + 1))
            {
                problems.Add(new SpecProblem(string.Join('.', path), $"The override '{text}' (--set) sets '{string.Join('.', path)}' to what is not valid YAML; check its brackets and quotes."));
            }
            else
            {
                root = Set(root, path, 0, value, new SpecPosition(0, 0, index + 1), problems);
            }
        }

        return root;
    }

    private static SpecNode Set(SpecNode node, string[] path, int depth, SpecNode value, SpecPosition position, ICollection<SpecProblem> problems)
    {
        if (depth == path.Length)
        {
            return value;
        }

        if (node is SpecScalar { Kind: ScalarKind.Null })
        {
            node = new SpecMap(position, ImmutableArray<SpecEntry>.Empty);
        }

        if (node is not SpecMap map)
        {
            string parent = string.Join('.', path[..depth]);
            problems.Add(new SpecProblem(parent, $"'{string.Join('.', path)}' (--set) cannot be set, because '{parent}'{node.Position} is a value and not a section."));
            return node;
        }

        SpecEntry? written = map.Entries.FirstOrDefault(entry => entry.Key == path[depth]);
        SpecNode child = Set(written?.Value ?? new SpecScalar(position, ScalarKind.Null, "null"), path, depth + 1, value, position, problems);
        bool section = depth < path.Length - 1;
        return map.With(new SpecEntry(path[depth], section && written is not null ? written.Position : position, child));
    }
}
