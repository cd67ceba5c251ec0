using System.Collections.Immutable;
using MetaTrain.Learning.Devices;
using Microsoft.Extensions.Options;

namespace MetaTrain.Cluster.Workers;

/// <summary>The device slots of this silo. They outlive the worker grains, which may be activated again at any time.</summary>
internal sealed class SiloDevices : IDisposable
{
    private readonly WorkerOptions _options;
    private readonly Lazy<DeviceThread[]> _threads;
    private readonly Lazy<ImmutableArray<ComputeDevice>> _devices;
    private readonly Lazy<string> _class;

    public SiloDevices(IOptions<WorkerOptions> options)
        : this(options.Value, static () => CudaSupport.OfThisProcess, static device => Learning.Devices.DeviceClass.Of(device))
    {
    }

    /// <summary>The slots, by what is known of the machine.</summary>
    public SiloDevices(WorkerOptions options, Func<CudaSupport> support, Func<ComputeDevice, DeviceClass> classOf)
    {
        _options = options;
        _threads = new(() => [.. Enumerable.Range(0, options.Slots).Select(static slot => new DeviceThread($"device {slot}"))]);
        _devices = new(() => DeviceSelection.TryParse(options.Device, out DeviceSelection selection)
            ? selection.Resolve(support)
            : throw new TorchUnavailableException($"The device '{options.Device}' is not known: give {DeviceSelection.Forms}."));
        _class = new(() => OneClass(classOf));
    }

    public int Slots => _options.Slots;

    /// <summary>What the silo was told to compute on.</summary>
    public string Device => _options.Device;

    public bool IsPortable => _options.Portable;

    /// <summary>What the bits of this silo's results depend on.</summary>
    public string DeviceClass => _class.Value;

    /// <summary>The device of a slot: the slots go round the silo's devices.</summary>
    public ComputeDevice Of(int slot) => _devices.Value[slot % _devices.Value.Length];

    public DeviceThread Thread(int slot) => _threads.Value[slot];

    public void Dispose()
    {
        if (_threads.IsValueCreated)
        {
            foreach (DeviceThread thread in _threads.Value)
            {
                thread.Dispose();
            }
        }
    }

    // The workers of a silo hand their sums in together.
    private string OneClass(Func<ComputeDevice, DeviceClass> classOf)
    {
        string[] classes = [.. _devices.Value.Select(device => classOf(device).ToString()).Distinct(StringComparer.Ordinal)];
        return classes.Length == 1
            ? classes[0]
            : throw new TorchUnavailableException(
                $"The devices of {Device} are of {classes.Length} classes, {string.Join(" and ", classes)}, and a silo's must be of one: start a silo for each GPU, with --device cuda:n.");
    }
}
