namespace MetaTrain.Learning.Devices;

/// <summary>Turns what a system's loader says into one sentence with the remedy.</summary>
internal static class LoadFailure
{
    private static readonly string[] OfPackage = ["libtorch", "libc10", "libgomp", "torch_cpu", "c10.dll"];

    public const string TwoOfThem =
        $"{LibtorchFolder.Variable} names a libtorch, and this build brings one of its own: unset it, or build with -p:TorchBackend=external, which brings none.";

    public static string NoneOfThem(NativePlatform platform) =>
        $"There is no {platform.KernelsName} beside the program: name the folder that holds it in {LibtorchFolder.Variable}, for instance .../site-packages/torch/lib "
        + $"of a PyTorch {LibtorchFolder.Wanted} (a build with -p:TorchBackend=external needs it), or build or publish the program again on {platform.Identifier}, so that NuGet brings it.";

    public static string Unsupported(NativePlatform platform) =>
        $"libtorch comes for {NativePlatform.SupportedIdentifiers}, and this process runs on {platform.Identifier}: "
        + "run it on one of those" + (platform.Identifier.StartsWith("linux-musl", StringComparison.Ordinal)
            ? ", for instance in a container based on Debian or Ubuntu instead of Alpine."
            : ".");

    public static string NotFound(NativePlatform platform, IReadOnlyList<string> folders) =>
        $"The native library {platform.LibraryName} is not beside the program (looked in {string.Join(", ", folders)}): "
        + $"build or publish the program again on {platform.Identifier}, so that NuGet brings the native package of that platform.";

    /// <param name="platform">This process's platform.</param>
    /// <param name="path">The library.</param>
    /// <param name="said">The loader's message.</param>
    public static string Explain(NativePlatform platform, string path, string said)
    {
        string quoted = $"(the loader says: {said.ReplaceLineEndings(" ").Trim()})";
        return said switch
        {
            _ when Lacks(said, "GLIBCXX_") || Lacks(said, "CXXABI_") =>
                $"libtorch needs a newer libstdc++ than this system has: upgrade it (Debian and Ubuntu: apt-get install libstdc++6), "
                + "use Debian 12, Ubuntu 22.04, RHEL 9 or newer, and, in a project outside this repository, import "
                + $"src/MetaTrain.Learning/Devices/Native/TorchNative.targets {quoted}.",
            _ when Lacks(said, "GLIBC_") =>
                $"libtorch needs a newer C library than this system has: use Debian 12, Ubuntu 22.04, RHEL 9 or newer {quoted}.",
            _ when Missing(said, "libstdc++") || Missing(said, "libgcc_s") =>
                $"libtorch needs the C++ runtime, which this system lacks: install it (Debian and Ubuntu: apt-get install libstdc++6) {quoted}.",
            _ when OfPackage.Any(name => Missing(said, name)) =>
                $"Files of libtorch are missing beside {path}: build or publish the program again on {platform.Identifier}, "
                + $"so that NuGet brings the native package of that platform {quoted}.",
            _ when said.Contains("Operation not permitted", StringComparison.Ordinal) =>
                $"{path} may not be executed: move the program to a file system that is not mounted noexec {quoted}.",
            _ when platform.Identifier == "win-x64" =>
                $"{path} does not load: install the Microsoft Visual C++ Redistributable for x64, and see that its folder is complete {quoted}.",
            _ => $"{path} does not load: check that its folder is complete and readable, then build or publish the program again {quoted}.",
        };
    }

    private static bool Lacks(string said, string version) =>
        said.Contains($"version `{version}", StringComparison.Ordinal) && said.Contains("not found", StringComparison.Ordinal);

    private static bool Missing(string said, string name) =>
        said.Contains(name, StringComparison.Ordinal) && said.Contains("cannot open shared object file", StringComparison.Ordinal);
}
