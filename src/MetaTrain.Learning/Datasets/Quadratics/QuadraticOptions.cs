using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace MetaTrain.Learning.Datasets.Quadratics;

/// <summary>Options of <see cref="QuadraticTaskSource"/>.</summary>
public sealed record QuadraticOptions
{
    /// <summary>Coordinates of theta, and rows of W.</summary>
    [Description("Coordinates of theta, and rows of W.")]
    [Range(1, 1000)]
    public int Dimensions { get; init; } = 10;

    /// <summary>How far from zero the start of a task lies: the standard deviation of its coordinates.</summary>
    [Description("The standard deviation of the coordinates that a task's optimization starts at; 0 starts at zero.")]
    [Range(0.0, 1000.0)]
    public double StartDeviation { get; init; } = 1;
}
