using MetaTrain.Abstractions.Messages;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>Whoever silos exchange with: the coordinator, or what stands between.</summary>
internal interface ICoordinator
{
    /// <summary>A silo's turn: <c>CoordinatorGrain.ExchangeAsync</c> in virtual time.</summary>
    /// <param name="from">The silo's machine.</param>
    /// <param name="request">What it sends.</param>
    /// <param name="reply">What happens there when the answer has arrived.</param>
    void Exchange(Machine from, ExchangeRequest request, Action<ExchangeReply> reply);
}
