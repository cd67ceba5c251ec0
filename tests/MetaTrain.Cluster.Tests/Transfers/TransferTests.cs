using System.Net;
using System.Net.Sockets;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Transfers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Orleans.Serialization;

namespace MetaTrain.Cluster.Tests.Transfers;

/// <summary>Two silos' ends of transfers, on real sockets.</summary>
public sealed class TransferTests : IAsyncDisposable
{
    private const int Large = 300_000;

    private readonly IOptions<TransferOptions> _options = Options.Create(new TransferOptions { StallTime = TimeSpan.FromSeconds(2) });
    private readonly FakeTimeProvider _time = new();
    private readonly TransferOutbox _outbox;
    private readonly TransferServer _server;
    private readonly TransferClient _client;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public TransferTests()
    {
        _outbox = new TransferOutbox(_options, _time);
        _server = new TransferServer(_outbox, _options, NullLogger<TransferServer>.Instance);
        _client = new TransferClient(_options);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.StopAsync(CancellationToken.None);
        _server.Dispose();
    }

    [Fact]
    public async Task Bring_GivesTheBits_WhenManyAreFetchedAtOnce()
    {
        await _server.StartAsync(Cancellation);
        float[][] sent = [.. Enumerable.Range(1, 12).Select(seed => Values(Large, seed))];

        FloatVector[] here = await Task.WhenAll(sent.Select(values => _client.BringAsync(new FloatVector(Ticket(values))).AsTask()));

        Assert.All(sent.Zip(here), pair => Assert.Equal(pair.First, pair.Second.Span.ToArray()));
        Assert.Equal(0, _outbox.Count);
    }

    [Fact]
    public async Task Bring_LeavesAlone_WhatIsHere()
    {
        FloatVector vector = new([1, 2]);

        Assert.Same(vector, await _client.BringAsync(vector));
    }

