using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace MetaTrain.Learning.Datasets.Sinusoids;

/// <summary>Options of <see cref="SinusoidTaskSource"/>.</summary>
public sealed record SinusoidOptions
{
    /// <summary>Support points a task.</summary>
    [Description("Support points a task.")]
    [Range(1, 10_000)]
    public int Shots { get; init; } = 10;

    /// <summary>Query points a task.</summary>
    [Description("Query points a task.")]
    [Range(1, 10_000)]
    public int Queries { get; init; } = 10;
}
