using System.Collections.Immutable;
using MetaTrain.Silo.Hosting;

namespace MetaTrain.Silo.Processes;

/// <summary>
/// The variables that native libraries read while they load. They must be in the environment the process starts with:
/// setting them later never reaches native code.
/// </summary>
internal static class NativeEnvironment
{
    // One thread for each worker: workers share the cores among themselves, and a sum has one order.
    private static readonly ImmutableSortedDictionary<string, string> Threads = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal,
    [
        KeyValuePair.Create("MKL_NUM_THREADS", "1"),
        KeyValuePair.Create("OMP_NUM_THREADS", "1"),
        KeyValuePair.Create("OPENBLAS_NUM_THREADS", "1"),
    ]);

    // ATen and oneDNN stop at AVX2. MKL promises equal bits on other vendors' processors only for its compatible code path.
    private static readonly ImmutableSortedDictionary<string, string> Portable = Threads.AddRange(
    [
        KeyValuePair.Create("ATEN_CPU_CAPABILITY", "avx2"),
        KeyValuePair.Create("MKL_CBWR", "COMPATIBLE"),
        KeyValuePair.Create("ONEDNN_MAX_CPU_ISA", "AVX2"),
    ]);

    /// <summary>What a process that computes must be started with.</summary>
    public static ImmutableSortedDictionary<string, string> For(Arithmetic arithmetic) => arithmetic switch
    {
        Arithmetic.Native => Threads,
        Arithmetic.Portable => Portable,
        _ => throw new ArgumentOutOfRangeException(nameof(arithmetic), arithmetic, "This arithmetic has no environment."),
    };

    /// <summary>
    /// The variables that differ from what is wanted. A number of threads that a person has set is taken as meant;
    /// a wrong instruction set is not, because the bits would not be portable.
    /// </summary>
    public static ImmutableSortedDictionary<string, string> Missing(Arithmetic arithmetic, Func<string, string?> read) =>
        For(arithmetic).Where(wanted => read(wanted.Key) is not { Length: > 0 } value || (!Threads.ContainsKey(wanted.Key) && value != wanted.Value))
            .ToImmutableSortedDictionary(StringComparer.Ordinal);
}
