using System.Text.Json.Nodes;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Benchmarks.Coordination;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Cluster.Experiments;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Cluster.Tests.Coordination.Grains;

/// <summary>Experiments of made-up mathematics: a task's gradient and error are fixed functions of the iteration, the task and the parameters.</summary>
/// <param name="parameterCount">P.</param>
internal sealed class MadeUpFactory(int parameterCount) : IExperimentFactory
{
    private const int BlockSize = 2;

    public Task<IExperiment> CreateAsync(string specJson, string? datasetSha256, ComputeDevice? device, CancellationToken cancellationToken) =>
        Task.FromResult<IExperiment>(new MadeUp(parameterCount, JsonNode.Parse(specJson)!["meta"]?["clipNorm"]?.GetValue<double>()));

    public Task<string?> DatasetVersionAsync(JobSpec spec, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public JobPlan Plan(JobSpec spec, IExperiment experiment, string deviceClass) =>
        new(BlockSize, new BlockPartition(spec.Meta.TasksPerIteration, BlockSize).Blocks, "made up");

    private sealed class MadeUp(int parameterCount, double? clipNorm) : PlainExperiment(parameterCount, clipNorm)
    {
        public override float[] InitialParameters() => [.. Enumerable.Range(1, ParameterCount).Select(static i => (float)(1 + (i % 5)))];

        public override BlockSums Compute(BlockRequest request, EpisodeBlock episodes, ReadOnlyMemory<float> parameters)
        {
            float[] gradient = new float[request.Evaluation is null ? ParameterCount : 0];
            (double error, double square) = (0, 0);
            for (int task = request.FirstTask; task < request.FirstTask + request.Tasks; task++)
            {
                // Of very different sizes, so that the order of their addition shows.
                float weight = MathF.ScaleB(1f + (task % 3), (task * 7 % 11) - 5);
                for (int i = 0; i < gradient.Length; i++)
                {
                    gradient[i] += parameters.Span[i] * weight / (request.Iteration + 3);
                }

                double own = parameters.Span[task % ParameterCount] * weight;
                (error, square) = (error + own, square + (own * own));
            }

            return new BlockSums(request.Tasks, gradient, request.Evaluation is null ? [error] : [error, square], null);
        }
    }
}
