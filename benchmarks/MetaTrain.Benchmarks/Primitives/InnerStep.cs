using BenchmarkDotNet.Attributes;
using MetaTrain.Benchmarks.Questions;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Benchmarks.Primitives;

/// <summary>
/// The second-order meta-gradient of one block of tasks, sampled beforehand: adapt by one step, differentiate the query loss through it.
/// </summary>
public class InnerStep
{
    private const string Conv4 = "conv4 of 64 filters, 5-way 1-shot, a block of 4 tasks";
    private const string Perceptron = "sinusoid perceptron of 40 and 40, 10 points, a block of 25 tasks";

    private Experiment _autograd = null!;
    private Experiment _fused = null!;
    private BlockRequest _request = null!;
    private EpisodeBlock _episodes = null!;
    private float[] _parameters = null!;

    /// <summary>What adapts.</summary>
    [Params(Conv4, Perceptron)]
    public string Network { get; set; } = "";

    /// <summary>Makes the experiment on both paths, and its first block.</summary>
    [GlobalSetup]
    public void Setup()
    {
        Workload workload = Workload.Of(Network == Conv4 ? "omniglot-5way-1shot" : "sinusoid");
        var images = Network == Conv4 ? GlyphImages.Draw() : null;
        _autograd = workload.Create(ComputePath.Autograd, images: images);
        _fused = workload.Create(ComputePath.Fused, images: images);
        _request = new BlockRequest(0, 0, Math.Min(workload.BlockSize, workload.Tasks));
        (_episodes, _parameters) = (_fused.Sample(_request), _fused.InitialParameters());
    }

    /// <summary>The reference: libtorch's autograd, all tasks at once.</summary>
    [Benchmark(Baseline = true, Description = "inner step through autograd")]
    public double Autograd() => LossOf(_autograd);

    /// <summary>The fused path.</summary>
    [Benchmark(Description = "inner step, fused")]
    public double Fused() => LossOf(_fused);

    private double LossOf(Experiment experiment)
    {
        BlockSums sums = experiment.Compute(_request, _episodes, _parameters);
        GradientArrays.Return(sums.Gradient);
        return sums.Metrics[0];
    }
}
