using System.Text.Json;

namespace MetaTrain.Abstractions.Specs;

/// <summary>
/// A job as the cluster reads it: the sections that are the cluster's own, typed, and those that are the mathematics' own
/// (<c>data</c>, <c>model</c>, <c>algorithm</c>, the optimizer part of <c>meta</c>) as JSON that MetaTrain.Learning reads.
/// </summary>
public sealed record JobSpec
{
    /// <summary>A name for people.</summary>
    public required string Name { get; init; }

    /// <summary>The seed from which every random choice of the job is derived.</summary>
    public ulong Seed { get; init; }

    /// <summary>The higher, the sooner it gets workers.</summary>
    public int Priority { get; init; }

    /// <summary>Where tasks come from.</summary>
    public required JsonElement Data { get; init; }

    /// <summary>What is trained.</summary>
    public required JsonElement Model { get; init; }

    /// <summary>How it is meta-trained.</summary>
    public required JsonElement Algorithm { get; init; }

    /// <summary>The outer loop.</summary>
    public required MetaSpec Meta { get; init; }

    /// <summary>What is measured, when, and on what.</summary>
    public EvaluationSpec Evaluation { get; init; } = new();

    /// <summary>When versions are committed and which are kept.</summary>
    public CheckpointSpec Checkpoint { get; init; } = new();

    /// <summary>Which devices, and how exactly they compute.</summary>
    public ResourcesSpec Resources { get; init; } = new();

    /// <summary>Overrides the build's compute plan.</summary>
    public PlanSpec Plan { get; init; } = new();

    /// <summary>A warm start.</summary>
    public InitializeSpec? Initialize { get; init; }
}

/// <summary>The cluster's part of <c>meta</c>; its optimizer part is read by MetaTrain.Learning.</summary>
public sealed record MetaSpec
{
    /// <summary>Meta-iterations to run.</summary>
    public required long Iterations { get; init; }

    /// <summary>Tasks whose meta-gradients are averaged in one iteration.</summary>
    public required int TasksPerIteration { get; init; }
}

/// <summary>What is measured.</summary>
public sealed record EvaluationSpec
{
    /// <summary>During training, to choose the best version; null to never validate.</summary>
    public ValidationSpec? Validation { get; init; }

    /// <summary>After training.</summary>
    public FinalEvaluationSpec Final { get; init; } = new();
}

/// <summary>The validation during training.</summary>
public sealed record ValidationSpec
{
    /// <summary>Every so many iterations.</summary>
    public long Every { get; init; } = 500;

    /// <summary>Over so many episodes, the same ones each time.</summary>
    public int Episodes { get; init; } = 600;

    /// <summary>Query examples a class; null takes the data section's.</summary>
    public int? Queries { get; init; }

    /// <summary>Inner steps; null takes those of the final evaluation, else the algorithm's own.</summary>
    public int? InnerSteps { get; init; }
}

/// <summary>The evaluation after training.</summary>
public sealed record FinalEvaluationSpec
{
    /// <summary>train, validation or test.</summary>
    public string Split { get; init; } = "test";

    /// <summary>Over so many episodes.</summary>
    public int Episodes { get; init; } = 600;

    /// <summary>Support examples a class; null takes the data section's.</summary>
    public int? Shots { get; init; }

    /// <summary>Query examples a class; null takes the data section's.</summary>
    public int? Queries { get; init; }

    /// <summary>Inner steps after which the query set is measured (in YAML one number or a list); empty takes the algorithm's own.</summary>
    public int[] InnerSteps { get; init; } = [];

    /// <summary>True to normalise an episode's query examples together (as the papers do).</summary>
    public bool Transductive { get; init; } = true;

    /// <summary>Which version: best (by validation) or last.</summary>
    public string At { get; init; } = "best";
}

/// <summary>Commits.</summary>
public sealed record CheckpointSpec
{
    /// <summary>Commit at least every so many iterations (and at least every 2 s).</summary>
    public long Every { get; init; } = 100;

    /// <summary>Keep the last n versions.</summary>
    public int KeepLast { get; init; } = 3;

    /// <summary>Keep the best k versions by validation.</summary>
    public int KeepBest { get; init; } = 1;
}

/// <summary>Devices and arithmetic.</summary>
public sealed record ResourcesSpec
{
    /// <summary>cpu or cuda.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>native: the device's own instruction set. portable: the instruction set that the silos were started with for all machines.</summary>
    public string Arithmetic { get; init; } = "native";

    /// <summary>True (the default) refuses workers of another device class: their bits would differ.</summary>
    public bool Strict { get; init; } = true;
}

/// <summary>Overrides of the compute plan.</summary>
public sealed record PlanSpec
{
    /// <summary>Tasks a block: a power of two; null takes the build's table.</summary>
    public int? BlockSize { get; init; }
}

/// <summary>A warm start.</summary>
public sealed record InitializeSpec
{
    /// <summary>The job whose parameters to start from.</summary>
    public required string From { get; init; }

    /// <summary>last, best, or an iteration.</summary>
    public string At { get; init; } = "best";
}
