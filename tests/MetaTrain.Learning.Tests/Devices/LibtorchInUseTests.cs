using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.Tests.Experiments;

namespace MetaTrain.Learning.Tests.Devices;

/// <summary>The libtorch of this process is the one that is meant; TorchLoadsTests runs these in a build that brings none.</summary>
public sealed class LibtorchInUseTests
{
    /// <summary>Names a file to write the computed hash to.</summary>
    private const string OutputVariable = "METATRAIN_TEST_OUTPUT";

    private static string Meant => Environment.GetEnvironmentVariable(LibtorchFolder.Variable) is { Length: > 0 } folder
        ? folder
        : Path.GetDirectoryName(TorchRuntime.LibraryPath)!;

    [Fact]
    public void Process_HasOneLibtorch_TheOneThatIsMeant()
    {
        _ = Computed();
        _ = TorchSharp.torch.cuda.is_available();

        string[] loaded = [.. LoadedFiles().Where(IsOfLibtorch).Distinct()];

        Assert.NotEmpty(loaded);
        Assert.All(loaded, file => Assert.Equal(Meant, Path.GetDirectoryName(file)));
        Assert.StartsWith(AppContext.BaseDirectory, TorchRuntime.LibraryPath, StringComparison.Ordinal);
    }

    [Fact]
    public void Process_ComputesTheSameTwice_AndItsClassIsThatOfItsLibtorch()
    {
        string computed = Computed();
        if (Environment.GetEnvironmentVariable(OutputVariable) is { Length: > 0 } file)
        {
            File.WriteAllText(file, computed);
        }

        Assert.Equal(computed, Computed());
        using FileStream kernels = File.OpenRead(Path.Combine(Meant, NativePlatform.Current.KernelsName));
        Assert.StartsWith(DeviceClass.Cpu.TorchHash, Convert.ToHexStringLower(SHA256.HashData(kernels)), StringComparison.Ordinal);
    }

    /// <summary>The SHA-256 of a meta-gradient that libtorch's autograd computed.</summary>
    private static string Computed()
    {
        var experiment = Experiment.Create(Specs.Of("""{ "kind": "maml" }""", Specs.SmallConv), new BlobSource(3, 1, 2, 0.3f, 1, 12, 12), ComputePath.Autograd);
        BlockRequest request = new(Iteration: 1, FirstTask: 0, Tasks: 2);
        BlockSums sums = experiment.Compute(request, experiment.Sample(request), experiment.InitialParameters());
        return Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<float>(sums.Gradient)));
    }

    private static IEnumerable<string> LoadedFiles() => OperatingSystem.IsLinux()
        ? File.ReadLines("/proc/self/maps").Where(line => line.Contains('/', StringComparison.Ordinal)).Select(line => line[line.IndexOf('/', StringComparison.Ordinal)..])
        : System.Diagnostics.Process.GetCurrentProcess().Modules.Cast<System.Diagnostics.ProcessModule>().Select(module => module.FileName);

    private static bool IsOfLibtorch(string file) =>
        new[] { "c10", "torch", "torch_cpu" }.Any(library => Path.GetFileName(file) == NativePlatform.Current.FileName(library));
}
