using System.Net;
using Garnet.server;
using Tsavorite.core;

namespace MetaTrain.Silo.Store;

/// <summary>
/// Makes of Garnet, a cache by default, a store: whatever it acknowledged survives its death, and no record is ever dropped for
/// lack of memory. Every setting here that differs from the default is one of these two, or keeps the process small.
/// </summary>
internal static class GarnetConfiguration
{
    /// <summary>Segments are the unit in which space on disk is given back.</summary>
    public const long SegmentBytes = 64 * EmbeddedStoreOptions.MiB;

    private const long LargestPage = 16 * EmbeddedStoreOptions.MiB;

    public static GarnetServerOptions Create(EmbeddedStoreOptions options, int port)
    {
        // At least four pages: one to write, one being flushed, two to read. A page holds two of the largest inline values.
        long page = Math.Min(LargestPage, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)options.MemoryBytes / 8));
        return new GarnetServerOptions
        {
            EndPoints = [new IPEndPoint(IPAddress.Loopback, port)],
            QuietMode = true,
            MaxDatabases = 1,

            // Memory. Values stay within the log's pages (inline) up to a checkpoint piece's size, so that compaction sees them.
            LogMemorySize = $"{options.MemoryBytes}",
            PageSize = $"{page}",
            MaxInlineValueSize = $"{page / 2}",
            IndexMemorySize = "8m",
            BufferPoolMemoryBudget = "64m",

            // Records that leave memory go to disk; without this tier they would be gone without a word.
            EnableStorageTier = true,
            LogDir = Path.Combine(options.Directory, "log"),
            SegmentSize = $"{SegmentBytes}",
            ObjectLogSegmentSize = $"{SegmentBytes}",

            // The native device ends the process where libaio is missing.
            DeviceType = DeviceType.RandomAccess,

            // Space of overwritten records is given back by moving the live ones (Shift would drop them).
            CompactionType = LogCompactionType.Lookup,
            CompactionMaxSegments = options.CompactAtSegments,

            // Every operation is written ahead, and answered only when that is on disk.
            EnableAOF = true,
            CommitFrequencyMs = 0,
            WaitForCommit = true,
            AofPageSize = $"{2 * page}",
            AofMemorySize = $"{4 * page}",
            AofSegmentSize = $"{SegmentBytes}",

            // A start that cannot read its data is an error, never an empty store.
            CheckpointDir = Path.Combine(options.Directory, "checkpoints"),
            Recover = true,
            FailOnRecoveryError = true,

            // Scripts lock the keys they name: the conditional writes of ours and of Orleans are scripts.
            EnableLua = true,
            LuaTransactionMode = true,
            LuaOptions = new LuaOptions(),
        };
    }
}
