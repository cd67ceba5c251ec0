using System.Runtime.InteropServices;
using MetaTrain.Console.LocalClusters;
using MetaTrain.Console.Output;

namespace MetaTrain.Console.Doctor;

/// <summary>The runtime, the processor, the memory and the disk.</summary>
internal static class MachineChecks
{
    private const long GiB = 1024L * 1024 * 1024;
    private const long MemoryPerWorker = GiB;
    private const long LeastDisk = 2 * GiB;
    private const string WebRuntime = "Microsoft.AspNetCore.App";

    public static IEnumerable<Finding> Run(string dataDirectory)
    {
        yield return Runtime(SiloProgram.DotnetRoot());
        int cores = Environment.ProcessorCount;
        yield return Finding.Good("processor", $"{Format.Count(cores, "core")}, {RuntimeInformation.ProcessArchitecture}, {RuntimeInformation.OSDescription}");
        yield return Memory(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, cores);
        yield return Disk(dataDirectory);
    }

    private static Finding Runtime(string dotnetRoot)
    {
        string text = $"{RuntimeInformation.FrameworkDescription} in {dotnetRoot}";
        string shared = Path.Combine(dotnetRoot, "shared", WebRuntime);
        bool hasWeb = Directory.Exists(shared)
            && Directory.EnumerateDirectories(shared).Any(folder => Path.GetFileName(folder).StartsWith($"{Environment.Version.Major}.", StringComparison.Ordinal));
        return hasWeb
            ? Finding.Good("runtime", text)
            : Finding.Bad("runtime", $"{text} has no {WebRuntime} {Environment.Version.Major}", "Install the ASP.NET Core runtime (the .NET SDK brings it): the silos need it.");
    }

    internal static Finding Memory(long bytes, int cores) => bytes >= cores * MemoryPerWorker
        ? Finding.Good("memory", Format.Bytes(bytes))
        : Finding.Warning("memory", $"{Format.Bytes(bytes)} for {Format.Count(cores, "core")}", "Take fewer workers with --workers: each may need about 1 GiB.");

    private static Finding Disk(string dataDirectory)
    {
        string existing = dataDirectory;
        while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { } parent)
        {
            existing = parent;
        }

        long free = new DriveInfo(existing).AvailableFreeSpace;
        string text = $"{Format.Bytes(free)} free for {dataDirectory}";
        return free >= LeastDisk
            ? Finding.Good("disk", text)
            : Finding.Warning("disk", text, "Free some space, or name another directory with --data DIR: checkpoints and task shards are kept there.");
    }
}
