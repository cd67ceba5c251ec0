using System.Collections.Immutable;

namespace MetaTrain.Silo.Health;

/// <summary>Whether the silo takes work, and if not, what it waits for.</summary>
internal sealed record ReadinessReport(ImmutableArray<string> WaitingFor)
{
    public bool Ready => WaitingFor.IsEmpty;
}
