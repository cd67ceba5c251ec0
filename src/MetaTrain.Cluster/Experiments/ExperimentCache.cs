using System.Collections.Concurrent;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Cluster.Experiments;

/// <summary>The experiments of the jobs that this silo works for: data sets and task sources are loaded once a silo.</summary>
internal sealed class ExperimentCache(IJobStore jobs, IExperimentFactory factory)
{
    private const int Capacity = 32;

    private readonly ConcurrentDictionary<(JobId Job, ComputeDevice? Device), Lazy<Task<IExperiment>>> _experiments = new();

    /// <summary>The experiment of a job.</summary>
    /// <param name="job">Whose.</param>
    /// <param name="device">Where its blocks are computed; null for whoever only coordinates.</param>
    public async Task<IExperiment> GetAsync(JobId job, ComputeDevice? device = null)
    {
        (JobId Job, ComputeDevice? Device) key = (job, device);
        Lazy<Task<IExperiment>> experiment = _experiments.GetOrAdd(key, added => new(() => CreateAsync(added.Job, added.Device)));
        try
        {
            return await experiment.Value;
        }
        catch
        {
            _experiments.TryRemove(new(key, experiment));
            throw;
        }
        finally
        {
            while (_experiments.Count > Capacity && _experiments.Keys.FirstOrDefault(other => other.Job != job) is { Job.Value: not null } other)
            {
                _experiments.TryRemove(other, out _);
            }
        }
    }

    private async Task<IExperiment> CreateAsync(JobId job, ComputeDevice? device)
    {
        JobRecord record = await jobs.ReadAsync(job, CancellationToken.None)
            ?? throw new SpecException($"Job {job} is not in the store.");
        return await Task.Run(() => factory.CreateAsync(record.SpecJson, record.DatasetSha256, device, CancellationToken.None));
    }
}
