using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Messages;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>The coordinator as a silo's machine calls it: what the silo's link asks of it, and nothing else of the grain.</summary>
[SuppressMessage("Performance", "CA1852", Justification = "A proxy's class is derived from at run time.")]
internal class CoordinatorReference : DispatchProxy
{
    private Machine _caller = null!;
    private SimulatedCoordinator _coordinator = null!;

    /// <summary>Makes one.</summary>
    /// <param name="caller">The machine that calls.</param>
    /// <param name="coordinator">Whom.</param>
    public static ICoordinatorGrain Of(Machine caller, SimulatedCoordinator coordinator)
    {
        ICoordinatorGrain grain = Create<ICoordinatorGrain, CoordinatorReference>();
        CoordinatorReference reference = (CoordinatorReference)grain;
        (reference._caller, reference._coordinator) = (caller, coordinator);
        return grain;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => (targetMethod?.Name, args) switch
    {
        (nameof(ICoordinatorGrain.ExchangeAsync), [ExchangeRequest request]) => ExchangeAsync(request),
        (nameof(ICoordinatorGrain.ReadParametersAsync), [long epoch, long version]) => ReadParametersAsync(epoch, version),
        _ => throw new NotSupportedException($"A simulated coordinator has no {targetMethod?.Name}."),
    };

    private async Task<ExchangeReply> ExchangeAsync(ExchangeRequest request)
    {
        ExchangeReply reply = await _caller.CallAsync(
            _coordinator.Machine, WireSize.Of(request), () => _coordinator.ExchangeAsync(_caller, request), WireSize.Of);
        await FetchAsync(reply.Parameters);
        return reply;
    }

    private async Task<ParameterSnapshot?> ReadParametersAsync(long epoch, long version)
    {
        ParameterSnapshot? snapshot = await _caller.CallAsync(
            _coordinator.Machine, WireSize.Envelope, () => Task.FromResult(_coordinator.ReadParameters(epoch, version)), WireSize.Of);
        await FetchAsync(snapshot);
        return snapshot;
    }

    // The silo goes on in a turn when the parameters have come.
    private async Task FetchAsync(ParameterSnapshot? snapshot)
    {
        Task fetched = _caller.FetchAsync(_coordinator.Machine, snapshot?.Values ?? FloatVector.Empty);
        if (!fetched.IsCompleted)
        {
            await fetched;
            await _caller.Cpu.TurnAsync();
        }
    }
}
