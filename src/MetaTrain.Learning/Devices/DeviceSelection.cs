using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace MetaTrain.Learning.Devices;

/// <summary>What a program is told to compute on: <c>cpu</c>, <c>cuda:n</c>, or <c>cuda</c> for every GPU of the machine.</summary>
public readonly record struct DeviceSelection
{
    private readonly ComputeDevice? _only;

    private DeviceSelection(ComputeDevice? only) => _only = only;

    /// <summary>What may be given, for error messages.</summary>
    public const string Forms = "cpu, cuda:n for one GPU, or cuda for all of the machine";

    /// <summary>True when it needs a GPU.</summary>
    public bool NeedsCuda => _only is not { IsCuda: false };

    /// <summary>Reads <c>cpu</c>, <c>cuda</c> or <c>cuda:n</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out DeviceSelection selection)
    {
        bool isOne = ComputeDevice.TryParse(text, out ComputeDevice device);
        selection = new DeviceSelection(isOne ? device : null);
        return isOne || text == ComputeDevice.CudaKind;
    }

    /// <summary>The devices meant, in order.</summary>
    /// <param name="support">What this process can use of CUDA; asked for only when a GPU is meant.</param>
    /// <exception cref="TorchUnavailableException">One of them cannot be used here; the message says why, and the remedy.</exception>
    public ImmutableArray<ComputeDevice> Resolve(Func<CudaSupport> support)
    {
        ArgumentNullException.ThrowIfNull(support);
        if (!NeedsCuda)
        {
            return [ComputeDevice.Cpu];
        }

        CudaSupport cuda = support();
        ImmutableArray<ComputeDevice> devices = _only is { } only ? [only] : [.. Enumerable.Range(0, Math.Max(1, cuda.Count)).Select(ComputeDevice.Cuda)];
        foreach (ComputeDevice device in devices)
        {
            if (cuda.Refuse(device) is { } reason)
            {
                throw new TorchUnavailableException($"The device {this} cannot be computed on: {reason}");
            }
        }

        return devices;
    }

    /// <inheritdoc/>
    public override string ToString() => _only?.ToString() ?? ComputeDevice.CudaKind;
}
