using MetaTrain.Learning.Devices;
using MetaTrain.Silo.Hosting;

namespace MetaTrain.Silo.Local;

/// <summary>Which local cluster to run.</summary>
internal sealed record LocalOptions
{
    public required string DataDirectory { get; init; }

    /// <summary>How many silo processes.</summary>
    public required int Silos { get; init; }

    /// <summary>Worker slots in each of them.</summary>
    public required int Workers { get; init; }

    /// <summary>True where nobody said how many, and each GPU is to have one: the silos find out.</summary>
    public bool IsWorkerPerGpu { get; init; }

    /// <summary>cpu, cuda:n, or cuda for all GPUs of the machine.</summary>
    public string Device { get; init; } = ComputeDevice.CpuKind;

    /// <summary>True when the silos are to compute on GPUs.</summary>
    public bool NeedsCuda => Device != ComputeDevice.CpuKind;

    /// <summary>The workers of a silo, in words.</summary>
    public string WorkersText => IsWorkerPerGpu ? "a worker for each GPU" : $"{Workers} workers";

    public Arithmetic Arithmetic { get; init; } = Arithmetic.Native;

    /// <summary>A store of the user's own; null for the embedded one.</summary>
    public string? Store { get; init; }

    public bool OwnedJobsOnly { get; init; }

    /// <summary>One sentence a fault, with the remedy.</summary>
    public IEnumerable<string> Problems()
    {
        if (Silos is < 1 or > 64)
        {
            yield return $"--silos is {Silos}: give 1 to 64.";
        }

        if (Workers is < 0 or > 1024)
        {
            yield return $"--workers is {Workers}: give 0 to 1024, for each silo.";
        }

        if (!DeviceSelection.TryParse(Device, out _))
        {
            yield return $"--device is '{Device}': give {DeviceSelection.Forms}.";
        }
    }
}
