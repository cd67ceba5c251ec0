using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Client.Tests.Fakes;
using MetaTrain.Console.Hosting;
using MetaTrain.Console.Tests.Fakes;

namespace MetaTrain.Console.Tests.Training;

public sealed class TrainRunTests : IAsyncDisposable
{
    private readonly ConsoleRig _rig = new();
    private readonly FakeCoordinator _job;
    private JobStatus _status = Statuses.Completed();

    public TrainRunTests()
    {
        _job = _rig.Cluster.Job("glyphs-1");
        _job.Describe = () => _status;
        _job.Watch = _ => new WatchReply(_status, []);
        _rig.Cluster.Queue.Submit = _ => new SubmitReply(new JobId("glyphs-1"), []);
        _rig.Cluster.Queue.List = () => [_status];
    }

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task Train_PrintsTheResult_AndStopsTheCluster()
    {
        Assert.Equal(ExitCode.Done, await _rig.RunAsync("train", _rig.WriteSpec(), "--silos", "3", "--workers", "1"));
        Assert.Equal(
            $"""

             Trained 'glyphs': 2,000 meta-iterations in 1 min 1 s, 183 tasks/s.

               accuracy    94.3 ± 0.6 %  over 600 test episodes (5-way 1-shot, 15 queries a class) of version 1,000
               baseline    61.2 ± 1.1 %  nearest neighbour on pixels, the same episodes
               macro F1    94.1 ± 0.6 %
               NLL         0.215 ± 0.011  nats
               ECE         2.1 ± 0.2 %  calibration error over all queries, 15 bins
               worst group 90.2 ± 0.7 %  Latin, of 3 groups
               worst class 75.0 ± 12.0 %  Latin/a, of 2 classes
               queries     of an episode normalised together (transductive)
               data        synthetic: glyphs
               job         glyphs-1
               checkpoint  iteration 2,000 (best by validation: 1,000), in {_rig.Folder.Path}
               parameters  112,005 values
               sha-256     {new string('a', 64)}  of version 2,000
                           {new string('c', 64)}  of version 1,000, which was measured
               device      GenuineIntel/avx2/0123abcd
               plan        4 blocks of 8 tasks, by the path 'im2col'
               recovery    2 blocks reissued, epoch 1
               workers     local-1/0  2,500 blocks
                           local-1/1  2,436 blocks

             Use it:
               metatrain export glyphs-1 --to model.safetensors --data {_rig.Folder.Path}
                   parameters that any framework reads
               metatrain evaluate glyphs-1 --episodes 2000 --data {_rig.Folder.Path}
                   a narrower interval
               metatrain describe glyphs-1 --data {_rig.Folder.Path}
                   everything about the job

             """.ReplaceLineEndings(),
            _rig.Out);
        Assert.Equal("cluster-1", Assert.Single(_rig.Cluster.Queue.Submissions).Owner);
        Assert.Equal((3, 1, false), (_rig.Launcher.Started[0].Silos, _rig.Launcher.Started[0].Workers, _rig.Launcher.Started[0].Detached));
        Assert.True(Assert.Single(_rig.Launcher.Clusters).Stopped);
    }

    [Fact]
    public async Task Train_EndsWithCode1_AndTheReason_WhenTheJobFails()
    {
        _status = Statuses.Running() with { State = JobState.Failed, Failure = "The loss of iteration 12, block 3 is not finite: lower the learning rate." };
        Assert.Equal(ExitCode.JobFailed, await _rig.RunAsync("train", _rig.WriteSpec()));
        Assert.Contains("failed: The loss of iteration 12, block 3 is not finite: lower the learning rate.", _rig.Out);
        Assert.True(_rig.Launcher.Clusters[0].Stopped);
    }

    [Fact]
    public async Task Train_StartsPortableSilos_WhenTheSpecOrTheCommandAsksForThem()
    {
        await _rig.RunAsync("train", _rig.WriteSpec());
        await _rig.RunAsync("train", _rig.WriteSpec(), "--set", "resources.arithmetic=portable");
        await _rig.RunAsync("train", _rig.WriteSpec(), "--arithmetic", "portable");

        Assert.Equal([false, true, true], _rig.Launcher.Started.Select(static cluster => cluster.Portable));
    }

    [Fact]
    public async Task Train_EndsWithCode5_WhenTheJobIsCancelled()
    {
        _status = Statuses.Running() with { State = JobState.Cancelled };
        Assert.Equal(ExitCode.Cancelled, await _rig.RunAsync("train", _rig.WriteSpec(), "--json"));
        Assert.Equal("cancelled", (string?)_rig.Document()["state"]);
    }

