using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MetaTrain.Client.Connections;

/// <summary>How patient a client is. The defaults suit a person who waits.</summary>
public sealed record ClientOptions
{
    /// <summary>How long to look for a cluster before giving up.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long one call may take: a gateway that died is noticed only by this.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>How long a request is repeated while silos come and go.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>Where the connection logs.</summary>
    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
