namespace MetaTrain.Silo.Hosting;

/// <summary>A port that a silo listens on.</summary>
/// <param name="Option">What gives it, for instance --silo-port.</param>
/// <param name="Number">The port.</param>
/// <param name="MayBeAny">True when 0 takes any that is free.</param>
internal readonly record struct ListeningPort(string Option, int Number, bool MayBeAny = false)
{
    /// <summary>True when it is left to the machine.</summary>
    public bool IsAny => MayBeAny && Number == 0;

    public bool IsAllowed => IsAny || Number is >= 1 and <= ushort.MaxValue;
}
