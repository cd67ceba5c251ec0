using System.Collections.Concurrent;
using MetaTrain.Abstractions.Messages;
using Microsoft.Extensions.Options;

namespace MetaTrain.Cluster.Transfers;

/// <summary>The vectors that this silo has spoken of to others, until they are fetched. Safe for concurrent use.</summary>
internal sealed class TransferOutbox(IOptions<TransferOptions> options, TimeProvider time) : IVectorOffers
{
    private readonly ConcurrentDictionary<Guid, (FloatVector Vector, long Since)> _offered = new();
    private int _port;
    private long _sweptAt = time.GetTimestamp();

    /// <summary>How many wait to be fetched.</summary>
    public int Count => _offered.Count;

    /// <summary>From here on vectors can be fetched at this port.</summary>
    public void Open(int port) => _port = port;

    /// <inheritdoc/>
    public VectorTicket? Offer(FloatVector vector)
    {
        ArgumentNullException.ThrowIfNull(vector);
        if (_port == 0 || vector.Bytes.Length < options.Value.SmallestBytes)
        {
            return null;
        }

        Sweep();
        VectorTicket ticket = new(options.Value.Advertise.ToString(), _port, Guid.NewGuid(), vector.Length);
        _offered[ticket.Id] = (vector, time.GetTimestamp());
        vector.Offered();
        return ticket;
    }

    /// <summary>Gives a vector away; null for one that is not here, or was given away before.</summary>
    public FloatVector? Take(Guid id) =>
        _offered.TryRemove(id, out (FloatVector Vector, long Since) offered) && !offered.Vector.IsTaken ? offered.Vector : null;

    private void Sweep()
    {
        long swept = Interlocked.Read(ref _sweptAt);
        if (time.GetElapsedTime(swept) < options.Value.Patience || Interlocked.CompareExchange(ref _sweptAt, time.GetTimestamp(), swept) != swept)
        {
            return;
        }

        foreach ((Guid id, (FloatVector _, long since)) in _offered)
        {
            if (time.GetElapsedTime(since) >= options.Value.Patience)
            {
                _offered.TryRemove(id, out _);
            }
        }
    }
}
