using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Abstractions.Storage;

namespace MetaTrain.TestKit.Stores;

/// <summary>What every <see cref="IJobStore"/> does.</summary>
public abstract class JobStoreConformance(StoreFixture fixture) : StoreConformance(fixture)
{
    [Fact]
    public async Task NextOrder_CountsFromOneWithoutGaps_WhenTwoClientsAsk()
    {
        StoreClient[] clients = [Connect(), Connect()];

        long[] orders = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => clients[i % 2].Jobs.NextOrderAsync(Cancellation)));

        Assert.Equal(Enumerable.Range(1, 50).Select(i => (long)i), orders.Order());
    }

    [Fact]
    public async Task TryCreate_WritesOnce_WhenTheRecordExists()
    {
        StoreClient client = Connect();

        Assert.True(await client.Jobs.TryCreateAsync(Record("a"), Cancellation));
        Assert.False(await client.Jobs.TryCreateAsync(Record("a", order: 2), Cancellation));

        Assert.Equal(Record("a"), await Connect().Jobs.ReadAsync(new JobId("a"), Cancellation));
    }

    [Fact]
    public async Task Read_FindsNothing_WhenTheJobIsUnknown()
    {
        StoreClient client = Connect();

        Assert.Null(await client.Jobs.ReadAsync(new JobId("nobody"), Cancellation));
        Assert.Empty(await client.Jobs.ListAsync(Cancellation));
        Assert.Empty(await client.Jobs.ReadAttemptsAsync(new JobId("nobody"), Cancellation));
        Assert.False(await client.Jobs.SetRequestAsync(new JobId("nobody"), JobRequest.Pause, Cancellation));
        Assert.Null(await client.Jobs.ReadAsync(new JobId("nobody"), Cancellation));
    }

    [Fact]
    public async Task InitialParameters_ComeBackWhole_WhateverTheirLength()
    {
        StoreClient client = Connect();
        foreach (int length in new[] { 0, 1, ICheckpointStore.MaxPieceBytes, (2 * ICheckpointStore.MaxPieceBytes) + 3 })
        {
            var job = new JobId($"warm-{length}");
            byte[] file = new byte[length];
            new Random(length).NextBytes(file);

            Assert.Null(await client.Jobs.ReadInitialParametersAsync(job, Cancellation));
            await client.Jobs.WriteInitialParametersAsync(job, file, Cancellation);

            Assert.Equal(file, await Connect().Jobs.ReadInitialParametersAsync(job, Cancellation));
        }
    }

    [Fact]
    public async Task List_IsByOrder_WhateverTheNames()
    {
        StoreClient client = Connect();
        foreach ((string name, long order) in new[] { ("c", 1L), ("a", 10L), ("b", 2L) })
        {
            await client.Jobs.TryCreateAsync(Record(name, order), Cancellation);
        }

        ImmutableArray<JobRecord> list = await client.Jobs.ListAsync(Cancellation);

        Assert.Equal(["c", "b", "a"], list.Select(record => record.Job.Value));
    }

    [Fact]
    public async Task AcquireEpoch_CountsUpFromOne_ForEachJobApart()
    {
        StoreClient client = Connect();

        Assert.Equal(1, await client.Jobs.AcquireEpochAsync(new JobId("a"), Cancellation));
        Assert.Equal(2, await client.Jobs.AcquireEpochAsync(new JobId("a"), Cancellation));
        Assert.Equal(1, await client.Jobs.AcquireEpochAsync(new JobId("b"), Cancellation));
    }

    [Fact]
    public async Task TryUpdate_WritesStateButNotTheRequest_WhenTheEpochHolds()
    {
        StoreClient client = Connect();
        JobRecord record = Record("a");
        await client.Jobs.TryCreateAsync(record, Cancellation);
        long epoch = await client.Jobs.AcquireEpochAsync(record.Job, Cancellation);
        Assert.True(await client.Jobs.SetRequestAsync(record.Job, JobRequest.Pause, Cancellation));
        JobRecord failed = record with
        {
            State = JobState.Failed,
            Failure = "The loss is NaN.",
            EndedAt = Time,
            LastStatus = Status(record.Job),
            Request = JobRequest.Cancel,
            SpecJson = "not to be written",
        };

        Assert.True(await client.Jobs.TryUpdateAsync(failed, epoch, Cancellation));

        JobRecord? read = await client.Jobs.ReadAsync(record.Job, Cancellation);
        Assert.NotNull(read);
        Assert.Equal(JobRequest.Pause, read.Request);
        Assert.Equal(record.SpecJson, read.SpecJson);
        Assert.Equal((JobState.Failed, failed.Failure, failed.EndedAt), (read.State, read.Failure, read.EndedAt));
        Assert.Equivalent(failed.LastStatus, read.LastStatus, strict: true);
    }

    [Fact]
    public async Task TryUpdate_ChangesNothing_WhenTheEpochIsNotTheCurrentOne()
    {
        StoreClient client = Connect();
        JobRecord record = Record("a");
        await client.Jobs.TryCreateAsync(record, Cancellation);
        Assert.False(await client.Jobs.TryUpdateAsync(record with { State = JobState.Running }, 0, Cancellation));
        long old = await client.Jobs.AcquireEpochAsync(record.Job, Cancellation);
        long current = await client.Jobs.AcquireEpochAsync(record.Job, Cancellation);

        Assert.False(await client.Jobs.TryUpdateAsync(record with { State = JobState.Running }, old, Cancellation));
        Assert.False(await client.Jobs.TryUpdateAsync(record with { State = JobState.Running }, current + 1, Cancellation));
        Assert.False(await client.Jobs.TryWriteAttemptsAsync(record.Job, old, [Attempt(1)], Cancellation));

        Assert.Equal(record, await client.Jobs.ReadAsync(record.Job, Cancellation));
        Assert.Empty(await client.Jobs.ReadAttemptsAsync(record.Job, Cancellation));
    }

    [Fact]
    public async Task Attempts_AreReplaced_WhenTheEpochHolds()
    {
        StoreClient client = Connect();
        var job = new JobId("a");
        long epoch = await client.Jobs.AcquireEpochAsync(job, Cancellation);

        Assert.True(await client.Jobs.TryWriteAttemptsAsync(job, epoch, [Attempt(1), Attempt(2)], Cancellation));
        Assert.True(await client.Jobs.TryWriteAttemptsAsync(job, epoch, [Attempt(3)], Cancellation));

        Assert.Equal([Attempt(3)], await Connect().Jobs.ReadAttemptsAsync(job, Cancellation));
    }

    [Fact]
    public async Task SetRequest_IsNeverLost_WhenTheCoordinatorWritesAtTheSameTime()
    {
        StoreClient person = Connect();
        StoreClient coordinator = Connect();
        JobRecord record = Record("a");
        await person.Jobs.TryCreateAsync(record, Cancellation);
        long epoch = await coordinator.Jobs.AcquireEpochAsync(record.Job, Cancellation);
        foreach (JobRequest request in Enumerable.Repeat(Enum.GetValues<JobRequest>(), 30).SelectMany(all => all))
        {
            await Task.WhenAll(
                person.Jobs.SetRequestAsync(record.Job, request, Cancellation),
                coordinator.Jobs.TryUpdateAsync(record with { State = JobState.Running }, epoch, Cancellation));

            Assert.Equal(request, (await person.Jobs.ReadAsync(record.Job, Cancellation))?.Request);
        }
    }

    [Fact]
    public async Task SetOwner_HandsTheJobOver_AndNoUpdateTakesItBack()
    {
        StoreClient client = Connect();
        JobRecord record = Record("a");
        Assert.False(await client.Jobs.SetOwnerAsync(record.Job, "local-2", Cancellation));
        await client.Jobs.TryCreateAsync(record, Cancellation);
        long epoch = await client.Jobs.AcquireEpochAsync(record.Job, Cancellation);

        Assert.True(await client.Jobs.SetOwnerAsync(record.Job, "local-2", Cancellation));
        Assert.True(await client.Jobs.TryUpdateAsync(record with { State = JobState.Running }, epoch, Cancellation));
        Assert.Equal("local-2", (await client.Jobs.ReadAsync(record.Job, Cancellation))?.Owner);

        Assert.True(await client.Jobs.SetOwnerAsync(record.Job, null, Cancellation));
        Assert.Null((await client.Jobs.ReadAsync(record.Job, Cancellation))?.Owner);
    }

    private static BlockAttempt Attempt(int block) => new(new RoundId(RoundKind.Evaluation, 7), block, Losses: 2, Out: true);

    private static JobStatus Status(JobId job) => new()
    {
        Job = job,
        Name = "sinusoid",
        State = JobState.Failed,
        MetaLoss = double.NaN,
        LossHistory = [1.5, double.PositiveInfinity, double.Epsilon],
        Evaluation = new EvaluationSummary
        {
            At = 5,
            Split = "test",
            Episodes = 600,
            MeanSquaredError = ImmutableSortedDictionary<int, Estimate>.Empty.Add(0, new Estimate(0.1, 0.2)).Add(10, new Estimate(1.0 / 3, 1e-300)),
        },
        Plan = new JobPlan(4, 6, "batched"),
        Workers = [new WorkerContribution("silo/0", 12, "idle")],
        SubmittedAt = Time,
    };
}
