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

    // cuBLAS gives the same bits twice only with a workspace of fixed size.
    private static readonly KeyValuePair<string, string> Cublas = KeyValuePair.Create("CUBLAS_WORKSPACE_CONFIG", ":4096:8");

    /// <summary>What a process that computes must be started with.</summary>
    /// <param name="arithmetic">Of the processor.</param>
    /// <param name="onGpus">True when it computes on GPUs too.</param>
    public static ImmutableSortedDictionary<string, string> For(Arithmetic arithmetic, bool onGpus = false)
    {
        ImmutableSortedDictionary<string, string> variables = arithmetic switch
        {
            Arithmetic.Native => Threads,
            Arithmetic.Portable => Portable,
            _ => throw new ArgumentOutOfRangeException(nameof(arithmetic), arithmetic, "This arithmetic has no environment."),
        };
        return onGpus ? variables.Add(Cublas.Key, Cublas.Value) : variables;
    }

    /// <summary>
    /// The variables that differ from what is wanted. A number of threads that a person has set is taken as meant;
    /// a wrong instruction set is not, because the bits would not be portable.
    /// </summary>
    public static ImmutableSortedDictionary<string, string> Missing(Arithmetic arithmetic, Func<string, string?> read, bool onGpus = false) =>
        For(arithmetic, onGpus).Where(wanted => read(wanted.Key) is not { Length: > 0 } value || (!Threads.ContainsKey(wanted.Key) && value != wanted.Value))
            .ToImmutableSortedDictionary(StringComparer.Ordinal);
}
