using BenchmarkDotNet.Attributes;
using MetaTrain.Benchmarks.Questions;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Benchmarks.InnerLoop;

/// <summary>
/// Second-order MAML on Omniglot as in examples/omniglot-maml.yaml (conv4, 64 filters, stride 2, 5-way 1-shot, one query a class, one inner
/// step, 32 tasks): whole meta-iterations, from sampling to the optimizer's step, in one process and with no cluster. One operation is one
/// task, so that Op/s is tasks/s.
/// </summary>
public class OmniglotMaml
{
    private const int Tasks = 32;

    private MetaTrainer _oneAtATime = null!;
    private MetaTrainer _autograd = null!;
    private MetaTrainer _fused = null!;

    /// <summary>Threads that compute blocks side by side, each with one intra-op thread.</summary>
    [Params(1, 2)]
    public int Workers { get; set; }

    /// <summary>Reads the data set and builds one trainer a variant.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var workload = Workload.Of("omniglot-5way-1shot");
        _oneAtATime = new MetaTrainer(workload.Create(ComputePath.Autograd, oneAtATime: true), Tasks, blockSize: 1, Workers);
        _autograd = new MetaTrainer(workload.Create(ComputePath.Autograd), Tasks, workload.BlockSize, Workers);
        _fused = new MetaTrainer(workload.Create(ComputePath.Fused), Tasks, workload.BlockSize, Workers);
    }

    /// <summary>One task after the other through libtorch's own layers and autograd.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Tasks)]
    public IReadOnlyDictionary<string, double> OneTaskAtATime() => _oneAtATime.Step();

    /// <summary>The reference path, four tasks at once.</summary>
    [Benchmark(OperationsPerInvoke = Tasks)]
    public IReadOnlyDictionary<string, double> Autograd() => _autograd.Step();

    /// <summary>The fused path, blocks of four tasks.</summary>
    [Benchmark(OperationsPerInvoke = Tasks)]
    public IReadOnlyDictionary<string, double> Fused() => _fused.Step();
}
