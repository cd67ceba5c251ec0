using MetaTrain.Abstractions.Specs;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Cluster.Experiments;

/// <summary>Compiles what a job needs from its submission to its first block, while the silo joins its cluster.</summary>
public static class ExperimentWarmUp
{
    // 24 filters need every width of tile.
    private const string Spec = """
        {
          "name": "warm-up",
          "data": { "dataset": "glyphs", "ways": 2, "shots": 1, "queries": 1 },
          "model": { "kind": "conv4", "filters": 24 },
          "algorithm": { "kind": "maml" },
          "meta": { "iterations": 1, "tasksPerIteration": 2, "optimizer": "adam" },
          "evaluation": { "final": { "episodes": 2 } }
        }
        """;

    /// <summary>Reads a spec and computes two small tasks whose result nobody wants.</summary>
    /// <param name="device">Where.</param>
    public static void Compute(ComputeDevice device)
    {
        JobSpec spec = new JobSpecReader().ReadJson(Spec).Spec!;
        Experiment experiment = ExperimentFactory.Create(spec, dataset: null, device);
        BlockRequest request = new(Iteration: 0, FirstTask: 0, Tasks: 2);
        _ = experiment.Compute(request, experiment.Sample(request), experiment.InitialParameters());
    }
}
