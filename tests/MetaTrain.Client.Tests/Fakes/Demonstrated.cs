using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Client.Tests.Fakes;

/// <summary>Fixed episodes.</summary>
internal static class Demonstrated
{
    /// <summary>Two classes of 2 x 2 images, of which one query of four is right before adaptation and three after.</summary>
    public static Demonstration Images() => new()
    {
        Version = 1_000,
        Split = "test",
        Task = 3,
        Ways = 2,
        Shots = 1,
        Queries = 2,
        InnerSteps = [0, 3],
        Measures = [0.25, 0.75],
        DataNote = "synthetic: glyphs",
        Images = new DemonstratedImages
        {
            Shape = [1, 2, 2],
            Ways = 2,
            Shots = 1,
            Queries = 2,
            Support = [0, 10, 20, 30, 40, 50, 60, 70],
            Query = [.. Enumerable.Range(100, 16).Select(value => (byte)value)],
            Answers = [[1, 1, 1, 0], [0, 0, 1, 0]],
        },
    };

    /// <summary>A wave from two points, after no, one and ten steps.</summary>
    public static Demonstration Curves() => new()
    {
        Version = 70_000,
        Split = "validation",
        Task = 0,
        Ways = 0,
        Shots = 2,
        Queries = 1,
        InnerSteps = [0, 1, 10],
        Measures = [3.2144, 0.61, 0.0004],
        Curves = new DemonstratedCurves
        {
            SupportInputs = [-1, 2],
            SupportTargets = [0.5f, -0.25f],
            QueryInputs = [1],
            QueryTargets = [0.75f],
            Inputs = [-5, 0, 5],
            Answers = [[0, 0.1f, 0], [0.5f, 0.5f, 0.25f], [1, -1, float.NaN]],
            Truth = [1, -1, 1],
        },
    };
}
