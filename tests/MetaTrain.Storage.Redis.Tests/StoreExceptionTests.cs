using System.Net;
using System.Net.Sockets;
using MetaTrain.Abstractions.Storage;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using StackExchange.Redis;

namespace MetaTrain.Storage.Redis.Tests;

/// <summary>What a grain throws because its store is away must reach the caller as just that: callers wait for a store, and for nothing else.</summary>
public sealed class StoreExceptionTests
{
    [Fact]
    public async Task AnUnreachableStore_IsOneToACallerOfAGrain_WithItsCause()
    {
        await using ServiceProvider services = new ServiceCollection()
            .AddSerializer()
            .AddRedisStorage(options =>
            {
                options.ConnectionString = $"redis://127.0.0.1:{ClosedPort()}";
                options.CommandTimeout = TimeSpan.FromSeconds(1);
            })
            .BuildServiceProvider();
        Serializer serializer = services.GetRequiredService<Serializer>();
        StoreUnavailableException thrown = await Assert.ThrowsAsync<StoreUnavailableException>(
            () => services.GetRequiredService<IJobStore>().NextOrderAsync(TestContext.Current.CancellationToken));
        Assert.IsType<RedisConnectionException>(thrown.InnerException);

        Exception? arrived = serializer.Deserialize<Exception>(serializer.SerializeToArray<Exception>(thrown));

        Assert.Equal(thrown.Message, Assert.IsType<StoreUnavailableException>(arrived).Message);
        Assert.Equal(thrown.InnerException!.Message, arrived.InnerException!.Message);
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
