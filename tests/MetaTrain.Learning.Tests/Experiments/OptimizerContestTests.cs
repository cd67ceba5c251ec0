using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Datasets.Quadratics;
using MetaTrain.Learning.Datasets.Sinusoids;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.MetaOptimizers;
using MetaTrain.Learning.Models;

namespace MetaTrain.Learning.Tests.Experiments;

public sealed class OptimizerContestTests
{
    [Fact]
    public void Train_MakesAnOptimizerOfQuadratics_ThatBeatsItselfUntrainedAndAFixedRate()
    {
        var (source, model) = (new QuadraticTaskSource(new QuadraticOptions()), new LinearModel(10, 1));
        var contest = new OptimizerContest(source, model, Losses.MeanSquaredError) { Steps = 20, Tasks = 64 };
        Outdoes(source, model, contest, new LstmOptimizerOptions { OutputScale = 0.1, InnerLoss = InnerLoss.Sum }, fixedRate: 0.001);
    }

    [Fact]
    public void Train_MakesAnOptimizerOfPerceptrons_ThatBeatsItselfUntrainedAndAFixedRate()
    {
        var (source, model) = (new SinusoidTaskSource(new SinusoidOptions { Shots = 20, Queries = 1 }), new Mlp(1, 20, 1));
        var contest = new OptimizerContest(source, model, Losses.MeanSquaredError) { Steps = 20, Tasks = 64, InnerLoss = InnerLoss.Mean };
        Outdoes(source, model, contest, new LstmOptimizerOptions { OutputScale = 0.1 }, fixedRate: 0.001);
    }

    [Fact]
    public void Measure_FollowsTheFunctions_ByHand()
    {
        // Two coordinates, one function: gradient descent in plain numbers.
        var source = new QuadraticTaskSource(new QuadraticOptions { Dimensions = 2 });
        var contest = new OptimizerContest(source, new LinearModel(2, 1), Losses.MeanSquaredError) { Steps = 3, Tasks = 1, Seed = 5 };
        var expected = DescendByHand(source, new EpisodeKey(5, Split.Test, 0, 0), rate: 0.05, steps: 3);

        var curve = contest.Measure(HandMadeOptimizer.Sgd, 0.05);

        Assert.Equal(4, curve.Losses.Length);
        Assert.All(expected.Zip(curve.Losses), pair => Assert.Equal(pair.First, pair.Second.Mean, 1e-4 * Math.Max(1, pair.First)));
    }

    [Theory]
    [InlineData(HandMadeOptimizer.RmsProp, 10.0)]
    [InlineData(HandMadeOptimizer.Adam, 1.0)]
    public void FirstStep_IsOfTheCustomarySize_InEveryCoordinate(HandMadeOptimizer optimizer, double factor)
    {
        // RMSProp's first mean square is a hundredth of the gradient's: ten times the rate. Adam corrects for that: the rate itself.
        var source = new QuadraticTaskSource(new QuadraticOptions { Dimensions = 1 });
        var contest = new OptimizerContest(source, new LinearModel(1, 1), Losses.MeanSquaredError) { Steps = 1, Tasks = 1, Seed = 3 };
        var block = new EpisodeBlock(source.TrainingShape, 1);
        source.Sample(new EpisodeKey(3, Split.Test, 0, 0), block, 0);
        var (w, y) = (block.SupportInputs[0], block.SupportTargets[0]);
        var theta = Math.Sign(w * y) * 0.01 * factor;

        Assert.Equal(Math.Pow((w * theta) - y, 2), contest.Measure(optimizer, 0.01).Final.Mean, 1e-5);
    }

    [Fact]
    public void Behind_IsTheMeanOfTheTasksDifferences()
    {
        var source = new QuadraticTaskSource(new QuadraticOptions { Dimensions = 2 });
        var contest = new OptimizerContest(source, new LinearModel(2, 1), Losses.MeanSquaredError) { Steps = 3, Tasks = 2, Seed = 5 };
        var (slow, fast) = (contest.Measure(HandMadeOptimizer.Sgd, 0.001), contest.Measure(HandMadeOptimizer.Sgd, 0.05));
        double[] differences = [.. Enumerable.Range(0, 2).Select(task =>
            DescendByHand(source, new EpisodeKey(5, Split.Test, 0, task), 0.001, 3)[^1] - DescendByHand(source, new EpisodeKey(5, Split.Test, 0, task), 0.05, 3)[^1])];

        var behind = slow.Behind(fast);

        Assert.Equal(differences.Average(), behind.Mean, 1e-3);
        Assert.Equal(1.96 * Math.Abs(differences[0] - differences[1]) / 2, behind.Ci95, 1e-3);
        Assert.True(behind.Mean > 0.1);
        Assert.Equal(0, fast.Behind(fast).Mean);
    }

