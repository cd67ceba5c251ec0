using BenchmarkDotNet.Attributes;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Benchmarks.Simulation;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Benchmarks.Primitives;

/// <summary>What a commit takes before it reaches the store: parameters and Adam's two vectors.</summary>
public class CommitImaging
{
    private SimulatedJob _job = null!;
    private CommitImage _image = null!;
    private ParameterSlot _slot = null!;

    /// <summary>The parameters: 450 KB and 50 MB.</summary>
    [Params(112_500, 12_500_000)]
    public int Values { get; set; }

    /// <summary>Makes a job at its start.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _job = new SimulatedJob(new SimulationSettings { Workers = 1, Parameters = Values }, TimeProvider.System);
        _image = Copy();
        _slot = new ParameterSlot("weight", [Values], 0);
    }

    /// <summary>Between two steps: the optimizer's vectors are copied.</summary>
    [Benchmark(Description = "commit copied between two steps")]
    public object Take() => Copy();

    /// <summary>Behind them: the safetensors file and the parameters' SHA-256.</summary>
    [Benchmark(Description = "commit encoded, parameters hashed")]
    public Task<CheckpointContent> EncodeAsync() => _image.EncodeAsync(new JobId("simulation"), [_slot]);

    private CommitImage Copy() => CommitImage.Take(_job.Session, _job.Aggregation.Capture(), TimeProvider.System);
}
