using MetaTrain.Abstractions.Jobs;
using MetaTrain.Cluster.Queue;
using Microsoft.Extensions.Time.Testing;

namespace MetaTrain.Cluster.Tests.Queue;

public sealed class FairShareTests
{
    private static readonly JobId First = new("first");
    private static readonly JobId Second = new("second");
    private readonly FakeTimeProvider _time = new();
    private readonly FairShare _shares;

    public FairShareTests() => _shares = new FairShare(_time);

    [Fact]
    public void Assign_SharesWorkersEvenly_WhenTwoJobsHaveWork()
    {
        Add(First, order: 1);
        Add(Second, order: 2);
        Dictionary<JobId, int> turns = new() { [First] = 0, [Second] = 0 };
        for (int second = 0; second < 120; second++)
        {
            foreach (string worker in (string[])["a", "b", "c"])
            {
                turns[_shares.Assign(worker, "cpu")!.Value]++;
            }

            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(turns[First] - turns[Second], -20, 20);
    }

    [Fact]
    public void Assign_PrefersTheHigherPriority_AsLongAsItHasWork()
    {
        Add(First, order: 1);
        Add(Second, order: 2, priority: 5);

        Assert.Equal(Second, _shares.Assign("a", "cpu"));
        _shares.Set(Second, 5, 2, hasWork: false, deviceClass: null);
        Assert.Equal(First, _shares.Assign("a", "cpu"));
    }

    [Fact]
    public void Assign_TakesTheEarlierJob_WhenNothingElseTellsThemApart()
    {
        Add(Second, order: 2);
        Add(First, order: 1);

        Assert.Equal(First, _shares.Assign("a", "cpu"));
    }

    [Fact]
    public void Assign_LeavesOut_WhatAdmitsOnlyAnotherDeviceClass()
    {
        _shares.Set(First, 0, 1, hasWork: true, deviceClass: "cpu/other");

        Assert.Null(_shares.Assign("a", "cpu"));
        Assert.Equal(First, _shares.Assign("a", "cpu/other"));
    }

    [Fact]
    public void Assign_GivesANewJobNoClaim_OnTheTimeBeforeIt()
    {
        Add(First, order: 1);
        for (int second = 0; second < 100; second++)
        {
            _shares.Assign("a", "cpu");
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Add(Second, order: 2);
        int firstTurns = 0;
        for (int second = 0; second < 20; second++)
        {
            firstTurns += _shares.Assign("a", "cpu") == First ? 1 : 0;
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(firstTurns, 6, 14);
    }

    [Fact]
    public void Assign_KeepsAWorkerWhereItIs_ForASlice()
    {
        Add(First, order: 1);
        Add(Second, order: 2);
        Assert.Equal(First, _shares.Assign("a", "cpu"));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(First, _shares.Assign("a", "cpu"));
    }

    private void Add(JobId job, long order, int priority = 0) => _shares.Set(job, priority, order, hasWork: true, deviceClass: null);
}
