using System.CommandLine;
using MetaTrain.Learning.Devices;
using MetaTrain.Silo.Hosting;

namespace MetaTrain.Silo.Verbs;

/// <summary><c>check</c>: whether this machine can run a silo: loads what computes, and says in one line what it found.</summary>
internal static class CheckVerb
{
    public static Command Create()
    {
        Command command = new("check", "Load libtorch and say what the workers of this machine would compute on.");
        command.SetAction(_ => Run());
        return command;
    }

    private static int Run()
    {
        try
        {
            TorchRuntime.EnsureLoaded();
            string libtorch = TorchRuntime.LibtorchPath is { } path ? $"libtorch of {path} loads, through" : "libtorch loads from";
            int gpus = CudaSupport.OfThisProcess.Count;
            string classes = string.Join(", ", Enumerable.Range(0, gpus).Select(static index => $"; {ComputeDevice.Cuda(index)} {DeviceClass.Of(ComputeDevice.Cuda(index))}"));
            Console.WriteLine($"{libtorch} {TorchRuntime.LibraryPath}; device class {DeviceClass.Cpu}{classes}");
            return ExitCode.Done;
        }
        catch (TorchUnavailableException failure)
        {
            throw new StartFailure(failure.Message, ExitCode.Failed, failure);
        }
    }
}
