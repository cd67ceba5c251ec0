using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Options;
using MetaTrain.Learning.Tensors;

namespace MetaTrain.Learning.Experiments;

/// <summary>Which path, device and precision go together.</summary>
internal static class ComputeRules
{
    /// <summary>True where the fused path can be taken: on the processor, in float32.</summary>
    public static bool MayFuse(string deviceKind, Precision precision) => deviceKind == ComputeDevice.CpuKind && precision == Precision.Float32;

    /// <summary>Refuses what cannot be, by the name of the spec's key.</summary>
    /// <exception cref="OptionsException">They do not go together.</exception>
    public static void Check(ComputePath? path, ComputeDevice device, Precision precision)
    {
        if (precision == Precision.Tf32 && !device.IsCuda)
        {
            throw new OptionsException(
                "resources.precision", $"resources.precision is \"tf32\": only a GPU computes in it, and the device is {device}; take float32 or bf16, or start silos with --device cuda.");
        }

        if (path == ComputePath.Fused && !MayFuse(device.Kind, precision))
        {
            throw new OptionsException(
                "plan.path",
                device.IsCuda
                    ? $"plan.path is \"fused\": that path computes on a processor only, and the device is {device}; leave plan.path out, or take autograd."
                    : "plan.path is \"fused\": that path computes in float32 only, and resources.precision is \"bf16\"; leave one of the two out.");
        }
    }
}
