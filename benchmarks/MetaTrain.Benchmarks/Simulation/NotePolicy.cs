namespace MetaTrain.Benchmarks.Simulation;

/// <summary>When the coordinator writes to the store what is out with workers.</summary>
internal enum NotePolicy
{
    /// <summary>For each lease, as the product did when this was written.</summary>
    EachLease,

    /// <summary>Once for all leases of a turn.</summary>
    EachTurn,

    /// <summary>One at a time: what comes while the store writes is in the next note.</summary>
    OneAtATime,
}
