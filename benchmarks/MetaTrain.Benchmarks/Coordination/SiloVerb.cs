using System.Globalization;
using MetaTrain.Benchmarks.Questions;
using MetaTrain.Cluster.Experiments;
using MetaTrain.Silo.Hosting;
using MetaTrain.Silo.Processes;
using MetaTrain.Storage.Redis;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MetaTrain.Benchmarks.Coordination;

/// <summary>A silo of the product, in a process of its own, whose jobs do one and the same work. It ends with its standard input.</summary>
internal static class SiloVerb
{
    /// <summary>Runs it.</summary>
    /// <param name="arguments">Store, cluster id, name, number of workers, work.</param>
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
        IExperimentFactory factory = int.TryParse(arguments[4], CultureInfo.InvariantCulture, out int parameters)
            ? new NothingFactory(parameters)
            : new WorkloadFactory(Workload.Of(arguments[4]));
        await using WebApplication silo = SiloHost.Build(
            options, Owner.BehindStandardInput(), services => services.AddSingleton(factory));
        await silo.Services.GetRequiredService<RedisConnection>().ConnectAsync(CancellationToken.None);
        await silo.StartAsync();
        Console.WriteLine("ready");
        await silo.WaitForShutdownAsync();
        return 0;
    }
}
