using MetaTrain.TestKit.Data;
using MetaTrain.TestKit.Processes;

namespace MetaTrain.EndToEnd.Tests.Publishing;

/// <summary>The build step that makes TorchSharp's library load: what it changes, and what it refuses.</summary>
public sealed class WeakenVersionNeedTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new("weaken");

    private string Source => _directory.Combine("source.so");

    private string Copy => _directory.Combine("copy.so");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Weaken_SetsOneBit_InACopy()
    {
        byte[] shipped = Shipped();
        await File.WriteAllBytesAsync(Source, shipped, TestContext.Current.CancellationToken);

        (int code, string said) = await WeakenAsync("GLIBCXX_3.4.32");

        Assert.True(code == 0, said);
        byte[] copy = await File.ReadAllBytesAsync(Copy, TestContext.Current.CancellationToken);
        int[] changed = [.. Enumerable.Range(0, shipped.Length).Where(i => shipped[i] != copy[i])];
        int at = Assert.Single(changed);
        Assert.Equal(2, copy[at] ^ shipped[at]);
        Assert.Equal(shipped, await File.ReadAllBytesAsync(Source, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Weaken_ChangesNothing_WhenTheNeedIsWeakAlready()
    {
        byte[] weakened = await File.ReadAllBytesAsync(Weakened, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(Source, weakened, TestContext.Current.CancellationToken);

        (int code, string said) = await WeakenAsync("GLIBCXX_3.4.32");

        Assert.True(code == 0, said);
        Assert.Equal(weakened, await File.ReadAllBytesAsync(Copy, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Weaken_ChangesNothing_WhenThereIsNoSuchNeed()
    {
        await File.WriteAllBytesAsync(Source, Shipped(), TestContext.Current.CancellationToken);

        (int code, string said) = await WeakenAsync("GLIBCXX_9.9.99");

        Assert.True(code == 0, said);
        Assert.Equal(Shipped(), await File.ReadAllBytesAsync(Copy, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("GLIBCXX_3.4.30", "it really uses symbol")]
    [InlineData("GLIBC_2.34", "it really uses symbol")]
    public async Task Weaken_Fails_WhenTheVersionIsReallyUsed(string version, string reason)
    {
        await File.WriteAllBytesAsync(Source, Shipped(), TestContext.Current.CancellationToken);

        await AssertRefusedAsync(version, reason);
    }

    [Fact]
    public async Task Weaken_Fails_WhenTheFileIsNotALibrary()
    {
        await File.WriteAllTextAsync(Source, new string('x', 200), TestContext.Current.CancellationToken);

        await AssertRefusedAsync("GLIBCXX_3.4.32", "it is not a 64-bit little-endian ELF file");
    }

    [Fact]
    public async Task Weaken_Fails_WhenTheFileIsCutShort()
    {
        await File.WriteAllBytesAsync(Source, Shipped()[..300_000], TestContext.Current.CancellationToken);

        await AssertRefusedAsync("GLIBCXX_3.4.32", "it is cut short");
    }

    private static string Weakened =>
        Path.Combine(SourceTree.OutputOf("src/MetaTrain.Silo"), "runtimes", "linux-x64", "native", "libLibTorchSharp.so");

    // What the package ships is what the copy in the build output was before the bit was set: the package cache need not be found.
    private static byte[] Shipped()
    {
        byte[] library = File.ReadAllBytes(Weakened);
        int[] weak = [.. Enumerable.Range(0, library.Length - 16).Where(i => IsWeakNeed(library.AsSpan(i, 16)))];
        library[Assert.Single(weak) + 4] = 0;
        return library;
    }

    // Elf64_Vernaux: the hash of "GLIBCXX_3.4.32" and VER_FLG_WEAK.
    private static bool IsWeakNeed(ReadOnlySpan<byte> entry) =>
        BitConverter.ToUInt32(entry) == ElfHash("GLIBCXX_3.4.32") && BitConverter.ToUInt16(entry[4..]) == 2;

    private static uint ElfHash(string name)
    {
        uint hash = 0;
        foreach (char letter in name)
        {
            hash = (hash << 4) + letter;
            uint top = hash & 0xF0000000;
            hash = (hash ^ (top >> 24)) & ~top;
        }

        return hash;
    }

    private async Task AssertRefusedAsync(string version, string reason)
    {
        (int code, string said) = await WeakenAsync(version);

        Assert.NotEqual(0, code);
        Assert.Contains(reason, said, StringComparison.Ordinal);
        Assert.Contains("WeakenTorchVersionNeed=false", said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
        Assert.False(File.Exists(Copy), "A copy was written.");
    }

    private async Task<(int Code, string Said)> WeakenAsync(string version)
    {
        string targets = SourceTree.Combine("src", "MetaTrain.Learning", "Devices", "Native", "TorchNative.targets");
        string project = _directory.Combine("step.proj");
        await File.WriteAllTextAsync(project, $"""
            <Project>
              <Import Project="{targets}" />
              <Target Name="Step">
                <WeakenVersionNeed Source="{Source}" Destination="{Copy}" Version="{version}" />
              </Target>
            </Project>
            """, TestContext.Current.CancellationToken);
        await using ChildProcess build = ChildProcess.StartDotnet(["msbuild", project, "-t:Step", "-nologo", "-nr:false"]);
        int code = await build.WaitForExitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        return (code, build.Transcript);
    }
}
