using System.Net.Sockets;
using MetaTrain.Abstractions.Clusters;
using MetaTrain.Abstractions.Storage;

namespace MetaTrain.Silo.Hosting;

/// <summary>Waits for a store that starts at the same time as the silo.</summary>
/// <param name="address">The store in words that may be shown.</param>
/// <param name="time">The clock.</param>
internal sealed class StoreWait(string address, TimeProvider time)
{
    internal static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Connects, again and again until the store answers.</summary>
    /// <param name="listens">Whether something listens at the store's address: cheap, where a connection that fails takes seconds.</param>
    /// <param name="connect">Connects; throws <see cref="StoreUnavailableException"/> with the sentence for a person.</param>
    /// <param name="patience">How long to wait.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StartFailure">The store did not answer within the time.</exception>
    public async Task UntilReachableAsync(
        Func<CancellationToken, Task<bool>> listens, Func<CancellationToken, Task> connect, TimeSpan patience, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        while (true)
        {
            StoreUnavailableException? fault = null;
            if (await listens(cancellationToken).ConfigureAwait(false))
            {
                try
                {
                    await connect(cancellationToken).ConfigureAwait(false);
                    return;
                }
                catch (StoreUnavailableException e)
                {
                    // It listens and does not serve yet.
                    fault = e;
                }
            }

            if (time.GetElapsedTime(start) >= patience)
            {
                throw new StartFailure(
                    fault?.Message ?? $"Nothing listens at the store's address {address}: start the store there, or name another with --store.",
                    ExitCode.StoreUnreachable, fault);
            }

            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether something listens at a store's address; true for an address that only the client library understands.</summary>
    public static async Task<bool> ListensAsync(string store, CancellationToken cancellationToken)
    {
        if (!StoreUri.TryParse(store, out StoreUri? uri, out _))
        {
            return true;
        }

        using TcpClient client = new();
        try
        {
            await client.ConnectAsync(uri.Host, uri.Port, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
