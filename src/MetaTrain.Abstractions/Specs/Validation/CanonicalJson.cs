using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MetaTrain.Abstractions.Specs.Reading;

namespace MetaTrain.Abstractions.Specs.Validation;

/// <summary>Writes a normalised document as one line of JSON.</summary>
internal static class CanonicalJson
{
    public static string Write(SpecNode root)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Node(writer, root);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Node(Utf8JsonWriter writer, SpecNode node)
    {
        switch (node)
        {
            case SpecMap map:
                writer.WriteStartObject();
                foreach (SpecEntry entry in map.Entries)
                {
                    writer.WritePropertyName(entry.Key);
                    Node(writer, entry.Value);
                }

                writer.WriteEndObject();
                break;
            case SpecList list:
                writer.WriteStartArray();
                foreach (SpecNode item in list.Items)
                {
                    Node(writer, item);
                }

                writer.WriteEndArray();
                break;
            case SpecScalar scalar:
                Scalar(writer, scalar);
                break;
        }
    }

    private static void Scalar(Utf8JsonWriter writer, SpecScalar scalar)
    {
        switch (scalar.Kind)
        {
            case ScalarKind.Null:
                writer.WriteNullValue();
                break;
            case ScalarKind.Boolean:
                writer.WriteBooleanValue(scalar.Text == "true");
                break;
            case ScalarKind.Integer:
                writer.WriteRawValue(scalar.Integer.ToString(CultureInfo.InvariantCulture));
                break;
            case ScalarKind.Number:
                // The shortest text that reads back to the same bits; the sum turns a negative zero into zero.
                writer.WriteNumberValue(scalar.Number + 0.0);
                break;
            default:
                writer.WriteStringValue(scalar.Text);
                break;
        }
    }
}
