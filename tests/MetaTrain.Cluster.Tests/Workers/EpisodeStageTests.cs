using MetaTrain.Cluster.Workers;
using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Datasets.Sinusoids;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.MetaOptimizers;
using MetaTrain.Learning.Models;

namespace MetaTrain.Cluster.Tests.Workers;

public sealed class EpisodeStageTests
{
    private readonly EpisodeStage _stage = new();
    private readonly RecordingSource _source = new();
    private readonly Experiment _experiment;

    public EpisodeStageTests() => _experiment = new Experiment(
        _source, new Maml(new Mlp(1, 4, 1), Losses.MeanSquaredError), static count => new Adam(new AdamOptions { Iterations = 9, TasksPerIteration = 8 }, count), seed: 7);

    [Fact]
    public void Prepare_SamplesWhatTheLastRoundsOrderForetells_AndTakeGivesIt()
    {
        Round(0, 2, 4);

        Assert.Equal([(0, 2), (0, 4)], _source.Sampled);
        Take(1, 2);
        _stage.Prepare(EpisodeStage.Here);
        Assert.Equal((1, 4), _source.Sampled[^1]);

        int before = _source.Sampled.Count;
        EpisodeBlock foreseen = Take(1, 4);
        Assert.Equal(before, _source.Sampled.Count);
        Assert.Equal(_experiment.Sample(Request(1, 4)).SupportInputs, foreseen.SupportInputs);

        _stage.Prepare(EpisodeStage.Here);
        Assert.Equal((2, 2), _source.Sampled[^1]);
    }

    [Fact]
    public void Take_SamplesItself_WhenTheGuessWasWrong()
    {
        Round(0, 2, 4);
        Take(1, 2);
        _stage.Prepare(EpisodeStage.Here);

        EpisodeBlock taken = Take(1, 6);

        Assert.Equal((1, 6), _source.Sampled[^1]);
        Assert.Equal(_experiment.Sample(Request(1, 6)).QueryInputs, taken.QueryInputs);
    }

    [Fact]
    public void Take_KeepsWhatIsStaged_WhenAnEvaluationComesBetween()
    {
        Round(0, 2);
        Round(1, 2);
        _stage.Prepare(EpisodeStage.Here);
        Assert.Equal((2, 2), _source.Sampled[^1]);

        _stage.Take(_experiment, Request(2, 0) with { Evaluation = new EvaluationSettings { Split = Split.Validation } });
        int before = _source.Sampled.Count;
        Take(2, 2);

        Assert.Equal(before, _source.Sampled.Count);
    }

    [Fact]
    public void Prepare_DoesNothing_WhenItIsDone_OrNothingIsKnown()
    {
        _stage.Prepare(EpisodeStage.Here);
        Assert.Empty(_source.Sampled);

        Round(0, 2);
        Round(1, 2);
        _stage.Prepare(EpisodeStage.Here);
        _stage.Prepare(EpisodeStage.Here);
        Assert.Equal([(0, 2), (1, 2), (2, 2)], _source.Sampled);
    }

    [Fact]
    public void Take_Throws_WhatSamplingAheadThrew()
    {
        Round(0, 2);
        Round(1, 2);
        _source.Fault = new InvalidOperationException("no such picture");
        _stage.Prepare(EpisodeStage.Here);
        _source.Fault = null;

        Assert.Equal("no such picture", Assert.Throws<InvalidOperationException>(() => Take(2, 2)).Message);
    }

    private void Round(long iteration, params int[] firstTasks)
    {
        foreach (int first in firstTasks)
        {
            Take(iteration, first);
        }
    }

    private EpisodeBlock Take(long iteration, int firstTask) => _stage.Take(_experiment, Request(iteration, firstTask));

    private static BlockRequest Request(long iteration, int firstTask) => new(iteration, firstTask, Tasks: 2);

    // Records each block by its iteration and first task.
    private sealed class RecordingSource : ITaskSource
    {
        private readonly SinusoidTaskSource _inner = new(new SinusoidOptions());

        public List<(long Iteration, int FirstTask)> Sampled { get; } = [];

        public Exception? Fault { get; set; }

        public EpisodeShape TrainingShape => _inner.TrainingShape;

        public string? Note => _inner.Note;

        public bool HasPixelBaseline => _inner.HasPixelBaseline;

        public string? Refuse(Split split, EpisodeShape shape) => _inner.Refuse(split, shape);

        public void Sample(in EpisodeKey key, EpisodeBlock block, int task)
        {
            if (Fault is not null)
            {
                throw Fault;
            }

            if (task == 0)
            {
                Sampled.Add((key.Iteration, key.Task));
            }

            _inner.Sample(key, block, task);
        }
    }
}
