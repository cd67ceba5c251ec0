using System.Runtime.InteropServices;

namespace MetaTrain.Abstractions.Messages;

/// <summary>
/// Parameters, which many read and nobody changes, or a summed meta-gradient, which belongs to whoever adds it up and may take its array.
/// Within a silo it is passed by reference. Between silos a small one travels in its message, as its bytes lie, little-endian float32; of a
/// large one only the ticket does, and whoever wants the values fetches them.
/// </summary>
[Immutable]
public sealed class FloatVector
{
    private const string AlreadyTaken = "The array of this vector was taken: it belongs to another sum now.";

    private readonly int _start;
    private float[]? _values;

    /// <summary>A vector that is here.</summary>
    /// <param name="values">Not copied.</param>
    public FloatVector(float[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        (_values, Length) = (values, values.Length);
    }

    /// <summary>A range of another vector: to be read while that one's array is not taken, and never taken itself.</summary>
    /// <param name="whole">A vector that is here.</param>
    /// <param name="start">The first of the range's values.</param>
    /// <param name="length">How many.</param>
    public FloatVector(FloatVector whole, int start, int length)
    {
        ArgumentNullException.ThrowIfNull(whole);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)start + length, whole.Length, nameof(length));
        (_values, _start, Length, IsRange) = (whole.Values, whole._start + start, length, true);
    }

    /// <summary>A vector that another silo has.</summary>
    /// <param name="ticket">How to fetch it.</param>
    public FloatVector(VectorTicket ticket)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        (Ticket, Length) = (ticket, ticket.Length);
    }

    /// <summary>No values.</summary>
    public static FloatVector Empty { get; } = new([]);

    /// <summary>How many.</summary>
    public int Length { get; }

    /// <summary>How to fetch it; null for a vector that is here.</summary>
    public VectorTicket? Ticket { get; }

    /// <summary>True for a range of another vector's array.</summary>
    public bool IsRange { get; }

    /// <summary>True once its array was taken.</summary>
    public bool IsTaken => Ticket is null && Volatile.Read(ref _values) is null;

    /// <summary>True once another silo was told where to fetch it.</summary>
    public bool IsOffered { get; private set; }

    /// <summary>The values.</summary>
    public ReadOnlyMemory<float> Memory => Values.AsMemory(_start, Length);

    /// <summary>The values.</summary>
    public ReadOnlySpan<float> Span => Values.AsSpan(_start, Length);

    /// <summary>Their bytes.</summary>
    public ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes(Span);

    private float[] Values => Volatile.Read(ref _values) ?? throw Gone();

    /// <summary>Takes the array out of the vector, to write to it or to use it again: nobody reads the vector any more.</summary>
    /// <exception cref="InvalidOperationException">It was taken before, is not here, or is a range of another vector's array.</exception>
    public float[] Take() => IsRange ? throw new InvalidOperationException("This vector is a range of another one's array: copy it.")
        : Length == 0 ? [] : Interlocked.Exchange(ref _values, null) ?? throw Gone();

    /// <summary>Another silo is told where to fetch it.</summary>
    public void Offered() => IsOffered = true;

    private InvalidOperationException Gone() =>
        new(Ticket is null ? AlreadyTaken : $"The {Length} values of this vector are still on another silo, {Ticket.Host}:{Ticket.Port}: fetch them first.");
}
