namespace MetaTrain.Silo.Health;

/// <summary>Whether the store answers. The answer is good for a moment, so that a crowd of probes is one ping.</summary>
internal sealed class StoreProbe(Func<CancellationToken, Task<string?>> ping, TimeProvider time)
{
    internal static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Task<string?>? _last;
    private long _askedAt;

    /// <summary>Null when the store answers, else what is wrong.</summary>
    public Task<string?> FaultAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_last is null || (_last.IsCompleted && time.GetElapsedTime(_askedAt) >= GoodFor))
            {
                _askedAt = time.GetTimestamp();
                _last = ping(CancellationToken.None);
            }

            return _last.WaitAsync(cancellationToken);
        }
    }
}
