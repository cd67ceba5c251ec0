using MetaTrain.Learning.Devices;

namespace MetaTrain.Learning.Tests.Devices;

public sealed class LoadFailureTests
{
    private const string Path = "/app/runtimes/linux-x64/native/libLibTorchSharp.so";
    private static readonly NativePlatform Linux = NativePlatform.Parse("linux-x64");

    [Theory]
    [InlineData("/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by libLibTorchSharp.so)", "apt-get install libstdc++6")]
    [InlineData("/lib/libc.so.6: version `GLIBC_2.34' not found (required by libtorch_cpu.so)", "newer C library")]
    [InlineData("libstdc++.so.6: cannot open shared object file: No such file or directory", "apt-get install libstdc++6")]
    [InlineData("libtorch.so: cannot open shared object file: No such file or directory", "Files of libtorch are missing")]
    [InlineData("libc10.so: cannot open shared object file: No such file or directory", "Files of libtorch are missing")]
    [InlineData("x.so: failed to map segment from shared object: Operation not permitted", "noexec")]
    [InlineData("x.so: invalid ELF header", "build or publish the program again")]
    public void Explain_NamesTheRemedy_AndKeepsWhatTheLoaderSaid(string said, string remedy)
    {
        string message = LoadFailure.Explain(Linux, Path, said);

        Assert.Contains(remedy, message, StringComparison.Ordinal);
        Assert.Contains(said, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_GivesOneLine_WhenTheLoaderSaysSeveral()
    {
        string message = LoadFailure.Explain(Linux, Path, "first\nsecond\n");

        Assert.DoesNotContain('\n', message);
        Assert.EndsWith(".", message, StringComparison.Ordinal);
    }

    [Fact]
    public void NotFound_NamesEachFolder()
    {
        string message = LoadFailure.NotFound(Linux, ["/a", "/b"]);

        Assert.Contains("libLibTorchSharp.so", message, StringComparison.Ordinal);
        Assert.Contains("/a, /b", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("linux-arm64", "linux-arm64")]
    [InlineData("linux-musl-x64", "Alpine")]
    [InlineData("osx-x64", "osx-arm64")]
    public void Unsupported_NamesTheSystem_AndThoseThatAreSupported(string identifier, string expected)
    {
        string message = LoadFailure.Unsupported(NativePlatform.Parse(identifier));

        Assert.Contains(identifier, message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("linux-x64 (glibc)", message, StringComparison.Ordinal);
    }
}
