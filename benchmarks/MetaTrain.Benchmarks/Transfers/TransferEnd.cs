using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Transfers;
using MetaTrain.Learning.Blocks;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace MetaTrain.Benchmarks.Transfers;

/// <summary>The product's end of transfers, as a silo has it: what it offers and what it fetches.</summary>
internal sealed class TransferEnd : IAsyncDisposable
{
    private readonly TransferOutbox _outbox;
    private readonly TransferServer _server;
    private readonly TransferClient _client;

    public TransferEnd()
    {
        IOptions<TransferOptions> options = Options.Create(new TransferOptions());
        _outbox = new TransferOutbox(options, TimeProvider.System);
        _server = new TransferServer(_outbox, options, NullLogger<TransferServer>.Instance);
        _client = new TransferClient(options);
    }

    public Task StartAsync() => _server.StartAsync(CancellationToken.None);

    /// <summary>A ticket in one line.</summary>
    public string Offer(float[] values)
    {
        VectorTicket ticket = _outbox.Offer(new FloatVector(values))!;
        return $"{ticket.Host} {ticket.Port} {ticket.Id} {ticket.Length}";
    }

    /// <summary>Fetches what a line offers.</summary>
    /// <param name="offer">The other end's line.</param>
    /// <param name="isGradient">True for what is added up and then free; parameters are new each time.</param>
    public async Task FetchAsync(string offer, bool isGradient)
    {
        string[] words = offer.Split(' ');
        VectorTicket ticket = new(words[0], int.Parse(words[1]), Guid.Parse(words[2]), int.Parse(words[3]));
        FloatVector vector = await _client.BringAsync(new FloatVector(ticket));
        if (isGradient)
        {
            GradientArrays.Return(vector.Take());
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.StopAsync(CancellationToken.None);
        _server.Dispose();
    }
}
