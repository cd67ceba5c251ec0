using Orleans.Placement;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace MetaTrain.Cluster.Placement;

/// <summary>Puts a grain on the silo that its key names, and nowhere else.</summary>
[Serializable, GenerateSerializer, Immutable, SuppressReferenceTracking]
internal sealed class SiloPinnedPlacement : PlacementStrategy;

/// <summary>Marks a grain class as pinned to the silo that its key names.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class SiloPinnedPlacementAttribute() : PlacementAttribute(new SiloPinnedPlacement());

/// <summary>Finds the silo in the key; one that is gone is an error, for its device is gone with it.</summary>
internal sealed class SiloPinnedPlacementDirector : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        SiloAddress silo = WorkerKey.Parse(target.GrainIdentity.Key.ToString()!).Silo;
        return context.GetCompatibleSilos(target).Contains(silo)
            ? Task.FromResult(silo)
            : Task.FromException<SiloAddress>(new SiloUnavailableException($"The silo of worker {target.GrainIdentity.Key} is gone."));
    }
}
