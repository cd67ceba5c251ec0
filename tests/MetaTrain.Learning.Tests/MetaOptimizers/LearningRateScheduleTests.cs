using CsCheck;
using MetaTrain.Learning.MetaOptimizers;

namespace MetaTrain.Learning.Tests.MetaOptimizers;

public sealed class LearningRateScheduleTests
{
    [Theory]
    [InlineData(0, 2.0)]
    [InlineData(25, 1.7071067811865475)]
    [InlineData(50, 1.0)]
    [InlineData(75, 0.2928932188134525)]
    [InlineData(100, 0.0)]
    public void Cosine_FollowsHalfAWave_WhenThereIsNoWarmUp(long iteration, double expected) =>
        Assert.Equal(expected, new CosineSchedule().At(2, iteration, 100), 1e-12);

    [Theory]
    [InlineData(0, 0.2)]
    [InlineData(9, 2.0)]
    [InlineData(10, 2.0)]
    [InlineData(60, 1.05)]
    [InlineData(110, 0.1)]
    public void Cosine_RisesFirstAndEndsAtTheFinalRate_WhenAskedTo(long iteration, double expected) =>
        Assert.Equal(expected, new CosineSchedule { WarmUp = 10, Final = 0.1 }.At(2, iteration, 110), 1e-12);

    [Theory]
    [InlineData(0, 1.0)]
    [InlineData(25, 0.75)]
    [InlineData(99, 0.01)]
    [InlineData(150, 0.0)]
    public void Linear_FallsToZero_AndStaysThere(long iteration, double expected) =>
        Assert.Equal(expected, new LinearSchedule().At(1, iteration, 100), 1e-12);

    [Theory]
    [InlineData(9, 1.0)]
    [InlineData(10, 0.1)]
    [InlineData(29, 0.01)]
    public void Step_MultipliesByTheFactor_EverySoManyIterations(long iteration, double expected) =>
        Assert.Equal(expected, new StepSchedule { Every = 10, Factor = 0.1 }.At(1, iteration, 100), 1e-12);

    [Fact]
    public void Rate_NeverLeavesItsBounds_WhateverTheSchedule() =>
        Gen.Select(Gen.Long[1, 1000], Gen.Long[0, 2000], Gen.Long[0, 50]).Sample((iterations, iteration, warmUp) =>
        {
            LearningRateSchedule[] schedules = [new ConstantSchedule(), new LinearSchedule(), new CosineSchedule(), new StepSchedule { Every = 7 }];
            Assert.All(schedules, schedule => Assert.InRange((schedule with { WarmUp = warmUp }).At(0.5, iteration, iterations), 0, 0.5));
        });
}
