using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using TorchSharp;

namespace MetaTrain.Learning.Devices;

/// <summary>What a block is computed on: the processor, or one GPU. Its text is <c>cpu</c> or <c>cuda:n</c>.</summary>
public readonly record struct ComputeDevice
{
    /// <summary>The kind of the processor.</summary>
    public const string CpuKind = "cpu";

    /// <summary>The kind of NVIDIA's GPUs.</summary>
    public const string CudaKind = "cuda";

    private readonly int? _index;

    private ComputeDevice(int index) => _index = index;

    /// <summary>The processor.</summary>
    public static ComputeDevice Cpu => default;

    /// <summary>True for a GPU.</summary>
    public bool IsCuda => _index is not null;

    /// <summary>The GPU's number in this process, from 0 as CUDA counts; -1 for the processor.</summary>
    public int Index => _index ?? -1;

    /// <summary>cpu or cuda.</summary>
    public string Kind => IsCuda ? CudaKind : CpuKind;

    /// <summary>A GPU.</summary>
    /// <param name="index">Its number, from 0 as CUDA counts.</param>
    public static ComputeDevice Cuda(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new ComputeDevice(index);
    }

    /// <summary>Reads <c>cpu</c> or <c>cuda:n</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ComputeDevice device)
    {
        device = Cpu;
        if (text == CpuKind)
        {
            return true;
        }

        // The same number has one text: no sign, no blanks, no zeros in front.
        if (text?.StartsWith(CudaKind + ":", StringComparison.Ordinal) != true
            || !int.TryParse(text.AsSpan(CudaKind.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int index))
        {
            return false;
        }

        device = Cuda(index);
        return device.ToString() == text;
    }

    /// <inheritdoc/>
    public override string ToString() => IsCuda ? string.Create(CultureInfo.InvariantCulture, $"{CudaKind}:{Index}") : CpuKind;

    /// <summary>The device as libtorch knows it; null for the processor.</summary>
    internal torch.Device? ToTorch() => IsCuda ? new torch.Device(DeviceType.CUDA, Index) : null;
}
