using System.Net;
using System.Numerics;
using Garnet.server;
using Tsavorite.core;

namespace MetaTrain.Silo.Store;

/// <summary>
/// Makes of Garnet, a cache by default, a store: whatever it acknowledged survives its death, and no record is ever dropped for
/// lack of memory. Every setting here that differs from the default is one of these two, or keeps the process small.
/// </summary>
/// <remarks>
/// The append-only file alone is the truth. Garnet's checkpoints, which would shorten it, are never taken: in this version one
/// that holds hashes or sets cannot always be read again. <see cref="GenerationRewrite"/> shortens it instead.
/// </remarks>
internal static class GarnetConfiguration
{
    private const long LargestPage = 16 * EmbeddedStoreOptions.MiB;
    private const long SegmentBytes = 64 * EmbeddedStoreOptions.MiB;

    /// <param name="generation">The directory with the append-only file.</param>
    /// <param name="memory">The memory for records.</param>
    /// <param name="port">The loopback port.</param>
    public static GarnetServerOptions Create(Generation generation, long memory, int port)
    {
        long page = Math.Min(LargestPage, (long)BitOperations.RoundUpToPowerOf2((ulong)memory / 8));
        return new GarnetServerOptions
        {
            EndPoints = [new IPEndPoint(IPAddress.Loopback, port)],
            QuietMode = true,
            MaxDatabases = 1,

            // At least eight pages; an append-only page must be twice as large, and two of them be held.
            LogMemorySize = $"{memory}",
            PageSize = $"{page}",
            AofPageSize = $"{2 * page}",
            AofMemorySize = $"{4 * page}",
            IndexMemorySize = "8m",
            BufferPoolMemoryBudget = "64m",

            // Records that leave memory go to disk; without this tier they would be gone without a word.
            EnableStorageTier = true,
            LogDir = generation.SpillDirectory,
            SegmentSize = $"{SegmentBytes}",
            ObjectLogSegmentSize = $"{SegmentBytes}",

            // The native device ends the process where libaio is missing.
            DeviceType = DeviceType.RandomAccess,

            // Every operation is written ahead, and answered only when that is on disk.
            EnableAOF = true,
            CommitFrequencyMs = 0,
            WaitForCommit = true,
            AofSegmentSize = $"{SegmentBytes}",

            // A start that cannot read its data is an error, never an empty store.
            CheckpointDir = generation.AppendOnlyDirectory,
            Recover = true,
            FailOnRecoveryError = true,

            // Scripts lock the keys they name: the conditional writes of ours and of Orleans are scripts.
            EnableLua = true,
            LuaTransactionMode = true,
            LuaOptions = new LuaOptions(),
        };
    }
}
