using StackExchange.Redis;

namespace MetaTrain.Storage.Redis;

/// <summary>Tells a store that is not usable from a mistake of ours, and says what to do.</summary>
internal static class StoreFault
{
    /// <summary>One sentence for a person; null when the exception is no fault of the store.</summary>
    public static string? Describe(Exception exception, string address, TimeSpan timeout) => exception switch
    {
        RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } =>
            $"The store at {address} refused user or password: give them in its address, redis://user:password@host:port.",
        RedisConnectionException e when e.Message.Contains("WRONGPASS") || e.Message.Contains("NOAUTH") =>
            $"The store at {address} refused user or password: give them in its address, redis://user:password@host:port.",
        RedisConnectionException or ObjectDisposedException =>
            $"The store at {address} cannot be reached: check that it runs there and that nothing blocks the port, or name another with --store.",
        RedisTimeoutException or TimeoutException =>
            $"The store at {address} did not answer within {timeout.TotalSeconds:0.###} s: check that it runs and is not overloaded, or name another with --store.",
        RedisServerException e => DescribeRefusal(e.Message, address),
        _ => null,
    };

    /// <summary>The same for an error that the server answered.</summary>
    public static string? DescribeRefusal(string answer, string address) => answer.Split(' ', 2)[0] switch
    {
        "NOAUTH" or "WRONGPASS" or "NOPERM" =>
            $"The store at {address} refused user or password ({answer}): give one that may read and write all keys in its address, redis://user:password@host:port.",
        "OOM" => $"The store at {address} has no memory left for a write: raise its maxmemory, or remove what is no longer needed.",
        "MISCONF" => $"The store at {address} cannot write to its disk and refuses changes: look at its log, and free space there.",
        "EXECABORT" =>
            $"The store at {address} refused a write ({answer}): look at its log and its memory; it may be full, unable to write to its disk, or a replica.",
        "NOREPLICAS" => $"The store at {address} has too few replicas to take a write ({answer}): start them, or lower its min-replicas-to-write.",
        "READONLY" => $"The store at {address} is a read-only replica: give the address of its primary.",
        "LOADING" or "MASTERDOWN" or "CLUSTERDOWN" or "TRYAGAIN" => $"The store at {address} is not ready yet ({answer}): try again when it has started.",
        _ => null,
    };
}
