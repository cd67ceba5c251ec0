using System.Diagnostics.Metrics;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Cluster.Telemetry;

namespace MetaTrain.Cluster.Tests.Telemetry;

public sealed class ClusterInstrumentsTests : IDisposable
{
    private readonly MeasuredMeter _meter = new();

    private ClusterInstruments Instruments => _meter.Instruments;

    public void Dispose() => _meter.Dispose();

    [Fact]
    public void IterationStepped_CountsTasksAndSetsGauges()
    {
        Instruments.CoordinatorStarted("maml", epoch: 2, iteration: 10, iterations: 100);
        Instruments.IterationStepped("maml", 11, tasks: 32, metaLoss: 1.5, metaAccuracy: 0.25, TimeSpan.FromMilliseconds(40));
        Instruments.IterationStepped("maml", 12, tasks: 32, metaLoss: 1.25, metaAccuracy: 0.5, TimeSpan.FromMilliseconds(60));

        Assert.Equal([1, 1], _meter.Of("metatrain.iterations{job_name=maml}"));
        Assert.Equal([32, 32], _meter.Of("metatrain.tasks{job_name=maml}"));
        Assert.Equal([0.04, 0.06], _meter.Of("metatrain.iteration{job_name=maml}"));
        Dictionary<string, double> gauges = _meter.ReadGauges();
        Assert.Equal(1.25, gauges["metatrain.meta.loss{job_name=maml}"]);
        Assert.Equal(0.5, gauges["metatrain.meta.accuracy{job_name=maml}"]);
        Assert.Equal(12, gauges["metatrain.job.iteration{job_name=maml}"]);
        Assert.Equal(10, gauges["metatrain.job.committed_iteration{job_name=maml}"]);
        Assert.Equal(100, gauges["metatrain.job.target_iterations{job_name=maml}"]);
        Assert.Equal(2, gauges["metatrain.job.epoch{job_name=maml}"]);
    }

    [Fact]
    public void DeviceMemory_IsReadWhenTheGaugesAre_AndAbsentWhereNothingTells()
    {
        long bytes = 1;
        Instruments.DeviceFound("cuda:0", () => bytes);
        Instruments.DeviceFound("cuda:1", () => null);
        bytes = 5L << 30;

        Dictionary<string, double> gauges = _meter.ReadGauges();

        Assert.Equal(5L << 30, gauges["metatrain.device.memory{device=cuda:0}"]);
        Assert.DoesNotContain("metatrain.device.memory{device=cuda:1}", gauges);
    }

    [Fact]
    public void Accuracy_IsAbsent_WhenTheJobIsRegression()
    {
        Instruments.IterationStepped("sinusoid", 1, 25, 3.5, metaAccuracy: null, TimeSpan.FromMilliseconds(1));
        Instruments.Validated("sinusoid", accuracy: null);

        Dictionary<string, double> gauges = _meter.ReadGauges();
        Assert.Contains("metatrain.meta.loss{job_name=sinusoid}", gauges);
        Assert.DoesNotContain("metatrain.meta.accuracy{job_name=sinusoid}", gauges);
        Assert.DoesNotContain("metatrain.validation.accuracy{job_name=sinusoid}", gauges);
    }

    [Fact]
    public void Committed_RecordsTimeAndSizeAndMovesTheCommittedIteration()
    {
        Instruments.Committed("maml", iteration: 50, bytes: 448_000, TimeSpan.FromMilliseconds(3));
        Instruments.CommitFailed("maml", fenced: true);
        Instruments.CommitFailed("maml", fenced: false);

        Assert.Equal([1], _meter.Of("metatrain.commits{job_name=maml,outcome=committed}"));
        Assert.Equal([1], _meter.Of("metatrain.commits{job_name=maml,outcome=fenced}"));
        Assert.Equal([1], _meter.Of("metatrain.commits{job_name=maml,outcome=failed}"));
        Assert.Equal([0.003], _meter.Of("metatrain.commit{job_name=maml}"));
        Assert.Equal([448_000], _meter.Of("metatrain.commit.bytes{job_name=maml}"));
        Assert.Equal(50, _meter.ReadGauges()["metatrain.job.committed_iteration{job_name=maml}"]);
    }

    [Fact]
    public void Blocks_AreCountedByOutcomeAndReason()
    {
        foreach (BlockOutcome outcome in Enum.GetValues<BlockOutcome>())
        {
            Instruments.BlockReturned("maml", outcome);
        }

        foreach (ReissueReason reason in Enum.GetValues<ReissueReason>())
        {
            Instruments.BlockReissued("maml", reason);
        }

        Assert.All(["accepted", "duplicate", "late", "failed"], label => Assert.Equal([1], _meter.Of($"metatrain.blocks{{job_name=maml,outcome={label}}}")));
        Assert.All(
            ["expired", "worker_lost", "drained", "straggler"],
            label => Assert.Equal([1], _meter.Of($"metatrain.blocks.reissued{{job_name=maml,reason={label}}}")));
    }

