using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.WireProtocol;

namespace MetaTrain.Abstractions.Messages;

/// <summary>
/// Writes a <see cref="FloatVector"/> without an array in between: its kind, then its bytes, or those of its ticket
/// (id, number of values, port, host).
/// </summary>
[RegisterSerializer]
internal sealed class FloatVectorCodec(IServiceProvider services) : IFieldCodec<FloatVector>
{
    private const byte Inline = 0;

    // 1 was that of builds which answer a fetch with a length first.
    private const byte Ticket = 2;

    private const int TicketBytes = 16 + sizeof(int) + sizeof(int);

    // A client has none: what it sends is small.
    private readonly Lazy<IVectorOffers?> _offers = new(services.GetService<IVectorOffers>);

    public void WriteField<TBufferWriter>(ref Writer<TBufferWriter> writer, uint fieldIdDelta, Type? expectedType, FloatVector? value)
        where TBufferWriter : IBufferWriter<byte>
    {
        if (ReferenceCodec.TryWriteReferenceField(ref writer, fieldIdDelta, expectedType!, value))
        {
            return;
        }

        writer.WriteFieldHeader(fieldIdDelta, expectedType!, typeof(FloatVector), WireType.LengthPrefixed);
        if ((value!.Ticket ?? _offers.Value?.Offer(value)) is { } ticket)
        {
            byte[] host = Encoding.UTF8.GetBytes(ticket.Host);
            byte[] bytes = new byte[TicketBytes + host.Length];
            ticket.Id.TryWriteBytes(bytes);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), ticket.Length);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(20), ticket.Port);
            host.CopyTo(bytes, TicketBytes);
            Write(ref writer, Ticket, bytes);
        }
        else
        {
            Write(ref writer, Inline, value.Bytes);
        }
    }

    public FloatVector ReadValue<TInput>(ref Reader<TInput> reader, Field field)
    {
        if (field.WireType == WireType.Reference)
        {
            return ReferenceCodec.ReadReference<FloatVector, TInput>(ref reader, field)!;
        }

        int length = field.WireType == WireType.LengthPrefixed ? (int)reader.ReadVarUInt32() - 1 : -1;
        byte kind = length < 0 ? byte.MaxValue : reader.ReadByte();
        FloatVector vector = kind switch
        {
            Inline => new FloatVector(ReadValues(ref reader, length)),
            Ticket when length > TicketBytes => new FloatVector(ReadTicket(ref reader, length)),
            _ => throw new InvalidDataException($"A vector of floats came as wire type {field.WireType}, kind {kind}: the sender runs another build of MetaTrain."),
        };
        ReferenceCodec.RecordObject(reader.Session, vector);
        return vector;
    }

    private static void Write<TBufferWriter>(ref Writer<TBufferWriter> writer, byte kind, ReadOnlySpan<byte> bytes)
        where TBufferWriter : IBufferWriter<byte>
    {
        writer.WriteVarUInt32((uint)bytes.Length + 1);
        writer.WriteByte(kind);
        writer.Write(bytes);
    }

    private static float[] ReadValues<TInput>(ref Reader<TInput> reader, int length)
    {
        float[] values = GC.AllocateUninitializedArray<float>(length / sizeof(float));
        reader.ReadBytes(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    private static VectorTicket ReadTicket<TInput>(ref Reader<TInput> reader, int length)
    {
        byte[] bytes = reader.ReadBytes((uint)length);
        return new VectorTicket(
            Encoding.UTF8.GetString(bytes, TicketBytes, length - TicketBytes),
            BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(20)),
            new Guid(bytes.AsSpan(0, 16)),
            BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(16)));
    }
}

/// <summary>Nobody changes a vector: a copy is the vector itself.</summary>
[RegisterCopier]
internal sealed class FloatVectorCopier : IDeepCopier<FloatVector>
{
    public FloatVector? DeepCopy(FloatVector? input, CopyContext context) => input;
}
