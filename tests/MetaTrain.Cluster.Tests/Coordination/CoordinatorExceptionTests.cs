using MetaTrain.Cluster.Aggregation;
using MetaTrain.Cluster.Coordination;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace MetaTrain.Cluster.Tests.Coordination;

/// <summary>What a coordinator throws reaches a caller on another silo as what it is.</summary>
public sealed class CoordinatorExceptionTests
{
    [Fact]
    public void Exceptions_CrossTheWire_WithTheirMessages()
    {
        using ServiceProvider services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        Serializer serializer = services.GetRequiredService<Serializer>();

        Exception lost = Assert.IsType<AggregatorLostException>(Copy(new AggregatorLostException("silo-1", new TimeoutException("It took too long."))));
        Exception none = Assert.IsType<NoDeviceException>(Copy(new NoDeviceException("There is no GPU.")));

        Assert.Equal("The aggregator on silo-1 does not answer (TimeoutException: It took too long.)", lost.Message);
        Assert.IsType<TimeoutException>(lost.InnerException);
        Assert.Equal("There is no GPU.", none.Message);

        Exception Copy(Exception thrown) => serializer.Deserialize<Exception>(serializer.SerializeToArray(thrown))!;
    }
}
