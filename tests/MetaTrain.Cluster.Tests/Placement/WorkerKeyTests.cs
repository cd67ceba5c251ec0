using System.Net;
using MetaTrain.Cluster.Placement;
using Orleans.Runtime;

namespace MetaTrain.Cluster.Tests.Placement;

public sealed class WorkerKeyTests
{
    [Fact]
    public void Parse_ReadsWhatToStringWrites()
    {
        WorkerKey key = new("silo-1", 3, SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 11111), 42));

        Assert.Equal(key, WorkerKey.Parse(key.ToString()));
        Assert.Equal("silo-1/3", WorkerKey.DisplayName(key.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("silo-1")]
    [InlineData("silo-1@127.0.0.1:1@2")]
    [InlineData("silo-1/x@127.0.0.1:1@2")]
    public void Parse_Refuses_WhatIsNoKey(string key) => Assert.Throws<FormatException>(() => WorkerKey.Parse(key));
}
