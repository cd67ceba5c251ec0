using MetaTrain.Learning.Experiments;

namespace MetaTrain.Learning.Tests.Experiments;

public sealed class F1ScoreTests
{
    [Fact]
    public void Of_GivesWhatIsComputedByHand()
    {
        // Labels 0 0 1 1 2 2, answers 0 1 1 1 2 0.
        // Class 0: TP 1, FP 1, FN 1: 1/2. Class 1: TP 2, FP 1, FN 0: 4/5. Class 2: TP 1, FP 0, FN 1: 2/3.
        Assert.Equal((0.5 + 0.8 + (2.0 / 3)) / 3, F1Score.Of(Answers(3, 0, 1, 1, 1, 2, 0), 6, 3), 1e-12);
    }

    [Fact]
    public void Of_GivesNothingForAClassThatIsNeverAnswered()
    {
        // All are answered with class 0: TP 2, FP 4, FN 0: 4/8; the other two 0. Accuracy would be 1/3.
        Assert.Equal(0.5 / 3, F1Score.Of(Answers(3, 0, 0, 0, 0, 0, 0), 6, 3), 1e-12);
        Assert.Equal(F1Score.Of(new float[18], 6, 3), F1Score.Of(Answers(3, 0, 0, 0, 0, 0, 0), 6, 3));
    }

    [Fact]
    public void Of_IsOneWhenAllIsRight_AndNothingWhenAllIsWrong()
    {
        Assert.Equal(1, F1Score.Of(Answers(2, 0, 0, 1, 1), 4, 2));
        Assert.Equal(0, F1Score.Of(Answers(2, 1, 1, 0, 0), 4, 2));
        Assert.Equal(1, F1Score.Of([7], 1, 1));
    }

    [Fact]
    public void Of_RefusesMoreThanOneEpisode() =>
        Assert.Contains("one episode", Assert.Throws<ArgumentException>(() => F1Score.Of(new float[16], 4, 2)).Message, StringComparison.Ordinal);

    private static float[] Answers(int classes, params int[] answers) =>
        [.. answers.SelectMany(answer => Enumerable.Range(0, classes).Select(label => label == answer ? 1f : 0f))];
}
