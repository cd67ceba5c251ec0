using System.Collections.Immutable;
using MetaTrain.Learning.Devices;

namespace MetaTrain.Silo.Hosting;

/// <summary>Finds the devices that a silo was told to compute on, before it joins a cluster.</summary>
internal static class SiloGpus
{
    /// <summary>The options with what the machine has.</summary>
    /// <param name="options">Validated.</param>
    /// <param name="support">What this process can use of CUDA; asked for only when GPUs are meant.</param>
    /// <param name="classOf">The class of a device.</param>
    /// <exception cref="StartFailure">A device cannot be computed on, or they are of several classes.</exception>
    public static SiloOptions Find(SiloOptions options, Func<CudaSupport> support, Func<ComputeDevice, DeviceClass> classOf)
    {
        if (!options.NeedsCuda || !DeviceSelection.TryParse(options.Device, out DeviceSelection selection))
        {
            return options;
        }

        try
        {
            ImmutableArray<ComputeDevice> devices = selection.Resolve(support);
            string[] classes = [.. devices.Select(device => classOf(device).ToString()).Distinct(StringComparer.Ordinal)];
            return classes.Length == 1
                ? options with { Devices = devices, Workers = options.IsWorkerPerGpu ? devices.Length : options.Workers }
                : throw new StartFailure(
                    $"--device is '{options.Device}', and the machine's GPUs are of {classes.Length} classes, {string.Join(" and ", classes)}: start a silo for each GPU, with --device cuda:n.",
                    ExitCode.WrongUsage);
        }
        catch (TorchUnavailableException e)
        {
            throw new StartFailure(e.Message, ExitCode.Failed, e);
        }
    }
}
