namespace MetaTrain.Learning.Devices;

/// <summary>The instruction set that libtorch's kernels use: the widest that the processor has, unless the environment caps it.</summary>
internal static class InstructionSets
{
    // The libraries below libtorch choose for themselves: each cap of theirs changes bits too, so it is part of the name.
    private static readonly (string Variable, string Name)[] Caps =
        [("ONEDNN_MAX_CPU_ISA", "onednn"), ("DNNL_MAX_CPU_ISA", "dnnl"), ("MKL_CBWR", "cbwr"), ("MKL_ENABLE_INSTRUCTIONS", "mkl")];

    /// <param name="widest">default, avx2 or avx512: what the processor has.</param>
    /// <param name="environment">A variable's value as native code sees it; null when it is not set.</param>
    public static string InUse(string widest, Func<string, string?> environment)
    {
        // libtorch takes the variable at its word, also when the processor has less, and ignores any other value.
        string kernels = environment("ATEN_CPU_CAPABILITY") is "default" or "avx2" or "avx512"
            ? environment("ATEN_CPU_CAPABILITY")!
            : widest;
        IEnumerable<string> caps = Caps
            .Select(cap => (cap.Name, Value: environment(cap.Variable)))
            .Where(cap => !string.IsNullOrEmpty(cap.Value))
            .Select(cap => $"{cap.Name}={cap.Value!.ToLowerInvariant().Replace('/', '_')}");
        return string.Join('+', caps.Prepend(kernels));
    }
}
