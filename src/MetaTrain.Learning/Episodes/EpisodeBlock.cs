namespace MetaTrain.Learning.Episodes;

/// <summary>
/// The episodes of one block in managed memory, stacked: T tasks, S support and Q query examples a task, D values an input.
/// Examples are ordered by class: support example s of a classification task has label s / shots, query example q has q / queries.
/// </summary>
/// <param name="shape">The sizes of each episode.</param>
/// <param name="tasks">T.</param>
public sealed class EpisodeBlock(EpisodeShape shape, int tasks)
{
    /// <summary>The sizes of each episode.</summary>
    public EpisodeShape Shape { get; } = shape;

    /// <summary>T.</summary>
    public int Tasks { get; } = tasks;

    /// <summary>[T, S, D], row-major.</summary>
    public float[] SupportInputs { get; } = new float[tasks * shape.SupportCount * shape.InputLength];

    /// <summary>[T, Q, D], row-major.</summary>
    public float[] QueryInputs { get; } = new float[tasks * shape.QueryCount * shape.InputLength];

    /// <summary>Regression targets [T, S, Targets]; empty for classification.</summary>
    public float[] SupportTargets { get; } = new float[tasks * shape.SupportCount * shape.Targets];

    /// <summary>Regression targets [T, Q, Targets]; empty for classification.</summary>
    public float[] QueryTargets { get; } = new float[tasks * shape.QueryCount * shape.Targets];

    /// <summary>[T, ways]: the number that each way's class has in its split; -1 where the source does not say, and for regression empty.</summary>
    public int[] Classes { get; } = Unknown(tasks * shape.Ways);

    /// <summary>What is told of each class, [T, Ways, Descriptions], row-major; empty where the data describes none.</summary>
    public float[] Descriptions { get; } = new float[tasks * shape.Ways * shape.Descriptions];

    /// <summary>The inputs of support example <paramref name="example"/> of task <paramref name="task"/>: [D].</summary>
    public Span<float> SupportInput(int task, int example) => Row(SupportInputs, (task * Shape.SupportCount) + example, Shape.InputLength);

    /// <summary>The inputs of query example <paramref name="example"/> of task <paramref name="task"/>: [D].</summary>
    public Span<float> QueryInput(int task, int example) => Row(QueryInputs, (task * Shape.QueryCount) + example, Shape.InputLength);

    /// <summary>The targets of support example <paramref name="example"/> of task <paramref name="task"/>: [Targets].</summary>
    public Span<float> SupportTarget(int task, int example) => Row(SupportTargets, (task * Shape.SupportCount) + example, Shape.Targets);

    /// <summary>The targets of query example <paramref name="example"/> of task <paramref name="task"/>: [Targets].</summary>
    public Span<float> QueryTarget(int task, int example) => Row(QueryTargets, (task * Shape.QueryCount) + example, Shape.Targets);

    /// <summary>The description of class <paramref name="way"/> of task <paramref name="task"/>: [Descriptions].</summary>
    public Span<float> Description(int task, int way) => Row(Descriptions, (task * Shape.Ways) + way, Shape.Descriptions);

    private static int[] Unknown(int length)
    {
        var classes = new int[length];
        Array.Fill(classes, -1);
        return classes;
    }

    private static Span<float> Row(float[] values, int row, int length) => values.AsSpan(row * length, length);
}
