using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MetaTrain.Abstractions.Checkpoints;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Cluster.Coordination;

/// <summary>
/// The content of a checkpoint as a safetensors file: the parameters under their own names and shapes,
/// the optimizer's vectors as "state/optimizer/NAME" of shape [P].
/// </summary>
internal static class CheckpointCodec
{
    private const string OptimizerPrefix = "state/optimizer/";

    public static byte[] Encode(ImmutableArray<ParameterSlot> slots, float[] parameters, IReadOnlyDictionary<string, float[]> optimizer)
    {
        List<SafetensorsTensor> tensors = [];
        foreach (ParameterSlot slot in slots)
        {
            tensors.Add(SafetensorsTensor.Float32(slot.Name, slot.Shape, parameters.AsMemory(slot.Offset, slot.Length)));
        }

        foreach ((string name, float[] values) in optimizer)
        {
            tensors.Add(SafetensorsTensor.Float32(OptimizerPrefix + name, [values.Length], values));
        }

        return SafetensorsFile.Write(tensors);
    }

    /// <summary>The parameters of a checkpoint, in the order of <paramref name="slots"/>.</summary>
    /// <exception cref="InvalidDataException">A parameter is missing or has another shape: the message names it.</exception>
    public static float[] DecodeParameters(ImmutableArray<ParameterSlot> slots, SafetensorsFile file)
    {
        float[] parameters = new float[slots.Sum(static slot => slot.Length)];
        foreach (ParameterSlot slot in slots)
        {
            SafetensorsTensor tensor = file.Find(slot.Name)
                ?? throw new InvalidDataException($"The checkpoint has no parameter '{slot.Name}'.");
            if (!tensor.Shape.SequenceEqual(slot.Shape))
            {
                throw new InvalidDataException(
                    $"Parameter '{slot.Name}' of the checkpoint has shape [{string.Join(", ", tensor.Shape)}], this model's has [{string.Join(", ", slot.Shape)}].");
            }

            tensor.CopyTo(parameters.AsSpan(slot.Offset, slot.Length));
        }

        return parameters;
    }

    public static Dictionary<string, float[]> DecodeOptimizer(SafetensorsFile file) =>
        file.Tensors.Where(static tensor => tensor.Name.StartsWith(OptimizerPrefix, StringComparison.Ordinal))
            .ToDictionary(static tensor => tensor.Name[OptimizerPrefix.Length..], static tensor => tensor.ToFloat32(), StringComparer.Ordinal);

    /// <summary>SHA-256 of all parameters: ordinal name order, row-major, little-endian float32, which is how the flat vector lies in memory.</summary>
    public static string Hash(ReadOnlySpan<float> parameters) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(parameters)));
}
