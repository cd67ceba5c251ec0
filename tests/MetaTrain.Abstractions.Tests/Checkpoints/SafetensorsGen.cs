using CsCheck;
using MetaTrain.Abstractions.Checkpoints;

namespace MetaTrain.Abstractions.Tests.Checkpoints;

/// <summary>Random tensors of every shape, empty ones and single values among them, with every bit pattern of float32.</summary>
internal static class SafetensorsGen
{
    public static Gen<SafetensorsTensor> Tensor { get; } =
        from name in Gen.String[Gen.Char["abcXYZ019./_-é名\"\\ "], 1, 12]
        from shape in Gen.Int[0, 4].Array[0, 4]
        from bits in Gen.Int.Array[shape.Aggregate(1, (product, size) => product * size)]
        select SafetensorsTensor.Float32(name, [.. shape], bits.Select(BitConverter.Int32BitsToSingle).ToArray());

    public static Gen<SafetensorsTensor[]> File { get; } =
        Tensor.Array[0, 8].Select(tensors => tensors.DistinctBy(tensor => tensor.Name).ToArray());
}
