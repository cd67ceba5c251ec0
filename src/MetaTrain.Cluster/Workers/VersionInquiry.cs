using System.Collections.Immutable;
using MetaTrain.Abstractions.Checkpoints;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Cluster.Experiments;
using MetaTrain.Learning.Datasets.Import;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Cluster.Workers;

/// <summary>Answers what people ask about a committed version: read from the store here, computed on a device's thread between two blocks.</summary>
internal sealed class VersionInquiry(ExperimentCache experiments, IJobStore jobs, ICheckpointStore checkpoints, SiloDevices devices) : IDisposable
{
    // A device's thread has a short queue, and whoever fills it waits in a grain's turn: of what people ask it gets one at a time.
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Shows an episode.</summary>
    public Task<DemonstrationReply> DemonstrateAsync(int slot, JobId job, long version, DemonstrationRequest request) => AskAsync(
        (slot, job, version),
        (spec, experiment, parameters) =>
        {
            EvaluationSettings settings = EvaluationSettingsReader.Read(EvaluationPlans.Shown(request, spec.Evaluation, experiment.TrainingShape));
            return experiment.Refuse(settings) is { } refusal
                ? Demonstrations.Refuse(refusal)
                : Demonstrations.Reply(version, request, experiment, experiment.Demonstrate(settings, request.Task, parameters));
        },
        Demonstrations.Refuse);

    /// <summary>Finds classes.</summary>
    public Task<RetrievalReply> RetrieveAsync(int slot, JobId job, long version, RetrievalRequest request) => AskAsync(
        (slot, job, version),
        (_, experiment, parameters) =>
        {
            ImmutableArray<ImageFileClass> classes = request.Descriptions is { } file
                ? ImageFileClass.Described(new DescriptionFile(file.Name, file.Text))
                : [.. request.Classes.Select(each => new ImageFileClass(each.Name, [.. each.Images.Select(ToFile)]))];
            var found = experiment.Retrieve(classes, [.. request.Queries.Select(ToFile)], request.Top, parameters);
            return new RetrievalReply
            {
                Version = version,
                Answers =
                [
                    .. request.Queries.Zip(found, (query, nearest) => new RetrievalAnswer(
                        query.Name, [.. nearest.Select(each => new ClassProbability(each.Name, each.Probability))])),
                ],
            };
        },
        refusal => new RetrievalReply { Failure = refusal });

    public void Dispose() => _one.Dispose();

    private static ImageFile ToFile(RetrievalImage image) => new(image.Name, image.Content);

    private async Task<TReply> AskAsync<TReply>(
        (int Slot, JobId Job, long Version) of, Func<JobSpec, IExperiment, float[], TReply> compute, Func<string, TReply> refuse)
    {
        await _one.WaitAsync();
        try
        {
            JobRecord record = await jobs.ReadAsync(of.Job, CancellationToken.None)
                ?? throw new SpecException($"There is no job '{of.Job}'.");
            CheckpointManifest manifest = await checkpoints.FindAsync(of.Job, CheckpointSelector.At(of.Version), CancellationToken.None)
                ?? throw new InvalidDataException($"Version {of.Version} of job {of.Job} is not kept any more: ask for one that 'metatrain describe {of.Job}' names.");
            IExperiment experiment = await experiments.GetAsync(of.Job, devices.Of(of.Slot));
            byte[] content = await checkpoints.ReadAsync(manifest, CancellationToken.None);
            return await devices.Thread(of.Slot).RunAsync(_ => compute(
                JobSpecReader.Parse(record.SpecJson), experiment, CheckpointCodec.DecodeParameters(experiment.Parameters, SafetensorsFile.Read(content))));
        }
        catch (Exception e) when (e is SpecException or InvalidDataException or RetrievalException)
        {
            return refuse(e.Message);
        }
        finally
        {
            _one.Release();
        }
    }
}
