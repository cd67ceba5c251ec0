using System.ComponentModel;
using System.Diagnostics;
using MetaTrain.Abstractions.Clusters;
using MetaTrain.Client.Connections;
using MetaTrain.Console.Hosting;

namespace MetaTrain.Console.LocalClusters;

/// <summary>Starts the supervisor of a local cluster as a child process and waits for its <c>cluster.json</c>.</summary>
internal sealed class LocalClusterLauncher(SiloLocator locator, TimeProvider time) : ILocalClusterLauncher
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    public async Task<ILocalCluster> StartAsync(LocalClusterOptions options, CancellationToken cancellationToken)
    {
        SiloProgram silo = locator.Find(options.SiloPath);
        CreateDataDirectory(options.DataDirectory);
        LocalCluster? earlier = ClusterLocator.ReadDirectory(options.DataDirectory);
        RefuseSecond(options.DataDirectory, earlier);
        var supervisor = new SupervisorProcess(Launch(silo, options), options);
        try
        {
            supervisor.Description = await WaitUntilReadyAsync(supervisor, options, earlier?.ClusterId, cancellationToken);
            return supervisor;
        }
        catch
        {
            await supervisor.EndAsync();
            await supervisor.DisposeAsync();
            throw;
        }
    }

    private static void RefuseSecond(string directory, LocalCluster? earlier)
    {
        if (earlier is not null && ProcessIdentity.IsAlive(earlier.SupervisorProcessId, earlier.SupervisorStartedAt))
        {
            throw new ConsoleFault(
                ExitCode.WrongUsage,
                $"A cluster already runs on {directory} (process {earlier.SupervisorProcessId}): use it with 'metatrain submit', "
                + "end it with 'metatrain down', or take another directory with --data DIR.");
        }
    }

    private static void CreateDataDirectory(string directory)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(directory);
            }
            else
            {
                // For this user alone: a store's address may hold a password.
                Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ConsoleFault(
                ExitCode.Unreachable,
                $"The data directory {directory} cannot be made ({failure.Message.TrimEnd('.')}): name another with --data DIR.",
                failure);
        }
    }

    private static Process Launch(SiloProgram silo, LocalClusterOptions options)
    {
        ProcessStartInfo start = silo.ToStartInfo(options.ToArguments());
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception failure)
        {
            throw new ConsoleFault(
                ExitCode.Unreachable, $"{silo.Path} cannot be started ({failure.Message}): name another silo with --silo PATH.", failure);
        }
    }

    private async Task<LocalCluster> WaitUntilReadyAsync(
        SupervisorProcess supervisor, LocalClusterOptions options, string? earlierId, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        while (time.GetElapsedTime(start) < options.StartTimeout)
        {
            LocalCluster? current = ClusterLocator.ReadDirectory(options.DataDirectory);
            bool isOurs = current is not null && current.ClusterId != earlierId;
            if (isOurs && current is { Failure: { } failure })
            {
                throw new ConsoleFault(ExitCode.Unreachable, failure);
            }

            if (isOurs && current is { Ready: true })
            {
                return current;
            }

            // A detached supervisor may hand over to a process of its own session: only its failure ends the wait.
            if (supervisor.Ended.IsCompleted && !(options.Detached && supervisor.ExitCode == 0))
            {
                throw new ConsoleFault(
                    ExitCode.Unreachable, $"The local cluster did not start: {LastWords(await supervisor.Ended, options.DataDirectory)}");
            }

            await Task.Delay(PollInterval, time, cancellationToken);
        }

        throw new ConsoleFault(
            ExitCode.Unreachable,
            $"The local cluster was not ready within {options.StartTimeout.TotalSeconds:0} s: its logs in {options.DataDirectory} say what it waits for.");
    }

    private static string LastWords(string said, string directory) =>
        said.Length > 0 ? said : $"its supervisor ended without a word; its logs are in {directory}.";
}
