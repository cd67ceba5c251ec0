using System.Globalization;
using MetaTrain.Cluster.Experiments;
using MetaTrain.Silo.Hosting;
using MetaTrain.Silo.Processes;
using MetaTrain.Storage.Redis;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MetaTrain.Benchmarks.Coordination;

/// <summary>A silo of the product, in a process of its own, whose jobs compute nothing. It ends with its standard input.</summary>
internal static class SiloVerb
{
    /// <summary>Runs it.</summary>
    /// <param name="arguments">Store, cluster id, name, number of workers, number of parameters.</param>
    public static async Task<int> RunAsync(string[] arguments)
    {
        int[] ports = Ports.FindFree(3);
        SiloOptions options = new()
        {
            Store = arguments[0],
            ClusterId = arguments[1],
            SiloName = arguments[2],
            Workers = int.Parse(arguments[3], CultureInfo.InvariantCulture),
            SiloPort = ports[0],
            GatewayPort = ports[1],
            HttpPort = ports[2],
            DataDirectory = Path.GetTempPath(),
        };
        int parameters = int.Parse(arguments[4], CultureInfo.InvariantCulture);
        await using WebApplication silo = SiloHost.Build(
            options, Owner.BehindStandardInput(), services => services.AddSingleton<IExperimentFactory>(new NothingFactory(parameters)));
        await silo.Services.GetRequiredService<RedisConnection>().ConnectAsync(CancellationToken.None);
        await silo.StartAsync();
        Console.WriteLine("ready");
        await silo.WaitForShutdownAsync();
        return 0;
    }
}