    [Fact]
    public async Task Bring_SaysWhose_WhenTheVectorWasFetchedBefore()
    {
        await _server.StartAsync(Cancellation);
        VectorTicket ticket = Ticket(Values(Large, 1));
        await _client.BringAsync(new FloatVector(ticket));

        IOException again = await Assert.ThrowsAsync<IOException>(() => _client.BringAsync(new FloatVector(ticket)).AsTask());

        Assert.Contains($"could not be fetched from 127.0.0.1:{ticket.Port}: it closed the connection", again.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bring_TakesANewConnection_WhenTheSiloClosedTheOldOne()
    {
        await _server.StartAsync(Cancellation);
        VectorTicket first = Ticket(Values(Large, 1));
        await _client.BringAsync(new FloatVector(first));
        await _server.StopAsync(Cancellation);

        // The silo comes back on the port it had.
        TransferOptions same = new() { Port = first.Port };
        TransferServer restarted = new(_outbox, Options.Create(same), NullLogger<TransferServer>.Instance);
        await restarted.StartAsync(Cancellation);
        float[] values = Values(Large, 2);
        FloatVector here = await _client.BringAsync(new FloatVector(Ticket(values)));

        Assert.Equal(values, here.Span.ToArray());
        await restarted.StopAsync(Cancellation);
        restarted.Dispose();
    }

    [Fact]
    public async Task Bring_Fails_WhenNobodyListens()
    {
        await _server.StartAsync(Cancellation);
        VectorTicket ticket = Ticket(Values(Large, 1));
        await _server.StopAsync(Cancellation);

        IOException gone = await Assert.ThrowsAsync<IOException>(() => _client.BringAsync(new FloatVector(ticket)).AsTask());

        Assert.Contains($"could not be fetched from 127.0.0.1:{ticket.Port}", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bring_Fails_WhenTheTransferStandsStill()
    {
        using Socket silent = Listen();
        VectorTicket ticket = TicketOf(silent);

        await Assert.ThrowsAsync<IOException>(() => _client.BringAsync(new FloatVector(ticket)).AsTask());
    }

    [Fact]
    public async Task Bring_Fails_WhenTheConnectionEndsInTheMiddle()
    {
        using Socket broken = Listen();
        Task serve = Task.Run(async () =>
        {
            using Socket connection = await broken.AcceptAsync(Cancellation);
            await connection.ReceiveAsync(new byte[TransferWire.IdBytes], Cancellation);
            await connection.SendAsync(new byte[1000], Cancellation);
        }, Cancellation);
        VectorTicket ticket = TicketOf(broken);

        IOException middle = await Assert.ThrowsAsync<IOException>(() => _client.BringAsync(new FloatVector(ticket)).AsTask());

        Assert.Contains($"could not be fetched from 127.0.0.1:{ticket.Port}: The connection was closed after 1000 of", middle.Message, StringComparison.Ordinal);
        await serve;
    }

    [Fact]
    public async Task Bring_KeepsTheOtherConnections_WhenOneAsksForWhatIsGone()
    {
        using Socket silo = Listen();
        Task<FloatVector>[] fetches = [Fetch(), Fetch(), Fetch()];
        Socket[] kept = [await silo.AcceptAsync(Cancellation), await silo.AcceptAsync(Cancellation), await silo.AcceptAsync(Cancellation)];
        foreach (Socket connection in kept)
        {
            await TransferWire.SendAllAsync(connection, new byte[Large * sizeof(float)], _options.Value.StallTime, Cancellation);
            await connection.ReceiveAsync(new byte[TransferWire.IdBytes], Cancellation);
        }

        await Task.WhenAll(fetches);
        Assert.Equal(kept.Length, _client.IdleConnections);

        // One of them asks, is closed, and a new one is closed too.
        Task<FloatVector> gone = Fetch();
        List<Socket> asking = [.. kept];
        Socket.Select(asking, null, null, TimeSpan.FromSeconds(5));
        Assert.Single(asking).Dispose();
        (await silo.AcceptAsync(Cancellation)).Dispose();

        await Assert.ThrowsAsync<IOException>(() => gone);
        Assert.Equal(kept.Length - 1, _client.IdleConnections);
        Array.ForEach(kept, static connection => connection.Dispose());

        Task<FloatVector> Fetch() => _client.BringAsync(new FloatVector(TicketOf(silo))).AsTask();
    }

    [Fact]
    public async Task Bring_SaysFromWhere_WhenANewConnectionIsReset()
    {
        using Socket stopping = Listen();
        Task serve = Task.Run(async () =>
        {
            using Socket connection = await stopping.AcceptAsync(Cancellation);
            connection.Close(timeout: 0);
        }, Cancellation);
        VectorTicket ticket = TicketOf(stopping);

        IOException reset = await Assert.ThrowsAsync<IOException>(() => _client.BringAsync(new FloatVector(ticket)).AsTask());

        // The reset is seen while connecting, sending or receiving.
        Assert.Contains($"could not be fetched from 127.0.0.1:{ticket.Port}", reset.Message, StringComparison.Ordinal);
        await serve;
    }

    [Fact]
    public async Task Receive_SaysHowFarItCame_WhenTheConnectionIsResetInTheMiddle()
    {
        using Socket listener = Listen();
        using Socket receiver = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await receiver.ConnectAsync(listener.LocalEndPoint!, Cancellation);
        using Socket sender = await listener.AcceptAsync(Cancellation);
        await sender.SendAsync(new byte[1000], Cancellation);
        Assert.True(SpinWait.SpinUntil(() => receiver.Available == 1000, TimeSpan.FromSeconds(5)));

        Task<bool> receiving = TransferWire.ReceiveAllAsync(receiver, new byte[2000], _options.Value.StallTime, Cancellation).AsTask();
        Assert.True(SpinWait.SpinUntil(() => receiver.Available == 0, TimeSpan.FromSeconds(5)));
        sender.Close(timeout: 0);

        IOException broken = await Assert.ThrowsAsync<IOException>(() => receiving);
        Assert.Contains("after 1000 of 2000 bytes", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Message_IsRefused_WhenItsTicketIsOfABuildThatAnswersFetchesInAnotherWay()
    {
        _outbox.Open(1);
        using ServiceProvider services = Services();
        Serializer<FloatVector> serializer = services.GetRequiredService<Serializer<FloatVector>>();
        byte[] message = serializer.SerializeToArray(new FloatVector(Ticket(Values(Large, 1))));
        byte[] id = serializer.Deserialize(message)!.Ticket!.Id.ToByteArray();
        message[message.AsSpan().IndexOf(id) - 1] = 1;

        InvalidDataException refused = Assert.Throws<InvalidDataException>(() => serializer.Deserialize(message));

        Assert.Contains("another build of MetaTrain", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Offer_ForgetsWhatNobodyFetched()
    {
        await _server.StartAsync(Cancellation);
        VectorTicket forgotten = Ticket(Values(Large, 1));
        _time.Advance(_options.Value.Patience);

        _ = Ticket(Values(Large, 2));

        Assert.Null(_outbox.Take(forgotten.Id));
        Assert.Equal(1, _outbox.Count);
    }

    [Theory]
    [InlineData(10, false)]
    [InlineData(Large, true)]
    public async Task Message_CarriesTheTicketOfALargeVectorAndTheValuesOfASmallOne(int length, bool isTicket)
    {
        await _server.StartAsync(Cancellation);
        using ServiceProvider services = Services();
        Serializer<ParameterSnapshot> serializer = services.GetRequiredService<Serializer<ParameterSnapshot>>();
        float[] values = Values(length, 1);

        byte[] message = serializer.SerializeToArray(new ParameterSnapshot { Epoch = 1, Version = 2, Values = new FloatVector(values) });
        ParameterSnapshot received = serializer.Deserialize(message)!;

        Assert.True(message.Length < 200);
        Assert.Equal(isTicket, received.Values.Ticket is not null);
        Assert.Equal(length, received.Values.Length);
        Assert.Equal(values, (await _client.BringAsync(received.Values)).Span.ToArray());
    }

    [Fact]
    public void Vector_CannotBeReadOrTakenTwice_WhenItsArrayBelongsToAnotherSum()
    {
        FloatVector vector = new([1, 2]);
        Assert.Equal([1, 2], vector.Take());

        Assert.True(vector.IsTaken);
        Assert.Equal(2, vector.Length);
        Assert.Throws<InvalidOperationException>(() => vector.Span.Length);
        Assert.Throws<InvalidOperationException>(() => vector.Take());
    }

    private ServiceProvider Services() => new ServiceCollection().AddSingleton<IVectorOffers>(_outbox)
        .AddSerializer(static serializer => serializer.AddAssembly(typeof(FloatVector).Assembly)).BuildServiceProvider();

    /// <summary>A silo that the test plays itself.</summary>
    private static Socket Listen()
    {
        Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        return listener;
    }

    private static VectorTicket TicketOf(Socket listener) => new("127.0.0.1", ((IPEndPoint)listener.LocalEndPoint!).Port, Guid.NewGuid(), Large);

    private VectorTicket Ticket(float[] values) => _outbox.Offer(new FloatVector(values))!;

    private static float[] Values(int length, int seed) => [.. Enumerable.Range(0, length).Select(i => MathF.Sin((i * 0.01f) + seed))];
}
