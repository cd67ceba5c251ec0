using System.Numerics;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Blocks;

/// <summary>The episodes of a block as a program reads them, task by task.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class BlockData<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] _supportInputs;
    private readonly T[] _queryInputs;
    private readonly T[] _supportTargets;
    private readonly T[] _queryTargets;

    /// <summary>Episodes.</summary>
    /// <param name="shape">Their sizes.</param>
    /// <param name="tasks">How many.</param>
    /// <param name="support">[T, S, D] inputs and [T, S, O] targets, labels one-hot; targets [S, O] that all tasks share will do.</param>
    /// <param name="query">The same with Q for S.</param>
    public BlockData(EpisodeShape shape, int tasks, (T[] Inputs, T[] Targets) support, (T[] Inputs, T[] Targets) query)
    {
        (Shape, Tasks) = (shape, tasks);
        (_supportInputs, _supportTargets) = support;
        (_queryInputs, _queryTargets) = query;
    }

    /// <summary>Their sizes.</summary>
    public EpisodeShape Shape { get; }

    /// <summary>How many.</summary>
    public int Tasks { get; }

    /// <summary>The index in its iteration of the first of them.</summary>
    public int FirstTask { get; init; }

    /// <summary>[T, C, V]: what is told of each class; empty where nothing is.</summary>
    public T[] Descriptions { private get; init; } = [];

    /// <summary>Sampled episodes.</summary>
    /// <param name="block">The episodes.</param>
    /// <param name="firstTask">The index in its iteration of the first of them.</param>
    public static BlockData<float> Of(EpisodeBlock block, int firstTask = 0)
    {
        var shape = block.Shape;
        return new BlockData<float>(
            shape,
            block.Tasks,
            (block.SupportInputs, shape.IsRegression ? block.SupportTargets : Labels(shape.Ways, shape.Shots)),
            (block.QueryInputs, shape.IsRegression ? block.QueryTargets : Labels(shape.Ways, shape.Queries)))
        {
            FirstTask = firstTask,
            Descriptions = block.Descriptions,
        };
    }

    /// <summary>One task alone, as a block of one.</summary>
    public BlockData<T> Only(int task) => new(
        Shape,
        1,
        (SupportInputs(task).ToArray(), SupportTargets(task).ToArray()),
        (QueryInputs(task).ToArray(), QueryTargets(task).ToArray()))
    {
        FirstTask = FirstTask + task,
        Descriptions = DescriptionsOf(task).ToArray(),
    };

    /// <summary>[S, D].</summary>
    public ReadOnlySpan<T> SupportInputs(int task) => _supportInputs.AsSpan(task * Shape.SupportCount * Shape.InputLength, Shape.SupportCount * Shape.InputLength);

    /// <summary>[Q, D].</summary>
    public ReadOnlySpan<T> QueryInputs(int task) => _queryInputs.AsSpan(task * Shape.QueryCount * Shape.InputLength, Shape.QueryCount * Shape.InputLength);

    /// <summary>[S, O].</summary>
    public ReadOnlySpan<T> SupportTargets(int task) => Targets(_supportTargets, task, Shape.SupportCount);

    /// <summary>[Q, O].</summary>
    public ReadOnlySpan<T> QueryTargets(int task) => Targets(_queryTargets, task, Shape.QueryCount);

    /// <summary>[C, V]; empty where nothing is told of classes.</summary>
    public ReadOnlySpan<T> DescriptionsOf(int task) => Descriptions.AsSpan(task * Shape.Ways * Shape.Descriptions, Shape.Ways * Shape.Descriptions);

    private ReadOnlySpan<T> Targets(T[] targets, int task, int examples)
    {
        var length = examples * Shape.Outputs;
        return targets.AsSpan(targets.Length == length ? 0 : task * length, length);
    }

    // Examples are ordered by class: example e has label e / perClass.
    private static float[] Labels(int ways, int perClass)
    {
        var labels = new float[ways * perClass * ways];
        for (var example = 0; example < ways * perClass; example++)
        {
            labels[(example * ways) + (example / perClass)] = 1;
        }

        return labels;
    }
}
