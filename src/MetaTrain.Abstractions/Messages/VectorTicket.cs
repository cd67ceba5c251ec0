namespace MetaTrain.Abstractions.Messages;

/// <summary>Where a large vector can be fetched, once: it does not travel in the message that speaks of it.</summary>
/// <param name="Host">The address of the silo that has it.</param>
/// <param name="Port">Its port for transfers.</param>
/// <param name="Id">Known to nobody else: who names it gets the vector.</param>
/// <param name="Length">How many values.</param>
public sealed record VectorTicket(string Host, int Port, Guid Id, int Length);

/// <summary>What a silo keeps for others to fetch.</summary>
public interface IVectorOffers
{
    /// <summary>A ticket for the vector; null for one that is small enough to travel in the message itself.</summary>
    VectorTicket? Offer(FloatVector vector);
}
