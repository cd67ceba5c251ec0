using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Datasets.Glyphs;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.MetaOptimizers;
using MetaTrain.Learning.Models;

namespace MetaTrain.Silo.Hosting;

/// <summary>Loads and compiles what the first block of a job needs, while the silo joins its cluster.</summary>
internal static class WarmUp
{
    /// <summary>Loads libtorch, which a silo cannot do without.</summary>
    /// <exception cref="TorchUnavailableException">It cannot be used on this machine.</exception>
    public static void LoadTorch() => TorchRuntime.EnsureLoaded();

    /// <summary>Computes two small tasks whose result nobody wants; 24 filters need every width of tile.</summary>
    /// <param name="device">Where.</param>
    public static void Compute(ComputeDevice device)
    {
        GlyphTaskSource glyphs = new(new GlyphOptions { Ways = 2, Shots = 1, Queries = 1 });
        Conv4 network = new(channels: 1, height: 28, width: 28, filters: 24, outputs: 2);
        AdamOptions adam = new() { Iterations = 1, TasksPerIteration = 2 };
        Experiment experiment = new(glyphs, new Maml(network, Losses.CrossEntropy), count => new Adam(adam, count), device: device);
        BlockRequest request = new(Iteration: 0, FirstTask: 0, Tasks: 2);
        _ = experiment.Compute(request, experiment.Sample(request), experiment.InitialParameters());
    }
}
