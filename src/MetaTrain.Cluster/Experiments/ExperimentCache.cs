using System.Collections.Concurrent;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Cluster.Experiments;

/// <summary>The experiments of the jobs that this silo works for: data sets and task sources are loaded once a silo.</summary>
internal sealed class ExperimentCache(IJobStore jobs, IExperimentFactory factory)
{
    private const int Capacity = 16;

    private readonly ConcurrentDictionary<JobId, Lazy<Task<IExperiment>>> _experiments = new();

    public async Task<IExperiment> GetAsync(JobId job)
    {
        Lazy<Task<IExperiment>> experiment = _experiments.GetOrAdd(job, added => new(() => CreateAsync(added)));
        try
        {
            return await experiment.Value;
        }
        catch
        {
            _experiments.TryRemove(new(job, experiment));
            throw;
        }
        finally
        {
            while (_experiments.Count > Capacity && _experiments.Keys.FirstOrDefault(other => other != job) is { Value: not null } other)
            {
                _experiments.TryRemove(other, out _);
            }
        }
    }

    private async Task<IExperiment> CreateAsync(JobId job)
    {
        JobRecord record = await jobs.ReadAsync(job, CancellationToken.None)
            ?? throw new SpecException($"Job {job} is not in the store.");
        return await Task.Run(() => factory.CreateAsync(record.SpecJson, CancellationToken.None));
    }
}
