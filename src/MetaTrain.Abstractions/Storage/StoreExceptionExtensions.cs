using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace MetaTrain.Abstractions.Storage;

/// <summary>Lets what a store's driver throws cross a wire.</summary>
public static class StoreExceptionExtensions
{
    /// <summary>
    /// Has Orleans carry the driver's exceptions, which a <see cref="StoreUnavailableException"/> holds as its cause. Without it the caller of a
    /// grain gets an exception about a missing codec, which no caller could take for a store that will be back.
    /// </summary>
    public static IServiceCollection AddStoreExceptions(this IServiceCollection services) =>
        services.Configure<ExceptionSerializationOptions>(static options => options.SupportedNamespacePrefixes.Add("StackExchange.Redis"));
}
