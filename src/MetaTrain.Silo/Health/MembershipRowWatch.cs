namespace MetaTrain.Silo.Health;

/// <summary>
/// Decides when a silo no longer belongs to its cluster: the store answers and does not know it, twice in a row. Once is not
/// enough, for a row is replaced while it is written.
/// </summary>
internal sealed class MembershipRowWatch
{
    private const int Limit = 2;

    private int _missing;

    /// <summary>Takes one reading; true when the silo should leave.</summary>
    public bool Observe(bool rowExists)
    {
        _missing = rowExists ? 0 : _missing + 1;
        return _missing >= Limit;
    }
}
