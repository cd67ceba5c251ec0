using MetaTrain.Learning.Devices;
using Microsoft.Extensions.Options;

namespace MetaTrain.Cluster.Workers;

/// <summary>The device slots of this silo. They outlive the worker grains, which may be activated again at any time.</summary>
internal sealed class SiloDevices(IOptions<WorkerOptions> options) : IDisposable
{
    private readonly Lazy<DeviceThread[]> _threads = new(
        () => [.. Enumerable.Range(0, options.Value.Slots).Select(static slot => new DeviceThread($"device {slot}"))]);

    public int Slots => options.Value.Slots;

    public string Device => options.Value.Device;

    public bool IsPortable => options.Value.Portable;

    /// <summary>What the bits of this silo's results depend on.</summary>
    public string DeviceClass => Learning.Devices.DeviceClass.Cpu.ToString();

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
}
