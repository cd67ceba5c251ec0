using MetaTrain.Learning.Datasets.Sinusoids;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Tests.Datasets.Sinusoids;

public sealed class SinusoidTaskSourceTests
{
    private readonly SinusoidTaskSource _source = new(new SinusoidOptions { Shots = 10, Queries = 20 });

    [Fact]
    public void Sample_StaysOnOneSineWave_WhenDrawnForOneTask()
    {
        // y = a sin(x - p) = (a cos p) sin x - (a sin p) cos x: two support points fix the wave, all others must lie on it.
        for (var task = 0; task < 200; task++)
        {
            var block = Draw(task);
            var (i, j) = (0, 1);
            double Sin(int k) => Math.Sin(block.SupportInputs[k]);
            double Cos(int k) => Math.Cos(block.SupportInputs[k]);
            var determinant = (Sin(i) * Cos(j)) - (Sin(j) * Cos(i));
            if (Math.Abs(determinant) < 0.2)
            {
                continue;
            }

            var a = ((block.SupportTargets[i] * Cos(j)) - (block.SupportTargets[j] * Cos(i))) / determinant;
            var b = ((Sin(i) * block.SupportTargets[j]) - (Sin(j) * block.SupportTargets[i])) / determinant;
            for (var k = 0; k < block.QueryInputs.Length; k++)
            {
                Assert.Equal((a * Math.Sin(block.QueryInputs[k])) + (b * Math.Cos(block.QueryInputs[k])), block.QueryTargets[k], 1e-4);
            }

            Assert.InRange(Math.Sqrt((a * a) + (b * b)), 0.1 - 1e-4, 5 + 1e-4);
            Assert.InRange(Math.Atan2(-b, a), -1e-3, Math.PI + 1e-3);
        }
    }

    [Fact]
    public void Sample_CoversTheWholeRange_WhenManyTasksAreDrawn()
    {
        var inputs = Enumerable.Range(0, 200).SelectMany(task => Draw(task).QueryInputs).ToArray();
        Assert.InRange(inputs.Min(), -5, -4.99);
        Assert.InRange(inputs.Max(), 4.99, 5);
        Assert.Equal(0, inputs.Average(), 0.15);
    }

    [Fact]
    public void Refuse_SaysSo_WhenAskedForClasses() =>
        Assert.Contains("regression", _source.Refuse(Split.Test, _source.TrainingShape with { Ways = 5, Targets = 0 }));

    [Fact]
    public void Sample_FollowsTheBlocksShape_WhenEvaluationAsksForOtherShots()
    {
        var block = new EpisodeBlock(_source.TrainingShape with { Shots = 5, Queries = 100 }, 1);
        _source.Sample(new EpisodeKey(1, Split.Test, 0, 0), block, 0);
        Assert.Equal(105, block.SupportInputs.Concat(block.QueryInputs).Distinct().Count());
    }

    private EpisodeBlock Draw(int task)
    {
        var block = new EpisodeBlock(_source.TrainingShape, 1);
        _source.Sample(new EpisodeKey(5, Split.Train, 0, task), block, 0);
        return block;
    }
}
