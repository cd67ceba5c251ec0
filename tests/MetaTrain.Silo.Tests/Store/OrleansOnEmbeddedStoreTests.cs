using System.Net;
using MetaTrain.TestKit.Processes;
using MetaTrain.TestKit.Stores;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Runtime;
using StackExchange.Redis;

namespace MetaTrain.Silo.Tests.Store;

/// <summary>Orleans' own Redis membership over the embedded store, with our settings of it.</summary>
[Collection(EmbeddedStoreCollection.Name)]
public sealed class OrleansOnEmbeddedStoreTests(EmbeddedStoreFixture fixture)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Silos_FindEachOther_AndSeeOneLeave()
    {
        string cluster = Guid.NewGuid().ToString("N");
        using IHost first = Silo(cluster);
        using IHost second = Silo(cluster);
        await first.StartAsync(Cancellation).WaitAsync(Deadline, Cancellation);
        await second.StartAsync(Cancellation).WaitAsync(Deadline, Cancellation);
        IManagementGrain management = first.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0);

        Dictionary<SiloAddress, SiloStatus> joined = await management.GetHosts(true, Cancellation);
        await second.StopAsync(Cancellation).WaitAsync(Deadline, Cancellation);
        Dictionary<SiloAddress, SiloStatus> left = await management.GetHosts(true, Cancellation);
        await first.StopAsync(Cancellation).WaitAsync(Deadline, Cancellation);

        Assert.Equal(2, joined.Count);
        Assert.Single(left);
    }

    [Fact]
    public async Task MembershipTable_RefusesAStaleVersion_AndSurvivesTheStoresDeath()
    {
        await using IStoreServer server = await fixture.StartServerAsync(Cancellation);
        using IHost silo = Silo(Guid.NewGuid().ToString("N"), server.Port);
        IMembershipTable table = silo.Services.GetRequiredService<IMembershipTable>();
        await table.InitializeMembershipTableAsync(true, Cancellation);
        TableVersion start = (await table.ReadAllAsync(Cancellation)).Version;

        bool[] inserted = await Task.WhenAll(Enumerable.Range(1, 8).Select(i => table.InsertRowAsync(Entry(i), start.Next(), Cancellation)));
        Assert.Single(inserted, true);

        await server.KillAsync();
        await server.StartAgainAsync(Cancellation);
        using IHost other = Silo(silo.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<ClusterOptions>>().Value.ClusterId, server.Port);
        IMembershipTable again = other.Services.GetRequiredService<IMembershipTable>();
        await again.InitializeMembershipTableAsync(false, Cancellation);
        MembershipTableData read = await again.ReadAllAsync(Cancellation);

        Assert.Equal(start.Version + 1, read.Version.Version);
        Assert.Equal(Array.IndexOf(inserted, true) + 1, Assert.Single(read.Members).Item1.SiloAddress.Generation);
        Assert.False(await again.InsertRowAsync(Entry(9), start.Next(), Cancellation));
        Assert.True(await again.InsertRowAsync(Entry(9), read.Version.Next(), Cancellation));
    }

    private static MembershipEntry Entry(int generation) => new()
    {
        SiloAddress = SiloAddress.New(IPAddress.Loopback, 11_111, generation),
        Status = SiloStatus.Active,
        HostName = "host",
        SiloName = $"silo-{generation}",
        StartTime = DateTime.UnixEpoch,
        IAmAliveTime = DateTime.UnixEpoch,
    };

    private IHost Silo(string cluster, int? storePort = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo => silo
            .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster, "test"))
            .ConfigureEndpoints(IPAddress.Loopback, FreePort.Take(), FreePort.Take())
            .UseRedisClustering(options => options.ConfigurationOptions = new ConfigurationOptions
            {
                EndPoints = { { IPAddress.Loopback, storePort ?? fixture.Server.Port } },
            }));
        return builder.Build();
    }
}
