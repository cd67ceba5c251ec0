using System.Net;
using System.Net.Sockets;

namespace MetaTrain.TestKit.Stores;

/// <summary>
/// Stands between a client and a store, and cuts the line after a given number of bytes that the client sent: to the store the
/// client died there, in the middle of a command or between two.
/// </summary>
public sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _cut = new();
    private readonly int _target;
    private readonly Task _accepting;
    private long _left = long.MaxValue;

    /// <summary>Stands before a store's port.</summary>
    public CuttingProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where clients connect to.</summary>
    public string Uri => $"redis://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Bytes that clients sent since <see cref="CutAfter"/>, as far as they were let through.</summary>
    public long Passed { get; private set; }

    /// <summary>Lets that many more bytes through, then cuts all lines for good.</summary>
    public void CutAfter(long bytes)
    {
        Passed = 0;
        Volatile.Write(ref _left, bytes);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _cut.CancelAsync();
        _listener.Stop();
        await _accepting;
        _listener.Dispose();
        _cut.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> lines = [];
        try
        {
            while (!_cut.IsCancellationRequested)
            {
                lines.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_cut.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Cut: nobody is let in any more.
        }

        _listener.Stop();
        await Task.WhenAll(lines);
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient near = client;
        using TcpClient far = new() { NoDelay = true };
        near.NoDelay = true;
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _target, _cut.Token);
            Task back = far.GetStream().CopyToAsync(near.GetStream(), _cut.Token);
            await ForwardAsync(near.GetStream(), far.GetStream());
            near.Close();
            far.Close();
            await back;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // One side has gone, or the line was cut: closing both is all there is to do.
        }
    }

    private async Task ForwardAsync(NetworkStream from, NetworkStream to)
    {
        byte[] buffer = new byte[16 * 1024];
        for (int read; (read = await from.ReadAsync(buffer, _cut.Token)) > 0;)
        {
            long left = Volatile.Read(ref _left);
            int passed = (int)Math.Min(left, read);
            await to.WriteAsync(buffer.AsMemory(0, passed), _cut.Token);
            Passed += passed;
            if (left != long.MaxValue)
            {
                Volatile.Write(ref _left, left - passed);
                if (left == passed)
                {
                    await _cut.CancelAsync();
                }
            }
        }
    }
}
