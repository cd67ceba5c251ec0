using MetaTrain.Abstractions.Storage;
using MetaTrain.Cluster.Experiments;
using MetaTrain.Learning.Devices;
using MetaTrain.Silo.Health;
using MetaTrain.Silo.Processes;
using MetaTrain.Storage.Redis;
using Microsoft.Extensions.Options;

namespace MetaTrain.Silo.Hosting;

/// <summary>One silo from its start to its end.</summary>
internal static partial class SiloProcess
{
    /// <summary>Runs until the silo is told to end.</summary>
    /// <exception cref="StartFailure">It cannot start.</exception>
    public static async Task<int> RunAsync(SiloOptions options, Owner owner)
    {
        RequirePorts(options);
        options = SiloGpus.Find(options, static () => CudaSupport.OfThisProcess, DeviceClass.Of);

        // libtorch takes longer to load than everything else to be built: side by side.
        Task torch = Task.Run(TorchRuntime.EnsureLoaded);
        Task warm = WarmAsync(torch, options);
        WebApplication application = SiloHost.Build(options, owner);
        await using (application.ConfigureAwait(false))
        {
            try
            {
                await StartAsync(application, options, torch, warm, owner.Released).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (owner.Released.IsCancellationRequested)
            {
                return ExitCode.Done;
            }
            catch (Exception e) when (Describe(e) is { } failure)
            {
                throw failure;
            }

            await EndAsync(application).ConfigureAwait(false);
            return ExitCode.Done;
        }
    }

    private static async Task StartAsync(WebApplication application, SiloOptions options, Task torch, Task warm, CancellationToken cancellationToken)
    {
        IServiceProvider services = application.Services;
        RedisConnection store = services.GetRequiredService<RedisConnection>();
        await new StoreWait(store.Address, TimeProvider.System).UntilReachableAsync(
            cancelled => StoreWait.ListensAsync(options.Store, cancelled), store.ConnectAsync, options.StoreWait, cancellationToken).ConfigureAwait(false);
        await torch.ConfigureAwait(false);
        await application.StartAsync(cancellationToken).ConfigureAwait(false);
        await warm.ConfigureAwait(false);

        ILogger logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("MetaTrain.Silo");
        LogFacts(logger, new SiloFacts(options, store.Address));

        // Last: the silo takes work meanwhile.
        DurabilityFinding durability = await services.GetRequiredService<RedisDurability>().CheckAsync(cancellationToken).ConfigureAwait(false);
        if (durability.Warning is { } warning)
        {
            LogDurability(logger, warning);
        }
    }

    private static async Task WarmAsync(Task torch, SiloOptions options)
    {
        await torch.ConfigureAwait(false);
        foreach (ComputeDevice device in options.Devices)
        {
            ExperimentWarmUp.Compute(device);
        }
    }

    /// <summary>Waits for the end. A silo without its store never ends by itself: Orleans goes on trying to write that it leaves.</summary>
    private static async Task EndAsync(WebApplication application)
    {
        Task ended = application.WaitForShutdownAsync();
        Task overdue = OverdueAsync(application.Lifetime.ApplicationStopping);
        Task first = await Task.WhenAny(ended, overdue, application.Services.GetRequiredService<MembershipGuard>().Forgotten).ConfigureAwait(false);
        if (first != ended)
        {
            if (first == overdue)
            {
                LogOverdue(application.Services.GetRequiredService<ILoggerFactory>().CreateLogger("MetaTrain.Silo"), SiloHost.ShutdownTime.TotalSeconds);
            }

            // Writes what is still queued. The factory's own end would not: these providers are the container's.
            foreach (ILoggerProvider provider in application.Services.GetServices<ILoggerProvider>())
            {
                provider.Dispose();
            }

            ProcessEnd.With(ExitCode.Failed);
        }

        await ended.ConfigureAwait(false);
    }

    private static async Task OverdueAsync(CancellationToken stopping)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.Delay(SiloHost.ShutdownTime, CancellationToken.None).ConfigureAwait(false);
    }

    private static void RequirePorts(SiloOptions options)
    {
        foreach (ListeningPort port in options.ListeningPorts.Where(port => !port.IsAny && !Ports.IsFree(options.Listen, port.Number)))
        {
            throw new StartFailure($"{port.Option} {port.Number} is taken on {options.Listen}: end the process that listens there, or give another port.", ExitCode.Failed);
        }
    }

    // Orleans wraps what its start met; the sentence is at the bottom. Null for what was not foreseen.
    private static StartFailure? Describe(Exception exception) => exception switch
    {
        StartFailure => null,
        TorchUnavailableException => new StartFailure(exception.Message, ExitCode.Failed, exception),
        OptionsValidationException => new StartFailure(exception.Message, ExitCode.WrongUsage, exception),
        StoreUnavailableException => new StartFailure(exception.Message, ExitCode.StoreUnreachable, exception),
        { InnerException: { } inner } => Describe(inner),
        _ => null,
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "{Facts}")]
    private static partial void LogFacts(ILogger logger, SiloFacts facts);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The silo could not leave its cluster within {Seconds} s and ends as it is: does the store answer?")]
    private static partial void LogOverdue(ILogger logger, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void LogDurability(ILogger logger, string warning);
}
