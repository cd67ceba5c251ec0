using TorchSharp;

namespace MetaTrain.Learning.Devices;

/// <summary>What this process can use of CUDA, and why not more.</summary>
/// <param name="HasLibrary">True when the libtorch in use has its CUDA half.</param>
/// <param name="Count">How many GPUs it can compute on.</param>
/// <param name="DriverProblem">What NVIDIA's driver says; null when it answers as it should.</param>
public sealed record CudaSupport(bool HasLibrary, int Count, string? DriverProblem = null)
{
    private static readonly Lazy<CudaSupport> Found = new(Read);

    /// <summary>That of this process; loads libtorch.</summary>
    /// <exception cref="TorchUnavailableException">libtorch cannot be used on this machine.</exception>
    public static CudaSupport OfThisProcess => Found.Value;

    /// <summary>Why a device cannot be computed on, as the rest of a sentence with the remedy; null when it can.</summary>
    public string? Refuse(ComputeDevice device) => device switch
    {
        { IsCuda: false } => null,
        _ when !HasLibrary =>
            "this build's libtorch computes on the CPU only; build with -p:TorchBackend=cuda, or with -p:TorchBackend=external and name the lib folder of a "
            + $"PyTorch with CUDA in {LibtorchFolder.Variable} (docs/gpu.md says how), or take cpu.",
        _ when Count == 0 =>
            $"this machine has no GPU that can be used ({DriverProblem ?? "the driver answers, and libtorch finds no GPU that it was built for"}); "
            + "see that nvidia-smi lists one, in a container that it was given the GPU, or take cpu.",
        _ when device.Index >= Count =>
            $"this machine has {Count} {(Count == 1 ? "GPU" : "GPUs")} that can be used; give {(Count == 1 ? "cuda:0" : $"cuda:0 to cuda:{Count - 1}")}, or cuda for all.",
        _ => null,
    };

    private static CudaSupport Read()
    {
        TorchRuntime.EnsureLoaded();
        if (!TorchRuntime.HasCuda)
        {
            return new CudaSupport(HasLibrary: false, Count: 0);
        }

        int count = torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        return new CudaSupport(HasLibrary: true, count, CudaDriver.OfThisMachine.Problem);
    }
}
