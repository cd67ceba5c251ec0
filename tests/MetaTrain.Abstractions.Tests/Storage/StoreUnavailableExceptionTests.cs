using MetaTrain.Abstractions.Storage;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace MetaTrain.Abstractions.Tests.Storage;

public sealed class StoreUnavailableExceptionTests
{
    [Fact]
    public void Message_ReachesACaller_WhenTheExceptionCrossesAWire()
    {
        using ServiceProvider services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        Serializer serializer = services.GetRequiredService<Serializer>();
        StoreUnavailableException thrown = new("The store does not answer: start it.", new TimeoutException("late"));

        Exception? arrived = serializer.Deserialize<Exception>(serializer.SerializeToArray<Exception>(thrown));

        Assert.IsType<StoreUnavailableException>(arrived);
        Assert.Equal(thrown.Message, arrived.Message);
        Assert.Equal("late", Assert.IsType<TimeoutException>(arrived.InnerException).Message);
    }
}
