using System.Collections.Immutable;
using MetaTrain.Abstractions.Checkpoints;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Cluster.Experiments;
using MetaTrain.Cluster.Workers;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Cluster.Queue;

/// <summary>Judges specs before they become jobs: form, data set, shapes, warm start, size.</summary>
internal sealed class Submissions(IExperimentFactory factory, IJobStore jobs, ICheckpointStore checkpoints, SiloDevices devices)
{
    // A commit is one array of at most 2 GiB: the parameters and, with Adam, twice as much of the optimizer's state.
    private const long MaxParameterBytes = 512L << 20;

    private readonly JobSpecReader _reader = new();

    /// <summary>What is wrong with a spec, or what it would run.</summary>
    /// <param name="submission">The spec, and the file it starts from.</param>
    /// <param name="estimate">True to measure how much memory a block takes, which costs computing three to nine tasks where a job takes libtorch's autograd.</param>
    /// <param name="workers">The workers that the cluster has.</param>
    public async Task<ValidationReply> ValidateAsync(JobSubmission submission, bool estimate, IReadOnlyList<WorkerStatus> workers)
    {
        JobSpecReading reading = _reader.ReadJson(submission.SpecJson);
        if (reading.Spec is not { } spec)
        {
            return new ValidationReply { Problems = [.. reading.Problems.Select(static problem => problem.Sentence)] };
        }

        try
        {
            IExperiment experiment = await Task.Run(() => factory.CreateAsync(submission.SpecJson, datasetSha256: null, device: null, CancellationToken.None));
            long parameters = experiment.Parameters.Sum(static slot => (long)slot.Length);
            List<string> problems = await ProblemsAsync(spec, experiment, parameters, submission.InitialParameters, workers);
            string deviceClass = DeviceNeeds.Choose(spec.Resources, devices.DeviceClass, workers) ?? devices.DeviceClass;
            JobPlan plan = factory.Plan(spec, experiment, deviceClass);
            if (spec.Plan.Path == PlanSpec.FusedPath && plan.Path != PlanSpec.FusedPath)
            {
                problems.Add($"plan.path: the job asks for 'fused', which computes on a CPU in float32 only, and it would run on {deviceClass} in {spec.Resources.Precision}: leave plan.path out, or take autograd.");
            }

            // Measured here, on the processor: nothing tells what another path or a GPU would take.
            bool isMeasurable = deviceClass == devices.DeviceClass && !devices.Of(0).IsCuda
                && (plan.Path == PlanSpec.FusedPath) == (experiment.Path == ComputePath.Fused);
            return new ValidationReply
            {
                Problems = [.. problems],
                Plan = plan,
                ParameterCount = parameters,
                EstimatedBytesPerBlock = estimate && isMeasurable ? await Task.Run(() => experiment.EstimateBlockBytes(plan.BlockSize)) : null,
                Device = deviceClass,
            };
        }
        catch (SpecException e)
        {
            return new ValidationReply { Problems = [e.Message] };
        }
    }

    /// <summary>The content of the data set that a job of this spec trains on from its first iteration to its last.</summary>
    public Task<string?> DatasetVersionAsync(JobSpec spec) => factory.DatasetVersionAsync(spec, CancellationToken.None);

    /// <summary>What a record alone tells of its job.</summary>
    public static JobStatus Describe(JobRecord record)
    {
        JobSpec spec = JobSpecReader.Parse(record.SpecJson);
        return new JobStatus
        {
            Job = record.Job,
            Name = spec.Name,
            State = record.State,
            Iterations = spec.Meta.Iterations,
            SubmittedAt = record.SubmittedAt,
            Failure = record.Failure,
        };
    }

    /// <summary>The version that a warm start takes.</summary>
    public static CheckpointSelector Version(InitializeSpec initialize) => CheckpointSelector.TryParse(initialize.At, out CheckpointSelector at)
        ? at
        : throw new SpecException($"initialize.at: '{initialize.At}' is not a version: last, best or an iteration.");

    private async Task<List<string>> ProblemsAsync(JobSpec spec, IExperiment experiment, long parameters, byte[]? initial, IReadOnlyList<WorkerStatus> workers)
    {
        List<string> problems = [];
        if (parameters * sizeof(float) > MaxParameterBytes)
        {
            problems.Add($"The model has {parameters} parameters ({parameters * sizeof(float) >> 20} MiB); a cluster of this build takes up to {MaxParameterBytes >> 20} MiB.");
        }

        if (DeviceNeeds.Refuse(spec.Resources, [.. workers.Select(static worker => worker.Device).DefaultIfEmpty(devices.Device)]) is { } lack)
        {
            problems.Add(lack);
        }

        if (spec.Resources.IsPortable && !devices.IsPortable)
        {
            problems.Add("resources.arithmetic: the job asks for portable arithmetic and this cluster's silos compute with their processors' own; start silos with --arithmetic portable.");
        }

        if (spec.Initialize is { IsFile: true } && FileProblem(experiment, initial) is { } problem)
        {
            problems.Add(problem);
        }

        if (spec.Initialize is { IsJob: true } initialize && await StartProblemAsync(spec, initialize) is { } start)
        {
            problems.Add(start);
        }

        return problems;
    }

    private async Task<string?> StartProblemAsync(JobSpec spec, InitializeSpec initialize)
    {
        JobId from = new(initialize.From);
        if (await checkpoints.FindAsync(from, Version(initialize), CancellationToken.None) is null)
        {
            return $"initialize.from: job '{from}' has no committed version '{initialize.At}'; 'metatrain list' shows the jobs.";
        }

        return await jobs.ReadAsync(from, CancellationToken.None) is { DatasetSha256: { } trainedOn } record
            && await DatasetVersionAsync(spec) is { } now && now != trainedOn
            && now == await DatasetVersionAsync(JobSpecReader.Parse(record.SpecJson))
            ? $"initialize.from: job '{from}' was trained on another import of this data set, whose training classes may be test classes now; "
                + $"to start from it all the same, 'metatrain export {from} --to FILE' and name the file."
            : null;
    }

    private static string? FileProblem(IExperiment experiment, byte[]? initial)
    {
        if (initial is null)
        {
            return "initialize.from: a file lies with whoever submits, so its content must come with the spec: use 'metatrain submit', or give the client library the file.";
        }

        try
        {
            _ = CheckpointCodec.DecodeParameters(experiment.Parameters, SafetensorsFile.Read(initial));
            return null;
        }
        catch (InvalidDataException e)
        {
            return $"initialize.from: the file's parameters do not fit this spec: {e.Message}";
        }
    }
}
