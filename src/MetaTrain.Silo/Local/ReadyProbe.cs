using System.Net;
using System.Net.Sockets;

namespace MetaTrain.Silo.Local;

/// <summary>
/// Asks a silo's /health/ready. By hand, for the supervisor must be light while the silos start: an HttpClient would cost a
/// tenth of a second of processor time just then.
/// </summary>
internal static class ReadyProbe
{
    internal static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private static readonly byte[] Request = "GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray();

    /// <summary>Waits until the silo takes work.</summary>
    public static async Task UntilReadyAsync(Func<CancellationToken, Task<bool>> isReady, TimeProvider time, CancellationToken cancellationToken)
    {
        while (!await isReady(cancellationToken).ConfigureAwait(false))
        {
            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>True when the answer is 200; false when there is another or none.</summary>
    public static async Task<bool> IsReadyAsync(int port, CancellationToken cancellationToken)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken).ConfigureAwait(false);
            await socket.SendAsync(Request, cancellationToken).ConfigureAwait(false);
            byte[] answer = new byte[StatusLine.Length];
            int read = 0;
            while (read < answer.Length && await socket.ReceiveAsync(answer.AsMemory(read), cancellationToken).ConfigureAwait(false) is > 0 and int more)
            {
                read += more;
            }

            return answer.AsSpan().SequenceEqual(StatusLine);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static ReadOnlySpan<byte> StatusLine => "HTTP/1.1 200"u8;
}
