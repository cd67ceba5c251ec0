using System.Net;

namespace MetaTrain.Cluster.Transfers;

/// <summary>Where a silo offers large vectors to other silos.</summary>
public sealed class TransferOptions
{
    /// <summary>The address to listen on.</summary>
    public IPAddress Listen { get; set; } = IPAddress.Loopback;

    /// <summary>The address that other silos use.</summary>
    public IPAddress Advertise { get; set; } = IPAddress.Loopback;

    /// <summary>The port; 0 takes any that is free.</summary>
    public int Port { get; set; }

    /// <summary>Vectors of fewer bytes travel in the message itself: fetching them would cost more than it saves.</summary>
    public int SmallestBytes { get; set; } = 64 << 10;

    /// <summary>A vector that nobody fetched for so long is forgotten: whom it was meant for is gone.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>A transfer that stands still for so long has failed.</summary>
    public TimeSpan StallTime { get; set; } = TimeSpan.FromSeconds(5);
}
