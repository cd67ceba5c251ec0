using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using MetaTrain.Abstractions.Grains;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>A job's grains as one machine finds them, so that the product's own code can call them: each call passes the links in virtual time.</summary>
[SuppressMessage("Performance", "CA1852", Justification = "A proxy's class is derived from at run time.")]
internal class SimulatedGrains : DispatchProxy
{
    private Func<string, IAggregatorGrain> _aggregators = null!;
    private ICoordinatorGrain _coordinator = null!;

    /// <summary>Makes one.</summary>
    /// <param name="caller">The machine.</param>
    /// <param name="coordinator">The job's coordinator.</param>
    /// <param name="aggregators">The job's aggregators, by their keys.</param>
    public static IGrainFactory Of(Machine caller, SimulatedCoordinator coordinator, IReadOnlyDictionary<string, SimulatedAggregator> aggregators)
    {
        IGrainFactory factory = Create<IGrainFactory, SimulatedGrains>();
        SimulatedGrains grains = (SimulatedGrains)factory;
        grains._coordinator = CoordinatorReference.Of(caller, coordinator);
        grains._aggregators = key => new AggregatorReference(caller, aggregators[key]);
        return factory;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => (targetMethod?.ReturnType, args) switch
    {
        (Type type, [string, ..]) when type == typeof(ICoordinatorGrain) => _coordinator,
        (Type type, [string key, ..]) when type == typeof(IAggregatorGrain) => _aggregators(key),
        _ => throw new NotSupportedException($"A simulated cluster has no grains of {targetMethod?.ReturnType}."),
    };
}
