using MetaTrain.Learning.Devices;
using MetaTrain.TestKit.Data;
using MetaTrain.TestKit.Processes;

namespace MetaTrain.Learning.Tests.Devices;

/// <summary>The libtorch that a build without one is given; that it computes is tested with such a build, in TorchLoadsTests.</summary>
public sealed class LibtorchFolderTests : IDisposable
{
    private static readonly NativePlatform Platform = NativePlatform.Current;
    private readonly TemporaryDirectory _directory = new("libtorch");

    [Fact]
    public async Task Runtime_Refuses_WhenTheBuildBringsALibtorchOfItsOwn()
    {
        await using ChildProcess child = ChildProcess.StartDotnet(
            [typeof(LibtorchFolderTests).Assembly.Location, "-class", typeof(LibtorchInUseTests).FullName!],
            environment: new Dictionary<string, string?> { [LibtorchFolder.Variable] = PretendFolder() });

        Assert.NotEqual(0, await child.WaitForExitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken));
        Assert.Contains("METATRAIN_LIBTORCH names a libtorch, and this build brings one of its own: unset it", child.Transcript, StringComparison.Ordinal);
    }

    [Fact]
    public void Wanted_IsTheVersionThatTorchSharpCalls()
    {
        TorchRuntime.EnsureLoaded();

        Assert.StartsWith(LibtorchFolder.Wanted + ".", TorchSharp.torch.__version__, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NamesTheVariableAndTheRemedy_WhenTheFolderIsMissing()
    {
        TorchUnavailableException failure = Assert.Throws<TorchUnavailableException>(() => LibtorchFolder.Open(Platform, _directory.Combine("nowhere")));

        Assert.Contains($"METATRAIN_LIBTORCH is '{_directory.Combine("nowhere")}', and there is no such folder", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NamesTheLibrary_WhenOneIsMissing()
    {
        File.WriteAllText(_directory.Combine(Platform.FileName("c10")), "");

        TorchUnavailableException failure = Assert.Throws<TorchUnavailableException>(() => LibtorchFolder.Open(Platform, _directory.Path));

        Assert.Contains($"lacks {Platform.KernelsName}: give the folder lib of a PyTorch or libtorch 2.10", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2.9.1+cu128", true)]
    [InlineData("2.100.0", true)]
    [InlineData("2.10.0+cu128", false)]
    public void Open_RefusesAnotherVersion_ThanTheBuildCalls(string version, bool isRefused)
    {
        string folder = PretendFolder();
        File.WriteAllText(_directory.Combine("version.py"), $"from typing import Optional\n__version__ = '{version}'\ndebug = False\n");

        if (isRefused)
        {
            Assert.Contains(
                $"is version {version}, and this build calls libtorch 2.10",
                Assert.Throws<TorchUnavailableException>(() => LibtorchFolder.Open(Platform, folder)).Message,
                StringComparison.Ordinal);
        }
        else
        {
            Assert.False(LibtorchFolder.Open(Platform, folder).HasCuda);
        }
    }

    [Fact]
    public void Open_WantsBothCudaLibraries_WhenThereIsOne()
    {
        string folder = PretendFolder();
        File.WriteAllText(Path.Combine(folder, Platform.CudaKernelsName), "");

        Assert.Contains(Platform.FileName("c10_cuda"), Assert.Throws<TorchUnavailableException>(() => LibtorchFolder.Open(Platform, folder)).Message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder, Platform.FileName("c10_cuda")), "");
        Assert.True(LibtorchFolder.Open(Platform, folder).HasCuda);
    }

    [Fact]
    public void Load_NamesTheLibraryAndWhatTheLoaderSays_WhenItIsNone()
    {
        TorchUnavailableException failure = Assert.Throws<TorchUnavailableException>(() => LibtorchFolder.Open(Platform, PretendFolder()).Load());

        Assert.Contains($"{Platform.FileName("c10")} of it does not load", failure.Message, StringComparison.Ordinal);
        Assert.Contains("the loader says: ", failure.Message, StringComparison.Ordinal);
        Assert.NotNull(failure.InnerException);
    }

    public void Dispose() => _directory.Dispose();

    private string PretendFolder()
    {
        string folder = Directory.CreateDirectory(_directory.Combine("lib")).FullName;
        foreach (string library in new[] { "c10", "torch_cpu", "torch" })
        {
            File.WriteAllText(Path.Combine(folder, Platform.FileName(library)), "no library");
        }

        return folder;
    }
}
