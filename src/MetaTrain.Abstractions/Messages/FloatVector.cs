using System.Buffers;
using System.Runtime.InteropServices;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.WireProtocol;

namespace MetaTrain.Abstractions.Messages;

/// <summary>
/// Parameters, which many read and nobody changes, or a summed meta-gradient, which belongs to whoever adds it up and may take its array.
/// Within a silo it is passed by reference; between silos its bytes travel as they lie, little-endian float32.
/// </summary>
/// <param name="values">Not copied.</param>
[Immutable]
public sealed class FloatVector(float[] values)
{
    private const string AlreadyTaken = "The array of this vector was taken: it belongs to another sum now.";

    private float[]? _values = values;

    /// <summary>No values.</summary>
    public static FloatVector Empty { get; } = new([]);

    /// <summary>How many.</summary>
    public int Length { get; } = values.Length;

    /// <summary>True once its array was taken.</summary>
    public bool IsTaken => Volatile.Read(ref _values) is null;

    /// <summary>The values.</summary>
    public ReadOnlyMemory<float> Memory => Values;

    /// <summary>The values.</summary>
    public ReadOnlySpan<float> Span => Values;

    /// <summary>Their bytes.</summary>
    public ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes(Span);

    private float[] Values => Volatile.Read(ref _values) ?? throw new InvalidOperationException(AlreadyTaken);

    /// <summary>Takes the array out of the vector, to write to it or to use it again: nobody reads the vector any more.</summary>
    /// <exception cref="InvalidOperationException">It was taken before.</exception>
    public float[] Take() =>
        Length == 0 ? [] : Interlocked.Exchange(ref _values, null) ?? throw new InvalidOperationException(AlreadyTaken);
}

/// <summary>Writes the bytes of a <see cref="FloatVector"/> without an array in between.</summary>
[RegisterSerializer]
internal sealed class FloatVectorCodec : IFieldCodec<FloatVector>
{
    public void WriteField<TBufferWriter>(ref Writer<TBufferWriter> writer, uint fieldIdDelta, Type? expectedType, FloatVector? value)
        where TBufferWriter : IBufferWriter<byte>
    {
        if (ReferenceCodec.TryWriteReferenceField(ref writer, fieldIdDelta, expectedType!, value))
        {
            return;
        }

        writer.WriteFieldHeader(fieldIdDelta, expectedType!, typeof(FloatVector), WireType.LengthPrefixed);
        writer.WriteVarUInt32((uint)value!.Bytes.Length);
        writer.Write(value.Bytes);
    }

    public FloatVector ReadValue<TInput>(ref Reader<TInput> reader, Field field)
    {
        if (field.WireType == WireType.Reference)
        {
            return ReferenceCodec.ReadReference<FloatVector, TInput>(ref reader, field)!;
        }

        if (field.WireType != WireType.LengthPrefixed)
        {
            throw new InvalidDataException($"A vector of floats came as wire type {field.WireType}: the sender runs another build of MetaTrain.");
        }

        float[] values = GC.AllocateUninitializedArray<float>((int)reader.ReadVarUInt32() / sizeof(float));
        reader.ReadBytes(MemoryMarshal.AsBytes(values.AsSpan()));
        FloatVector vector = new(values);
        ReferenceCodec.RecordObject(reader.Session, vector);
        return vector;
    }
}

/// <summary>Nobody changes a vector: a copy is the vector itself.</summary>
[RegisterCopier]
internal sealed class FloatVectorCopier : IDeepCopier<FloatVector>
{
    public FloatVector? DeepCopy(FloatVector? input, CopyContext context) => input;
}
