using System.Net.Sockets;
using MetaTrain.Abstractions.Storage;
using Orleans.Runtime;

namespace MetaTrain.Client.Calls;

/// <summary>Tells a failure that passes when silos, gateways or the store come back from one that does not.</summary>
internal static class TransientFailure
{
    public static bool Is(Exception failure) => failure switch
    {
        MetaTrainException { Kind: FailureKind.Unreachable } => true,
        TimeoutException or SocketException or IOException => true,
        StoreUnavailableException => true,
        SiloUnavailableException or ClientNotAvailableException or GatewayTooBusyException or OrleansMessageRejectionException => true,
        // While a connection is replaced, calls on the old one end like this.
        ObjectDisposedException or OrleansLifecycleCanceledException => true,
        // Lost gateways have several internal types; all derive from OrleansException.
        OrleansException => true,
        AggregateException many => many.InnerExceptions.All(Is),
        _ => failure.InnerException is { } inner && failure is InvalidOperationException && Is(inner),
    };
}
