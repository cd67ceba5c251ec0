using System.Text.Json;
using System.Text.Json.Serialization;

namespace MetaTrain.Abstractions.Specs;

/// <summary>Reads the cluster's two keys of the section <c>meta</c> and keeps the section whole for the meta-optimizer.</summary>
internal sealed class MetaSpecConverter : JsonConverter<MetaSpec>
{
    public override MetaSpec Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        JsonElement section = JsonElement.ParseValue(ref reader);
        return new MetaSpec
        {
            Iterations = Key(section, "iterations").GetInt64(),
            TasksPerIteration = Key(section, "tasksPerIteration").GetInt32(),
            Section = section,
        };
    }

    public override void Write(Utf8JsonWriter writer, MetaSpec value, JsonSerializerOptions options) => value.Section.WriteTo(writer);

    private static JsonElement Key(JsonElement section, string key) =>
        section.TryGetProperty(key, out JsonElement value) ? value : throw new JsonException($"'meta.{key}' is missing.");
}
