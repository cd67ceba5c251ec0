using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Learning.Devices;

namespace MetaTrain.Cluster.Workers;

/// <summary>Which devices a job may be computed on, by what its spec says of resources.</summary>
internal static class DeviceNeeds
{
    /// <summary>True when workers of that class, or device, may compute the job; strictness is another question.</summary>
    /// <param name="resources">What the spec says.</param>
    /// <param name="device">A device class, or a device: both begin with the kind.</param>
    public static bool AreMet(ResourcesSpec resources, string device)
    {
        string kind = device.Split('/', ':')[0];
        return (resources.Device == ResourcesSpec.AnyDevice || resources.Device == kind)
            && (resources.Precision != ResourcesSpec.Tf32 || kind == ComputeDevice.CudaKind);
    }

    /// <summary>The device class that the bits of a new job belong to; null when no worker may compute it.</summary>
    /// <param name="resources">What the spec says.</param>
    /// <param name="own">The class of the silo that asks, which is taken where it will do and its like are among the workers.</param>
    /// <param name="workers">The workers that the cluster has.</param>
    public static string? Choose(ResourcesSpec resources, string own, IReadOnlyList<WorkerStatus> workers)
    {
        string[] fitting =
        [
            .. workers.Select(static worker => worker.DeviceClass).DefaultIfEmpty(own).Where(deviceClass => AreMet(resources, deviceClass))
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
        return fitting.Contains(own, StringComparer.Ordinal) ? own : fitting.FirstOrDefault();
    }

    /// <summary>Why none of a cluster's devices will do; null when one does.</summary>
    /// <param name="resources">What the spec says.</param>
    /// <param name="devices">The devices of the workers.</param>
    public static string? Refuse(ResourcesSpec resources, IReadOnlyCollection<string> devices)
    {
        if (devices.Any(device => AreMet(resources, device)))
        {
            return null;
        }

        string has = $"this cluster's workers have {string.Join(", ", devices.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(static device => $"'{device}'"))}";
        return resources.Device != ResourcesSpec.AnyDevice
            ? $"resources.device: the job asks for '{resources.Device}' and {has}: leave it out, set it to auto, or start silos with --device {resources.Device}."
            : $"resources.precision: the job asks for '{resources.Precision}', in which only a GPU computes, and {has}: take float32 or bf16, or start silos with --device cuda.";
    }
}
