using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace MetaTrain.Client.Tests.Fakes;

/// <summary>Writes the safetensors format by hand, independently of the code under test.</summary>
internal static class Safetensors
{
    public static byte[] Write(params (string Name, int[] Shape, float[] Values)[] tensors)
    {
        var header = new JsonObject();
        List<byte> data = [];
        foreach ((string name, int[] shape, float[] values) in tensors)
        {
            int begin = data.Count;
            foreach (float value in values)
            {
                data.AddRange(BitConverter.GetBytes(value));
            }

            header[name] = new JsonObject
            {
                ["dtype"] = "F32",
                ["shape"] = new JsonArray([.. shape.Select(size => JsonValue.Create(size))]),
                ["data_offsets"] = new JsonArray(begin, data.Count),
            };
        }

        byte[] json = Encoding.UTF8.GetBytes(header.ToJsonString());
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        return [.. length, .. json, .. data];
    }

    public static (JsonObject Header, byte[] Data) Read(byte[] file)
    {
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        return (JsonNode.Parse(file.AsSpan(8, length))!.AsObject(), file[(8 + length)..]);
    }

    public static byte[] Bytes(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];
}
