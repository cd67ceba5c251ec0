using MetaTrain.Learning.Devices;

namespace MetaTrain.Learning.Tests.Devices;

public sealed class NativeHashesTests
{
    private static readonly NativePlatform Linux = NativePlatform.Parse("linux-x64");
    private static readonly string Hash = string.Concat(Enumerable.Repeat("0AB1", 16));

    [Fact]
    public void Of_GivesTwelveDigits_InLowerCase()
    {
        NativeHashes hashes = NativeHashes.Parse([$"{Hash}  runtimes/linux-x64/native/libtorch_cpu.so", ""]);

        Assert.Equal("0ab10ab10ab1", hashes.Of(Linux, "libtorch_cpu.so"));
    }

    [Fact]
    public void Of_NamesTheRemedy_WhenThePlatformIsMissing()
    {
        NativeHashes hashes = NativeHashes.Parse([$"{Hash}  runtimes/win-x64/native/torch_cpu.dll"]);

        TorchUnavailableException failure = Assert.Throws<TorchUnavailableException>(() => hashes.Of(Linux, "libtorch_cpu.so"));

        Assert.Contains("again on linux-x64", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NamesTheFileAndTheRemedy_WhenItIsMissing()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "no-such-folder");

        TorchUnavailableException failure = Assert.Throws<TorchUnavailableException>(() => NativeHashes.Read(folder));

        Assert.Contains(Path.Combine(folder, "native.sha256"), failure.Message, StringComparison.Ordinal);
        Assert.NotNull(failure.InnerException);
    }

    [Theory]
    [InlineData("abc  runtimes/x")]
    [InlineData("no hash")]
    public void Parse_Refuses_WhatIsNotAHashAndAPath(string line) => Assert.Throws<FormatException>(() => NativeHashes.Parse([line]));
}
