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
    private JobSession _session = null!;
    private CommitImage _image = null!;
    private ParameterSlot _slot = null!;

    /// <summary>The parameters: 450 KB and 50 MB.</summary>
    [Params(112_500, 12_500_000)]
    public int Values { get; set; }

    /// <summary>Makes a job at its start.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _session = new SimulatedJob(new SimulationSettings { Workers = 1, Parameters = Values }, TimeProvider.System).Session;
        _image = CommitImage.Take(_session, TimeProvider.System);
        _slot = new ParameterSlot("weight", [Values], 0);
    }

    /// <summary>In the coordinator's turn: the optimizer's vectors are copied.</summary>
    [Benchmark(Description = "commit copied in the coordinator's turn")]
    public object Take() => CommitImage.Take(_session, TimeProvider.System);

    /// <summary>Behind it: the safetensors file and the parameters' SHA-256.</summary>
    [Benchmark(Description = "commit encoded, parameters hashed")]
    public CheckpointContent Encode() => _image.Encode(new JobId("simulation"), [_slot]);
}
