using MetaTrain.Silo.Processes;

namespace MetaTrain.Silo.Hosting;

/// <summary>The process that this one belongs to, if any.</summary>
/// <param name="IsPresent">False for a process that a person or Kubernetes started.</param>
/// <param name="Released">Cancelled when the owner lets go, or has died.</param>
internal sealed record Owner(bool IsPresent, CancellationToken Released)
{
    public static Owner None { get; } = new(false, CancellationToken.None);

    /// <summary>An owner that holds the other end of this process's standard input.</summary>
    public static Owner BehindStandardInput()
    {
        // Lives as long as the process.
        CancellationTokenSource released = new();
        OwnerPipe.WhenClosed(Console.OpenStandardInput(), released.Cancel);
        return new Owner(true, released.Token);
    }
}
