using System.Collections.Immutable;
using System.Text.Json;
using MetaTrain.Abstractions.Datasets;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Cluster.Workers;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Datasets;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.Options;
using MetaTrain.Learning.Tensors;

namespace MetaTrain.Cluster.Experiments;

/// <summary>Makes experiments of MetaTrain.Learning from specs, with data sets out of the store.</summary>
internal sealed class ExperimentFactory(DatasetCache datasets) : IExperimentFactory
{
    public async Task<IExperiment> CreateAsync(string specJson, string? datasetSha256, ComputeDevice? device, CancellationToken cancellationToken)
    {
        JobSpec spec = JobSpecReader.Parse(specJson);
        ImageDataset? dataset = await datasets.FindAsync(DatasetName(spec), datasetSha256, cancellationToken);
        try
        {
            return Create(spec, dataset, device);
        }
        catch (UnknownDatasetException e) when (datasetSha256 is not null)
        {
            throw new SpecException(
                $"data.dataset: the job was submitted with a data set '{e.Name}' whose content has the SHA-256 {datasetSha256}, which is not in this cluster's store: "
                + "import it again from the same files.", e);
        }
        catch (UnknownDatasetException e)
        {
            ImmutableArray<DatasetManifest> known = await datasets.ListAsync(cancellationToken);
            string names = string.Join(", ", known.Select(static manifest => manifest.Name).Concat(["glyphs", "sinusoid"]));
            throw new SpecException(
                $"data.dataset: there is no data set '{e.Name}' in this cluster's store (it has {names}); 'metatrain data import {e.Name} --from PATH' brings one in.", e);
        }
        catch (OptionsException e)
        {
            throw new SpecException(e.Message, e);
        }
    }

    public Task<string?> DatasetVersionAsync(JobSpec spec, CancellationToken cancellationToken) => datasets.VersionAsync(DatasetName(spec), cancellationToken);

    /// <summary>The experiment of a spec.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="dataset">The data set that it names; null for tasks that are made up.</param>
    /// <param name="device">Where its blocks are computed; null when none are.</param>
    /// <exception cref="OptionsException">The spec cannot be computed.</exception>
    /// <exception cref="SpecException">An evaluation of it cannot be drawn.</exception>
    public static Experiment Create(JobSpec spec, ImageDataset? dataset, ComputeDevice? device)
    {
        ITaskSource source = TaskSourceRegistry.Create(spec.Data, new OneDataset(dataset));
        Experiment experiment = device is { } computes
            ? Experiment.Create(Read(spec), source, PathOf(spec), computes, PrecisionOf(spec))
            : Experiment.Create(Read(spec), source, PathOf(spec));
        CheckEvaluations(spec, experiment);
        return experiment;
    }

    public JobPlan Plan(JobSpec spec, IExperiment experiment, string deviceClass)
    {
        ComputePlan plan = ComputePlan.Choose(Read(spec), experiment.TrainingShape, deviceClass, spec.Plan.BlockSize);
        int blocks = new BlockPartition(spec.Meta.TasksPerIteration, plan.BlockSize).Blocks;
        ComputePath path = ComputePlan.PathOn(experiment, deviceClass, PrecisionOf(spec));
        return new JobPlan(plan.BlockSize, blocks, path == ComputePath.Fused ? PlanSpec.FusedPath : PlanSpec.AutogradPath);
    }

    private static ComputePath? PathOf(JobSpec spec) => spec.Plan.Path switch
    {
        PlanSpec.FusedPath => ComputePath.Fused,
        PlanSpec.AutogradPath => ComputePath.Autograd,
        _ => null,
    };

    private static Precision PrecisionOf(JobSpec spec) => spec.Resources.Precision switch
    {
        ResourcesSpec.Tf32 => Precision.Tf32,
        ResourcesSpec.Bfloat16 => Precision.Bfloat16,
        _ => Precision.Float32,
    };

    private static ExperimentSpec Read(JobSpec spec) => new()
    {
        Data = spec.Data,
        Model = spec.Model,
        Algorithm = spec.Algorithm,
        Meta = spec.Meta.Section,
        Seed = spec.Seed,
    };

    private static string DatasetName(JobSpec spec) =>
        spec.Data.TryGetProperty("dataset", out JsonElement name) ? name.GetString() ?? "" : "";

    // An evaluation that cannot be drawn is refused before hours of training lead up to it.
    private static void CheckEvaluations(JobSpec spec, Experiment experiment)
    {
        if (spec.Evaluation.Validation is not null && experiment.Refuse(EvaluationSettingsReader.Read(EvaluationPlans.Validation(spec.Evaluation, experiment.TrainingShape))) is { } validation)
        {
            throw new SpecException($"evaluation.validation: {validation}");
        }

        if (spec.Evaluation.Final.Episodes > 0 && experiment.Refuse(EvaluationSettingsReader.Read(EvaluationPlans.Final(spec.Evaluation, experiment.TrainingShape, baseline: false))) is { } final)
        {
            throw new SpecException($"evaluation.final: {final}");
        }
    }

    private sealed class OneDataset(ImageDataset? dataset) : IDatasetProvider
    {
        public ImageDataset? Find(string name) => dataset?.Name == name ? dataset : null;
    }
}
