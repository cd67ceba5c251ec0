using System.Buffers.Binary;
using System.Collections.Immutable;

namespace MetaTrain.Abstractions.Checkpoints;

/// <summary>One named tensor of a safetensors file: its bytes are row-major and little-endian.</summary>
public sealed class SafetensorsTensor
{
    internal SafetensorsTensor(string name, SafetensorsDtype dtype, ImmutableArray<int> shape, ReadOnlyMemory<byte> data)
    {
        Name = name;
        Dtype = dtype;
        Shape = shape;
        Data = data;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its element type.</summary>
    public SafetensorsDtype Dtype { get; }

    /// <summary>Its shape; empty for a single value.</summary>
    public ImmutableArray<int> Shape { get; }

    /// <summary>Its bytes.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>How many values it has.</summary>
    public int Length => Data.Length / Dtype.Bytes();

    /// <summary>A tensor of float32 values.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="values">As many values as the shape has, row-major; they are copied.</param>
    /// <exception cref="ArgumentException">The number of values is not that of the shape.</exception>
    public static SafetensorsTensor Float32(string name, ImmutableArray<int> shape, ReadOnlyMemory<float> values)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (shape.Any(size => size < 0) || shape.Aggregate(1L, (product, size) => product * size) != values.Length)
        {
            throw new ArgumentException($"Tensor '{name}' has {values.Length} values, which do not fill its shape [{string.Join(", ", shape)}].", nameof(values));
        }

        byte[] data = new byte[checked(values.Length * sizeof(float))];
        LittleEndian.Write(values.Span, data);
        return new SafetensorsTensor(name, SafetensorsDtype.F32, shape, data);
    }

    /// <summary>Its values as float32: as they are for F32, F16 and BF16, rounded for F64.</summary>
    /// <param name="destination">As long as the tensor.</param>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    /// <exception cref="InvalidDataException">The tensor does not hold floating-point numbers of at least 16 bits.</exception>
    public void CopyTo(Span<float> destination)
    {
        if (destination.Length != Length)
        {
            throw new ArgumentException($"Tensor '{Name}' has {Length} values, but the destination has room for {destination.Length}.", nameof(destination));
        }

        ReadOnlySpan<byte> data = Data.Span;
        switch (Dtype)
        {
            case SafetensorsDtype.F32:
                LittleEndian.Read(data, destination);
                break;
            case SafetensorsDtype.F16:
                for (int i = 0; i < destination.Length; i++)
                {
                    destination[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(data[(2 * i)..]);
                }

                break;
            case SafetensorsDtype.BF16:
                for (int i = 0; i < destination.Length; i++)
                {
                    destination[i] = BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(data[(2 * i)..]) << 16);
                }

                break;
            case SafetensorsDtype.F64:
                for (int i = 0; i < destination.Length; i++)
                {
                    destination[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(data[(8 * i)..]);
                }

                break;
            default:
                throw new InvalidDataException($"Tensor '{Name}' holds {Dtype.Name()}, which cannot be read as parameters; save it as F32, F16, BF16 or F64.");
        }
    }

    /// <summary>Its values as float32, as <see cref="CopyTo"/> gives them.</summary>
    /// <exception cref="InvalidDataException">The tensor does not hold floating-point numbers of at least 16 bits.</exception>
    public float[] ToFloat32()
    {
        float[] values = new float[Length];
        CopyTo(values);
        return values;
    }
}
