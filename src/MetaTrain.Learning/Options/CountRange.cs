using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace MetaTrain.Learning.Options;

/// <summary>A whole number that is either fixed or drawn anew each time, each from least to most equally likely: in JSON <c>5</c> or <c>[5, 20]</c>.</summary>
/// <param name="Least">The least, included.</param>
/// <param name="Most">The most, included; at least <paramref name="Least"/>.</param>
[JsonConverter(typeof(CountRangeConverter))]
public readonly record struct CountRange(int Least, int Most)
{
    /// <summary>A fixed number.</summary>
    public static implicit operator CountRange(int value) => new(value, value);

    /// <summary>False for a fixed number.</summary>
    public bool Varies => Most > Least;

    /// <inheritdoc/>
    public override string ToString() => Varies
        ? string.Create(CultureInfo.InvariantCulture, $"[{Least}, {Most}]")
        : Least.ToString(CultureInfo.InvariantCulture);
}

internal sealed class CountRangeConverter : JsonConverter<CountRange>, ISchemaConverter
{
    public JsonObject Schema => new()
    {
        ["type"] = new JsonArray("integer", "array"),
        ["items"] = new JsonObject { ["type"] = "integer" },
        ["minItems"] = 2,
        ["maxItems"] = 2,
    };

    public override CountRange Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            return reader.GetInt32();
        }

        return JsonSerializer.Deserialize<int[]>(ref reader, options) is [var least, var most] && least <= most
            ? new CountRange(least, most)
            : throw new JsonException("A range has two numbers, the smaller first.");
    }

    public override void Write(Utf8JsonWriter writer, CountRange value, JsonSerializerOptions options)
    {
        if (!value.Varies)
        {
            writer.WriteNumberValue(value.Least);
            return;
        }

        writer.WriteStartArray();
        writer.WriteNumberValue(value.Least);
        writer.WriteNumberValue(value.Most);
        writer.WriteEndArray();
    }
}
