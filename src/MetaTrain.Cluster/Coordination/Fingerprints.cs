using System.IO.Hashing;
using System.Runtime.InteropServices;
using MetaTrain.Abstractions.Messages;

namespace MetaTrain.Cluster.Coordination;

/// <summary>Hashes by which two results of one node are told apart. They are taken before sums leave their silo, off the coordinator's turn.</summary>
internal static class Fingerprints
{
    /// <summary>The result with the hash of its sums.</summary>
    public static NodeResult WithFingerprint(this NodeResult result)
    {
        XxHash128 hash = new();
        hash.Append(result.Gradient.Bytes);
        hash.Append(MemoryMarshal.AsBytes(result.Metrics.AsSpan()));
        hash.Append(BitConverter.GetBytes(result.Count));
        return result with { Fingerprint = hash.GetCurrentHashAsUInt128() };
    }
}
