using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;

namespace MetaTrain.Silo.Store;

/// <summary>The verb <c>store</c>: runs the embedded store until it is told to end.</summary>
internal static class StoreCommand
{
    /// <summary>What the first line on stdout starts with; the store's address follows.</summary>
    public const string ReadyPrefix = "store ready ";

    /// <summary>Makes the verb.</summary>
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "The store's own directory.", Required = true };
        var port = new Option<int>("--port") { Description = "The loopback port; 0 for any free one." };
        var memory = new Option<string>("--memory")
        {
            Description = "How much of the data is held in memory, for instance 512m; the rest is on disk. An eighth of the machine's unless given.",
            DefaultValueFactory = _ => $"{EmbeddedStoreOptions.DefaultMemoryBytes / EmbeddedStoreOptions.MiB}m",
        };
        var endWithInput = new Option<bool>("--owner-pipe") { Description = "End when standard input closes: when the owner is gone." };
        var command = new Command("store", "Runs the embedded store on loopback.") { data, port, memory, endWithInput };
        command.SetAction(async (result, cancellationToken) =>
        {
            if (!TryParseSize(result.GetRequiredValue(memory), out long bytes))
            {
                await Console.Error.WriteLineAsync($"The store's memory (--memory) '{result.GetValue(memory)}' is not understood: give for instance 64m or 1g.");
                return 2;
            }

            var options = new EmbeddedStoreOptions
            {
                Directory = Path.GetFullPath(result.GetRequiredValue(data)),
                Port = result.GetValue(port),
                MemoryBytes = bytes,
            };
            return await RunAsync(options, result.GetValue(endWithInput), cancellationToken);
        });
        return command;
    }

    /// <summary>Runs a store until SIGTERM, SIGINT, the end of standard input (if asked) or cancellation.</summary>
    /// <returns>0, or 1 when it could not start or go on: one sentence on stderr says why.</returns>
    public static async Task<int> RunAsync(EmbeddedStoreOptions options, bool endWithInput, CancellationToken cancellationToken)
    {
        using ILoggerFactory loggers = LoggerFactory.Create(builder => builder
            .SetMinimumLevel(LogLevel.Warning)
            .AddFilter(typeof(GenerationRewrite).FullName, LogLevel.Information)
            .AddSimpleConsole(format => (format.SingleLine, format.TimestampFormat) = (true, "HH:mm:ss "))
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, endWithInput ? Ignore : End);
        await using CancellationTokenRegistration cancelled = cancellationToken.Register(() => ended.TrySetResult());
        try
        {
            await using EmbeddedStore store = await EmbeddedStore.StartAsync(options, TimeProvider.System, loggers);
            await Console.Out.WriteLineAsync(ReadyPrefix + store.Uri);
            Task input = endWithInput ? EndOfInputAsync() : Task.Delay(Timeout.Infinite, CancellationToken.None);
            await await Task.WhenAny(ended.Task, input, store.Failure);
            return 0;
        }
        catch (EmbeddedStoreException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }

        // Ctrl-C reaches every process of a terminal's group: an owned store leaves it to its owner, which drains the silos first.
        static void Ignore(PosixSignalContext context) => context.Cancel = true;

        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            ended.TrySetResult();
        }
    }

    /// <summary>Parses 64m, 1g, or a number of bytes.</summary>
    internal static bool TryParseSize(string text, out long bytes)
    {
        int shift = text.Length == 0 ? 0 : char.ToLowerInvariant(text[^1]) switch { 'k' => 10, 'm' => 20, 'g' => 30, _ => 0 };
        bool parsed = long.TryParse(text.AsSpan(0, text.Length - (shift > 0 ? 1 : 0)), NumberStyles.None, CultureInfo.InvariantCulture, out bytes);
        bytes = parsed && bytes <= long.MaxValue >> shift ? bytes << shift : 0;
        return parsed && bytes > 0;
    }

    private static async Task EndOfInputAsync()
    {
        await using Stream input = Console.OpenStandardInput();
        byte[] ignored = new byte[256];
        while (await input.ReadAsync(ignored) > 0)
        {
        }
    }
}
