using System.Text.Json.Nodes;

namespace MetaTrain.Learning.Options;

/// <summary>
/// The exporter writes a type's second appearance as a reference to its first, by a pointer from the root; once the schema is part of a
/// larger one such pointers lead nowhere, so each is replaced by what it points to.
/// </summary>
internal static class SchemaReferences
{
    public static void Inline(JsonObject root) => Inline(root, root);

    private static void Inline(JsonNode node, JsonObject root)
    {
        switch (node)
        {
            case JsonArray array:
                foreach (var element in array.OfType<JsonNode>().ToArray())
                {
                    Inline(element, root);
                }

                break;
            case JsonObject schema:
                if (schema["$ref"] is { } reference && Find(root, reference.GetValue<string>()) is JsonObject target)
                {
                    schema.Remove("$ref");
                    foreach (var (name, value) in target.Where(member => !schema.ContainsKey(member.Key)).ToArray())
                    {
                        schema[name] = value?.DeepClone();
                    }
                }

                foreach (var member in schema.Select(member => member.Value).OfType<JsonNode>().ToArray())
                {
                    Inline(member, root);
                }

                break;
        }
    }

    private static JsonNode? Find(JsonNode root, string pointer) => pointer.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries)
        .Aggregate((JsonNode?)root, (node, step) => node is JsonArray array ? array[int.Parse(step)] : node?[step.Replace("~1", "/").Replace("~0", "~")]);
}
