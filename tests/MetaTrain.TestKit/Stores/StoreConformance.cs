using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;

namespace MetaTrain.TestKit.Stores;

/// <summary>What all suites need: clients of the shared server under a prefix of the test's own.</summary>
public abstract class StoreConformance(StoreFixture fixture) : IAsyncLifetime
{
    private readonly List<StoreClient> _clients = [];

    /// <summary>The time that records carry: to the tick, so that it must come back as it went.</summary>
    protected static DateTimeOffset Time { get; } = new DateTimeOffset(2031, 4, 5, 6, 7, 8, TimeSpan.Zero).AddTicks(9_876_543);

    /// <summary>The server.</summary>
    protected StoreFixture Fixture => fixture;

    /// <summary>What the test's keys start with.</summary>
    protected string Prefix { get; } = "test-" + Guid.NewGuid().ToString("N");

    /// <summary>Ends with the test.</summary>
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <inheritdoc/>
    public ValueTask InitializeAsync()
    {
        Assert.SkipUnless(fixture.Missing is null, fixture.Missing ?? "");
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (StoreClient client in _clients)
        {
            await client.DisposeAsync();
        }
    }

    /// <summary>A client of the shared server, or of another.</summary>
    protected StoreClient Connect(string? uri = null, TimeSpan? timeout = null)
    {
        var client = new StoreClient(uri ?? fixture.Server.Uri, Prefix, timeout);
        _clients.Add(client);
        return client;
    }

    /// <summary>A job's record.</summary>
    protected static JobRecord Record(string job, long order = 1) => new()
    {
        Job = new JobId(job),
        SpecJson = """{"name":"umlauts äöü \u0000 and quotes \""}""",
        SubmittedAt = Time,
        Order = order,
        Owner = "local-1",
    };

    /// <summary>Content of a given length that differs with the seed.</summary>
    protected static byte[] Bytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>A version to commit.</summary>
    protected static CheckpointContent Version(JobId job, long iteration, int length = 4_000, params long[] best) => new()
    {
        Job = job,
        Iteration = iteration,
        Safetensors = Bytes(length, (int)iteration),
        ParametersSha256 = $"parameters-{iteration}",
        ProgressJson = $$"""{"iteration":{{iteration}}}""",
        Best = [.. best],
        Time = Time,
    };

    /// <summary>Keeps everything that the tests commit.</summary>
    protected static CheckpointRetention KeepAll => new(int.MaxValue, int.MaxValue);
}
