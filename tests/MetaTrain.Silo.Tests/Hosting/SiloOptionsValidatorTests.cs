using MetaTrain.Silo.Hosting;

namespace MetaTrain.Silo.Tests.Hosting;

public sealed class SiloOptionsValidatorTests
{
    private static readonly SiloOptions Good = new()
    {
        Store = "redis://127.0.0.1:6379",
        ClusterId = "c",
        SiloName = "silo-0",
        SiloPort = 1,
        GatewayPort = 2,
        HttpPort = 3,
        Workers = 2,
        DataDirectory = "/tmp",
    };

    [Fact]
    public void Validate_FindsNothing_WhenAllIsWell() => Assert.Empty(SiloOptionsValidator.Validate(Good));

    [Theory]
    [InlineData("cpu")]
    [InlineData("cuda")]
    [InlineData("cuda:17")]
    public void Validate_TakesEveryFormOfADevice(string device) => Assert.Empty(SiloOptionsValidator.Validate(Good with { Device = device }));

    [Fact]
    public void Validate_NamesEachFaultWithItsValue()
    {
        Assert.Contains("'silo 0'", Assert.Single(SiloOptionsValidator.Validate(Good with { SiloName = "silo 0" })));
        Assert.Contains("--cluster-id", Assert.Single(SiloOptionsValidator.Validate(Good with { ClusterId = "" })));
        Assert.Contains("-1", Assert.Single(SiloOptionsValidator.Validate(Good with { Workers = -1 })));
        Assert.Contains("'gpu'", Assert.Single(SiloOptionsValidator.Validate(Good with { Device = "gpu" })));
        Assert.Contains("--http-port is 70000", Assert.Single(SiloOptionsValidator.Validate(Good with { HttpPort = 70_000 })));
        Assert.Equal("--transfer-port is -1: give a port from 1 to 65535, or 0 for any that is free.", Assert.Single(SiloOptionsValidator.Validate(Good with { TransferPort = -1 })));
        Assert.Contains("--silo-port and --gateway-port are both 2", Assert.Single(SiloOptionsValidator.Validate(Good with { SiloPort = 2 })));
        Assert.Contains("redis://", Assert.Single(SiloOptionsValidator.Validate(Good with { Store = "" })));
    }

    [Fact]
    public void Validate_DoesNotShowThePassword_WhenTheStoreIsMalformed() =>
        Assert.DoesNotContain("hunter2", Assert.Single(SiloOptionsValidator.Validate(Good with { Store = "redis://me:hunter2@host:1/x" })));

    [Fact]
    public void Validate_FindsAllFaultsAtOnce() =>
        Assert.Equal(3, SiloOptionsValidator.Validate(Good with { Workers = 5000, Device = "tpu", SiloName = "" }).Count());
}
