using System.Collections.Immutable;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Experiments;

/// <summary>One evaluation episode, and what is answered to its queries on the way of adapting to it.</summary>
public sealed record Demonstration
{
    /// <summary>The episode, as a block of one task.</summary>
    public required EpisodeBlock Episode { get; init; }

    /// <summary>
    /// After how many inner steps it was asked, rising: none (where the evaluation takes any), for regression one, and as many as the evaluation
    /// takes at most. Empty for a method without inner steps, which answers once.
    /// </summary>
    public required ImmutableArray<int> InnerSteps { get; init; }

    /// <summary>The answers each time: [Q, O].</summary>
    public required ImmutableArray<float[]> Predictions { get; init; }

    /// <summary>What the evaluation measures of them: the accuracy, or for regression the mean squared error.</summary>
    public required ImmutableArray<double> Measures { get; init; }

    /// <summary>The answers along the whole range of inputs; null unless the task is a regression of one number on one number.</summary>
    public TaskCurves? Curves { get; init; }

    /// <summary>The class that was answered for a query example, as the accuracy counts it: the first of equals.</summary>
    /// <param name="time">Which of <see cref="Predictions"/>.</param>
    /// <param name="query">The query example.</param>
    public int AnswerOf(int time, int query) => Accuracies.Answer(Episode.Shape, Predictions[time], query);
}

/// <summary>A regression task and its answers as curves.</summary>
/// <param name="Inputs">[G], rising.</param>
/// <param name="Predictions">The answers after each of <see cref="Demonstration.InnerSteps"/>: [G].</param>
/// <param name="Truth">The task's function: [G]; null where the source does not tell.</param>
public sealed record TaskCurves(float[] Inputs, ImmutableArray<float[]> Predictions, float[]? Truth);