    [Fact]
    public void Tune_TakesTheRateOfLeastFinalLoss_AndNoneThatDiverges()
    {
        var source = new QuadraticTaskSource(new QuadraticOptions());
        var contest = new OptimizerContest(source, new LinearModel(10, 1), Losses.MeanSquaredError) { Tasks = 32, LearningRates = [0.0001, 0.01, 10] };

        var tuned = contest.Tune(HandMadeOptimizer.Sgd);

        Assert.Equal(0.01, tuned.LearningRate);
        Assert.True(tuned.Final.Mean < contest.Measure(HandMadeOptimizer.Sgd, 0.0001).Final.Mean);
        Assert.Equal(16, new OptimizerContest(source, new LinearModel(10, 1), Losses.MeanSquaredError).LearningRates.Length);
    }

    [Theory]
    [InlineData(13UL, 0.05, 0.1)]
    [InlineData(37UL, 0.1, 0.05)]
    public void Tune_ChoosesByValidationTasks_WhereTestTasksHaveAnotherBestRate(ulong seed, double ofValidation, double ofTest)
    {
        var source = new QuadraticTaskSource(new QuadraticOptions { Dimensions = 2 });
        var contest = new OptimizerContest(source, new LinearModel(2, 1), Losses.MeanSquaredError)
        {
            Steps = 3,
            Tasks = 2,
            Seed = seed,
            LearningRates = [0.05, 0.1],
        };

        var tuned = contest.Tune(HandMadeOptimizer.Sgd);

        Assert.Equal(ofValidation, BestIn(Split.Validation));
        Assert.Equal(ofTest, BestIn(Split.Test));
        Assert.Equal(ofValidation, tuned.LearningRate);

        double BestIn(Split split) => contest.LearningRates.MinBy(rate => Enumerable.Range(0, contest.Tasks)
            .Sum(task => DescendByHand(source, new EpisodeKey(seed, split, 0, task), rate, contest.Steps)[^1]));
    }

    /// <summary>The losses of plain descent on one function of two coordinates, in plain numbers: before the first step, and after each.</summary>
    private static double[] DescendByHand(QuadraticTaskSource source, EpisodeKey key, double rate, int steps)
    {
        var block = new EpisodeBlock(source.TrainingShape, 1);
        source.Sample(key, block, 0);
        double[] theta = [0, 0];
        var losses = new double[steps + 1];
        for (var step = 0; step <= steps; step++)
        {
            double[] errors = [.. Enumerable.Range(0, 2).Select(row =>
                (block.SupportInputs[2 * row] * theta[0]) + (block.SupportInputs[(2 * row) + 1] * theta[1]) - block.SupportTargets[row])];
            losses[step] = errors.Sum(error => error * error);
            theta = [.. theta.Select((value, k) => value - (rate * 2 * errors.Select((error, row) => error * block.SupportInputs[(2 * row) + k]).Sum()))];
        }

        return losses;
    }

    private static void Outdoes(ITaskSource source, IModel model, OptimizerContest contest, LstmOptimizerOptions options, double fixedRate)
    {
        var optimizer = new LstmOptimizer(model, Losses.MeanSquaredError, options with { LearnInitial = false, InnerSteps = contest.Steps });
        var adam = new AdamOptions { Iterations = 100, TasksPerIteration = 16, LearningRate = 0.01 };
        var trainer = new MetaTrainer(new Experiment(source, optimizer, count => new Adam(adam, count), seed: 1), adam.TasksPerIteration);
        var untrained = contest.Measure(optimizer, trainer.Parameters.Span).Final;

        trainer.Train(adam.Iterations, cancellationToken: TestContext.Current.CancellationToken);

        var trained = contest.Measure(optimizer, trainer.Parameters.Span);
        var plain = contest.Measure(HandMadeOptimizer.Sgd, fixedRate);
        Assert.True(trained.Final.Mean + trained.Final.Ci95 < untrained.Mean - untrained.Ci95, $"From {untrained} to {trained.Final}.");
        Assert.True(trained.Final.Mean < plain.Final.Mean, $"{trained.Final} against {plain.Final} of plain descent, from {plain.Losses[0]}.");
        Assert.Equal(plain.Losses[0], trained.Losses[0]);
    }
}
