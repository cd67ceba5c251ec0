using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Cluster.Experiments;

/// <summary>Makes a spec's mathematics ready to compute.</summary>
internal interface IExperimentFactory
{
    /// <summary>Binds a spec to its data set. Throws <see cref="SpecException"/> for a spec that cannot run.</summary>
    /// <param name="specJson">The spec.</param>
    /// <param name="datasetSha256">The content of the data set that the job was submitted with; null for what was imported last.</param>
    /// <param name="device">Where its blocks are computed; null when none are, by whoever only coordinates.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    Task<IExperiment> CreateAsync(string specJson, string? datasetSha256, ComputeDevice? device, CancellationToken cancellationToken);

    /// <summary>The SHA-256 of the content that a spec's data set has now; null when its tasks are made up.</summary>
    Task<string?> DatasetVersionAsync(JobSpec spec, CancellationToken cancellationToken);

    /// <summary>How the tasks of the job are cut on a device class, and what computes them.</summary>
    JobPlan Plan(JobSpec spec, IExperiment experiment, string deviceClass);
}

/// <summary>A spec that cannot run here; the message is one sentence for its author.</summary>
internal sealed class SpecException(string message, Exception? inner = null) : Exception(message, inner);