    [Fact]
    public async Task Train_CommitsDrainsAndSaysHowToResume_WhenInterrupted()
    {
        _status = Statuses.Running();
        int calls = 0;
        _job.Watch = _ =>
        {
            if (++calls == 2)
            {
                _rig.Interrupts.Raise();
            }

            return new WatchReply(_status, []);
        };
        _job.Request = _ =>
        {
            _status = _status with { State = JobState.Paused, Iteration = 1_240, CommittedIteration = 1_240 };
            return new ControlReply(true, null, JobState.Running);
        };

        Assert.Equal(ExitCode.Interrupted, await _rig.RunAsync("train", _rig.WriteSpec(), "--silos", "2", "--set", "seed=3"));

        Assert.Equal(JobRequest.Pause, Assert.Single(_job.Requests));
        Assert.True(_rig.Launcher.Clusters[0].Stopped);
        Assert.False(_rig.Launcher.Clusters[0].Killed);
        Assert.EndsWith(
            $"Stopped glyphs-1 at iteration 1,240 of 2,000, committed.{Environment.NewLine}Go on with:{Environment.NewLine}"
            + $"  metatrain train --resume glyphs-1 --silos 2 --data {_rig.Folder.Path}{Environment.NewLine}",
            _rig.Error);
    }

    [Fact]
    public async Task Train_PausesTheJob_WhenInterruptedWhileItIsSubmitted()
    {
        _status = Statuses.Running();
        _rig.Cluster.Queue.Submit = _ =>
        {
            _rig.Interrupts.Raise();
            return new SubmitReply(new JobId("glyphs-1"), []);
        };
        _job.Request = _ =>
        {
            _status = _status with { State = JobState.Paused, Iteration = 0, CommittedIteration = 0 };
            return new ControlReply(true, null, JobState.Running);
        };

        Assert.Equal(ExitCode.Interrupted, await _rig.RunAsync("train", _rig.WriteSpec(), "--json"));

        Assert.Equal(JobRequest.Pause, Assert.Single(_job.Requests));
        Assert.Equal("paused", (string?)_rig.Document()["state"]);
        Assert.Contains("metatrain train --resume glyphs-1", _rig.Error);
    }

    [Fact]
    public async Task Train_SaysThatThereMayBeAJob_WhenItsSubmissionIsNotAnswered()
    {
        int calls = 0;
        _rig.Cluster.Queue.Submit = _ =>
        {
            // A second Ctrl-C would end this very process.
            if (++calls == 1)
            {
                _rig.Interrupts.Raise();
            }

            throw new TimeoutException("silence");
        };

        Assert.Equal(ExitCode.Interrupted, await _rig.RunAsync("train", _rig.WriteSpec(), "--json"));

        Assert.StartsWith("Stopped while the job was submitted, without an answer", (string?)_rig.Document()["error"]);
        Assert.Equal(ExitCode.Interrupted, (int?)_rig.Document()["exitCode"]);
    }

    [Fact]
    public async Task Train_StopsAllTheSame_WhenTheClusterDoesNotConfirm()
    {
        _status = Statuses.Running();
        _job.Watch = _ =>
        {
            _rig.Interrupts.Raise();
            return new WatchReply(_status, []);
        };
        _job.Request = _ => throw new TimeoutException("silence");
        Assert.Equal(ExitCode.Interrupted, await _rig.RunAsync("train", _rig.WriteSpec()));
        Assert.Contains("The job did not confirm a last commit; the one before it stands.", _rig.Error);
        Assert.Contains("metatrain train --resume glyphs-1", _rig.Error);
        Assert.True(_rig.Launcher.Clusters[0].Stopped);
    }

    [Fact]
    public async Task Train_AdoptsTheInterruptedJob_WhenResumed()
    {
        _status = Statuses.Running();
        (JobId, string?)? adopted = null;
        _rig.Cluster.Queue.Adopt = (job, owner) =>
        {
            adopted = (job, owner);
            _status = Statuses.Completed();
            return new ControlReply(true, null, JobState.Queued);
        };
        Assert.Equal(ExitCode.Done, await _rig.RunAsync("train", "--resume", "glyphs-1"));
        Assert.Equal((new JobId("glyphs-1"), "cluster-1"), adopted);
        Assert.Contains("Going on with the job glyphs-1 from iteration 1,200.", _rig.Error);
        Assert.Empty(_rig.Cluster.Queue.Submissions);
    }

    [Fact]
    public async Task Train_SaysThatTheClusterDied_WhenItsSupervisorEnds()
    {
        _status = Statuses.Running();
        _job.Watch = _ =>
        {
            _rig.Launcher.Clusters[0].Die("The store could not be started again.");
            return new WatchReply(_status, []);
        };
        Assert.Equal(ExitCode.Unreachable, await _rig.RunAsync("train", _rig.WriteSpec()));
        Assert.Contains("The local cluster has ended unexpectedly (The store could not be started again.)", _rig.Error);
        Assert.Contains($"go on with 'metatrain train --resume glyphs-1 --data {_rig.Folder.Path}'.", _rig.Error);
    }

    [Fact]
    public async Task Train_StartsNothing_WhenTheSpecIsWrong()
    {
        Assert.Equal(ExitCode.WrongUsage, await _rig.RunAsync("train", _rig.WriteSpec(), "--set", "seed=minus one"));
        Assert.Empty(_rig.Launcher.Started);
    }

    [Fact]
    public async Task Train_RepeatsTheReason_WhenTheClusterDoesNotStart()
    {
        _rig.Launcher.Failure = new ConsoleFault(ExitCode.Unreachable, "The port 11111 is taken: choose another.");
        Assert.Equal(ExitCode.Unreachable, await _rig.RunAsync("train", _rig.WriteSpec(), "--json"));
        Assert.Equal("The port 11111 is taken: choose another.", (string?)_rig.Document()["error"]);
    }
}