    [Fact]
    public void JobLeft_RemovesTheGauges_SoThatAMovedCoordinatorIsNotCountedTwice()
    {
        Instruments.LeasesChanged("maml", 7);
        Instruments.Validated("maml", 0.9);
        Dictionary<string, double> before = _meter.ReadGauges();
        Instruments.JobLeft("maml");

        Assert.Equal(7, before["metatrain.leases{job_name=maml}"]);
        Assert.Equal(0.9, before["metatrain.validation.accuracy{job_name=maml}"]);
        Assert.DoesNotContain(_meter.ReadGauges().Keys, series => series.Contains("job_name", StringComparison.Ordinal));
    }

    [Fact]
    public void Workers_AreCountedByState_AndZeroStatesAreThere()
    {
        Instruments.WorkerChanged(0, WorkerActivity.Computing);
        Instruments.WorkerChanged(1, WorkerActivity.Computing);
        Instruments.WorkerChanged(1, WorkerActivity.Draining);
        Instruments.WorkerChanged(2, WorkerActivity.Idle);
        Instruments.WorkerLeft(2);

        Dictionary<string, double> gauges = _meter.ReadGauges();
        Assert.Equal(1, gauges["metatrain.workers{state=computing}"]);
        Assert.Equal(1, gauges["metatrain.workers{state=draining}"]);
        Assert.Equal(0, gauges["metatrain.workers{state=idle}"]);
        Assert.Equal(0, gauges["metatrain.workers{state=waiting}"]);
        Assert.DoesNotContain("metatrain.device.idle_ratio{slot=2}", gauges);
    }

    [Fact]
    public void DeviceIdle_FollowsTheBlocks()
    {
        Instruments.WorkerChanged(0, WorkerActivity.Idle);
        _meter.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, _meter.ReadGauges()["metatrain.device.idle_ratio{slot=0}"]);

        Instruments.BlockStarted(0);
        _meter.Time.Advance(TimeSpan.FromSeconds(2));
        Instruments.BlockComputed(0, "maml", TimeSpan.FromSeconds(2));

        Assert.Equal(0.5, _meter.ReadGauges()["metatrain.device.idle_ratio{slot=0}"], tolerance: 1e-9);
        Assert.Equal([2], _meter.Of("metatrain.device.busy{slot=0}"));
        Assert.Equal([2], _meter.Of("metatrain.block.compute{job_name=maml}"));
    }

    [Fact]
    public void Queue_ShowsItsStates_UntilItLeaves()
    {
        Instruments.QueueChanged(Enum.GetValues<JobState>().Select(state => KeyValuePair.Create(state, (int)state)));
        Dictionary<string, double> gauges = _meter.ReadGauges();
        Instruments.QueueLeft();

        Assert.All(
            Enum.GetValues<JobState>(),
            state => Assert.Equal((int)state, gauges[$"metatrain.queue.jobs{{state={state.ToString().ToLowerInvariant()}}}"]));
        Assert.DoesNotContain(_meter.ReadGauges().Keys, series => series.StartsWith("metatrain.queue", StringComparison.Ordinal));
    }

    [Fact]
    public void Histograms_AllHaveBoundariesOfTheirOwn()
    {
        Instrument[] histograms = [.. _meter.Published.Where(instrument => instrument is Histogram<double> or Histogram<long>)];

        Assert.Equal(5, histograms.Length);
        Assert.All(histograms, histogram => Assert.NotEmpty(histogram switch
        {
            Histogram<double> seconds => seconds.Advice?.HistogramBucketBoundaries ?? [],
            Histogram<long> bytes => [.. (bytes.Advice?.HistogramBucketBoundaries ?? []).Select(value => (double)value)],
            _ => [],
        }));
    }

    [Fact]
    public void ParametersPulled_RecordsTheTime()
    {
        Instruments.ParametersPulled("maml", TimeSpan.FromMilliseconds(7));

        Assert.Equal([0.007], _meter.Of("metatrain.parameters.pull{job_name=maml}"));
    }

    [Fact]
    public void JobNames_BeyondTheLimitShareOneLabel()
    {
        for (int job = 0; job < 150; job++)
        {
            Instruments.BlockReturned($"job-{job}", BlockOutcome.Accepted);
        }

        Assert.Equal([1], _meter.Of("metatrain.blocks{job_name=job-99,outcome=accepted}"));
        Assert.Equal(50, _meter.Of("metatrain.blocks{job_name=other,outcome=accepted}").Length);
    }
}
