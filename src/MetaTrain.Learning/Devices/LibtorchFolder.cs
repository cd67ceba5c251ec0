using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace MetaTrain.Learning.Devices;

/// <summary>
/// A folder with the libtorch of a build that brings none (<c>-p:TorchBackend=external</c>), for instance that of an installed PyTorch:
/// <c>site-packages/torch/lib</c>. Its libraries are loaded first: what asks for them by name afterwards, TorchSharp and our LibTorchSharp,
/// gets those that are loaded already.
/// </summary>
internal sealed partial class LibtorchFolder
{
    /// <summary>The environment variable that names the folder.</summary>
    public const string Variable = "METATRAIN_LIBTORCH";

    /// <summary>The version that TorchSharp calls. Not read from TorchSharp, whose first use loads a libtorch.</summary>
    public const string Wanted = "2.10";

    // In the order of who needs whom; the CUDA half registers itself with the other one as it loads.
    private static readonly ImmutableArray<string> Always = ["c10", "torch_cpu"];
    private static readonly ImmutableArray<string> Cuda = ["c10_cuda", "torch_cuda"];

    private readonly NativePlatform _platform;

    private LibtorchFolder(NativePlatform platform, string path)
    {
        (_platform, Path) = (platform, path);
        HasCuda = File.Exists(FileOf("torch_cuda"));
    }

    public string Path { get; }

    /// <summary>True when it has the CUDA half.</summary>
    public bool HasCuda { get; }

    /// <summary>The folder that the environment names; null when it names none.</summary>
    /// <exception cref="TorchUnavailableException">It cannot be used.</exception>
    public static LibtorchFolder? FromEnvironment(NativePlatform platform) =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path ? Open(platform, path) : null;

    /// <summary>A folder with all that is needed, of the version that TorchSharp was made for.</summary>
    /// <exception cref="TorchUnavailableException">It is not one.</exception>
    public static LibtorchFolder Open(NativePlatform platform, string path)
    {
        if (!Directory.Exists(path))
        {
            throw new TorchUnavailableException($"{Variable} is '{path}', and there is no such folder: give the one that holds {platform.KernelsName}, or unset it.");
        }

        LibtorchFolder folder = new(platform, System.IO.Path.GetFullPath(path));
        foreach (string library in folder.Libraries)
        {
            if (!File.Exists(folder.FileOf(library)))
            {
                throw new TorchUnavailableException(
                    $"{Variable} is '{path}', which lacks {platform.FileName(library)}: give the folder lib of a PyTorch or libtorch {Wanted}, "
                    + "for instance .../site-packages/torch/lib, or unset it.");
            }
        }

        if (folder.ReadVersion() is { } version && !version.StartsWith(Wanted + ".", StringComparison.Ordinal))
        {
            throw new TorchUnavailableException(
                $"{Variable} is '{path}', which is version {version}, and this build calls libtorch {Wanted}: install PyTorch {Wanted}, or unset it.");
        }

        return folder;
    }

    /// <summary>A library's file.</summary>
    public string FileOf(string library) => System.IO.Path.Combine(Path, _platform.FileName(library));

    /// <summary>Loads them, before anything asks for a libtorch.</summary>
    /// <exception cref="TorchUnavailableException">One does not load.</exception>
    public void Load()
    {
        foreach (string library in Libraries)
        {
            try
            {
                _ = NativeLibrary.Load(FileOf(library));
            }
            catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
            {
                throw new TorchUnavailableException(
                    $"{Variable} is '{Path}', and {_platform.FileName(library)} of it does not load: see that PyTorch itself works there "
                    + $"(python3 -c 'import torch'), or unset it (the loader says: {e.Message.ReplaceLineEndings(" ").Trim()}).",
                    e);
            }
        }
    }

    private IEnumerable<string> Libraries => HasCuda ? [.. Always, .. Cuda, "torch"] : [.. Always, "torch"];

    /// <summary>PyTorch's own version file, beside the folder; null when there is none.</summary>
    private string? ReadVersion()
    {
        string file = System.IO.Path.Combine(Path, "..", "version.py");
        return File.Exists(file) && Version().Match(File.ReadAllText(file)) is { Success: true } match ? match.Groups[1].Value : null;
    }

    [GeneratedRegex("""^__version__\s*=\s*['"]([^'"]+)['"]""", RegexOptions.Multiline)]
    private static partial Regex Version();
}
