using System.Runtime.CompilerServices;
using MetaTrain.Abstractions.Clusters;
using MetaTrain.Client;
using MetaTrain.Client.Connections;
using MetaTrain.Console.Hosting;

namespace MetaTrain.Console.Doctor;

/// <summary>Looks at the machine, the silo's program, the data directory, the store and the cluster, in this order.</summary>
internal sealed class Examination(ConsoleHost host, DoctorPatient patient)
{
    public async IAsyncEnumerable<Finding> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (Finding finding in MachineChecks.Run(patient.DataDirectory))
        {
            yield return finding;
        }

        await foreach (Finding finding in SiloChecks.RunAsync(patient.SiloPath, cancellationToken))
        {
            yield return finding;
        }

        (Finding directory, LocalCluster? running) = DirectoryCheck.Run(patient.DataDirectory, ProcessIdentity.IsAlive);
        yield return directory;

        ClusterAddress? address = patient.Cluster ?? (running is null ? null : new ClusterAddress.InDirectory(patient.DataDirectory));
        if (StoreOf(address, running) is { } store)
        {
            await foreach (Finding finding in StoreChecks.RunAsync(store, isEmbedded: running?.StoreProcessId is not null && patient.Store is null, cancellationToken))
            {
                yield return finding;
            }
        }

        if (address is not null)
        {
            foreach (Finding finding in await ClusterChecksAsync(address, cancellationToken))
            {
                yield return finding;
            }
        }
    }

    private StoreUri? StoreOf(ClusterAddress? address, LocalCluster? running) => (patient.Store, address) switch
    {
        ({ } named, _) => StoreUri.Parse(named),
        (null, ClusterAddress.InStore inStore) => inStore.Store,
        _ when running is not null => StoreUri.Parse(running.Store),
        _ => null,
    };

    private async Task<IReadOnlyList<Finding>> ClusterChecksAsync(ClusterAddress address, CancellationToken cancellationToken)
    {
        try
        {
            await using MetaTrainClient client = await host.Clusters.ConnectAsync(address, cancellationToken);
            return ClusterChecks.Judge(await client.WorkersAsync(cancellationToken), await client.ListAsync(cancellationToken));
        }
        catch (MetaTrainException failure)
        {
            return [Finding.Bad("cluster", failure.Message, "Start a local cluster with 'metatrain up', or look at the silos' logs.")];
        }
    }
}
