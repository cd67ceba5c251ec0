using MetaTrain.Learning.Devices;

namespace MetaTrain.Silo.Hosting;

/// <summary>What a person asks first of a silo that misbehaves, in one line.</summary>
internal sealed record SiloFacts(SiloOptions Options, string Store)
{
    public override string ToString() =>
        $"Silo {Options.SiloName} of cluster {Options.ClusterId} is up: {Options.Workers} workers on {Options.Device}, device class {Class}, "
        + $"{Environment.ProcessorCount} cores, {Options.Arithmetic.ToString().ToLowerInvariant()} arithmetic, libtorch {(TorchRuntime.LibtorchPath is { } path ? $"of {path} " : "")}through {TorchRuntime.LibraryPath}, "
        + $"store {Store}, silo {Options.Advertise}:{Options.SiloPort}, gateway {Options.Advertise}:{Options.GatewayPort}, {Options.HttpUri}metrics";

    private DeviceClass Class => DeviceClass.Of(Options.Devices[0]);
}
