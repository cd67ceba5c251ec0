using CsCheck;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Tests.Episodes;

public sealed class CounterRandomTests
{
    private const RandomPurpose Purpose = RandomPurpose.Classes;

    [Fact]
    public void NextUInt32_FollowsTheCounterLayout_WhenSeedTaskIterationAndPurposeAreSet()
    {
        // Counter words: draw 0, task, low iteration, high iteration | lane << 16 | purpose << 24.
        uint[] words = [0, 7, 0x2345_6789, 0x0001 | (3 << 16) | ((uint)RandomPurpose.Inputs << 24)];
        Philox.Block(ref words[0], ref words[1], ref words[2], ref words[3], 0xDDCC_BBAA, 0x1122_3344);

        var random = new CounterRandom(0x1122_3344_DDCC_BBAA, RandomPurpose.Inputs, 0x1_2345_6789, task: 7, lane: 3);

        uint[] drawn = [random.NextUInt32(), random.NextUInt32(), random.NextUInt32(), random.NextUInt32()];
        Assert.Equal(words, drawn);
    }

    [Fact]
    public void Stream_IsTheSame_WhenStartedAgain() => Gen.Select(Gen.ULong, Gen.Long[0, 1L << 40], Gen.Int[0, int.MaxValue]).Sample((seed, iteration, task) =>
        Assert.Equal(Draw(seed, Purpose, iteration, task), Draw(seed, Purpose, iteration, task)));

    [Fact]
    public void Streams_Differ_WhenAnyPartOfTheKeyDiffers()
    {
        var streams = new HashSet<string>();
        var count = 0;
        foreach (var seed in new ulong[] { 0, 1, 1UL << 32 })
        {
            foreach (var purpose in Enum.GetValues<RandomPurpose>())
            {
                foreach (var iteration in new[] { 0, 1, 1L << 32 })
                {
                    foreach (var task in new[] { 0, 1, int.MaxValue })
                    {
                        foreach (var lane in new byte[] { 0, 1, 2 })
                        {
                            count++;
                            streams.Add(string.Join(',', Draw(seed, purpose, iteration, task, lane)));
                        }
                    }
                }
            }
        }

        Assert.Equal(count, streams.Count);
    }

    [Fact]
    public void NextInt_StaysWithinItsBound_WhenTheBoundIsAny() => Gen.Select(Gen.ULong, Gen.Int[1, int.MaxValue]).Sample((seed, bound) =>
    {
        var random = new CounterRandom(seed, Purpose);
        for (var draw = 0; draw < 20; draw++)
        {
            Assert.InRange(random.NextInt(bound), 0, bound - 1);
        }
    });

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(20)]
    public void NextInt_FavoursNoValue_WhenDrawnOften(int bound)
    {
        const int PerValue = 10_000;
        var random = new CounterRandom(11, Purpose);
        var counts = new int[bound];
        for (var draw = 0; draw < bound * PerValue; draw++)
        {
            counts[random.NextInt(bound)]++;
        }

        // Chi-square has bound - 1 degrees of freedom: mean bound - 1, variance twice that.
        var chiSquare = counts.Sum(count => Math.Pow(count - PerValue, 2) / PerValue);
        Assert.InRange(chiSquare, 0, bound - 1 + (5 * Math.Sqrt(2 * (bound - 1))));
    }

    [Fact]
    public void NextInt_DrawsAgain_WhenTheBoundIsNearlyTheWholeRange()
    {
        // Three quarters of 2^31: a plain modulus or product would favour some values by two to one.
        const int Bound = 3 << 29;
        var random = new CounterRandom(5, Purpose);
        var thirds = new int[3];
        for (var draw = 0; draw < 30_000; draw++)
        {
            thirds[random.NextInt(Bound) >> 29]++;
        }

        Assert.All(thirds, third => Assert.InRange(third, 9_600, 10_400));
    }

    [Fact]
    public void NextSingleAndDouble_StayBelowOne_WhenDrawnOften() => Gen.ULong.Sample(seed =>
    {
        var random = new CounterRandom(seed, Purpose);
        for (var draw = 0; draw < 50; draw++)
        {
            Assert.InRange(random.NextSingle(), 0f, 1f - (1f / (1 << 24)));
            Assert.InRange(random.NextDouble(), 0.0, 1.0 - (1.0 / (1L << 53)));
            Assert.InRange(random.NextSingle(-5, 5), -5f, 5f);
        }
    });

    [Fact]
    public void NextGaussian_HasTheMomentsOfANormal_WhenDrawnOften()
    {
        const int Count = 100_000;
        var values = new float[Count];
        var random = new CounterRandom(3, Purpose);
        random.FillGaussian(values, mean: 2, deviation: 3);

        var standard = values.Select(value => (value - 2.0) / 3).ToArray();
        Assert.Equal(0, standard.Average(), 0.015);
        Assert.Equal(1, standard.Average(value => value * value), 0.025);
        Assert.Equal(3, standard.Average(value => Math.Pow(value, 4)), 0.15);
        Assert.Equal(0.6827, standard.Count(value => Math.Abs(value) < 1) / (double)Count, 0.007);
    }

    [Fact]
    public void Sample_NeverRepeats_WhenThePopulationIsLargeEnough() =>
        Gen.Select(Gen.ULong, Gen.Int[0, 60], Gen.Int[0, 40]).Sample((seed, count, more) =>
        {
            var random = new CounterRandom(seed, Purpose);
            var drawn = new int[count];
            random.Sample(drawn, count + more);

            Assert.Equal(count, drawn.Distinct().Count());
            Assert.All(drawn, value => Assert.InRange(value, 0, count + more - 1));
        });

    [Fact]
    public void Sample_FavoursNoPlace_WhenDrawnOften()
    {
        // Every ordered pair of 5 is equally likely: 20 pairs.
        var random = new CounterRandom(9, Purpose);
        var counts = new int[25];
        Span<int> pair = stackalloc int[2];
        for (var draw = 0; draw < 20_000; draw++)
        {
            random.Sample(pair, 5);
            counts[(pair[0] * 5) + pair[1]]++;
        }

        for (var cell = 0; cell < counts.Length; cell++)
        {
            Assert.InRange(counts[cell], cell % 6 == 0 ? 0 : 850, cell % 6 == 0 ? 0 : 1150);
        }
    }

    [Fact]
    public void Sample_Refuses_WhenThePopulationIsTooSmall() => Assert.Throws<ArgumentOutOfRangeException>(() =>
    {
        var random = new CounterRandom(1, Purpose);
        random.Sample(new int[6], 5);
    });

    [Fact]
    public void Shuffle_KeepsEveryValue_WhenTheLengthIsAny() => Gen.Select(Gen.ULong, Gen.Int[0, 100]).Sample((seed, length) =>
    {
        var random = new CounterRandom(seed, Purpose);
        var values = Enumerable.Range(0, length).ToArray();
        random.Shuffle<int>(values);
        Assert.Equal(Enumerable.Range(0, length), values.Order());
    });

    [Fact]
    public void Drawing_AllocatesNothing_WhenTheStreamRuns()
    {
        Span<int> sample = stackalloc int[5];
        Run(sample);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(sample);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        static void Run(Span<int> sample)
        {
            var random = new CounterRandom(1, Purpose);
            for (var draw = 0; draw < 100; draw++)
            {
                random.Sample(sample, 100);
                random.NextGaussian();
            }
        }
    }

    private static uint[] Draw(ulong seed, RandomPurpose purpose, long iteration, int task, byte lane = 0)
    {
        var random = new CounterRandom(seed, purpose, iteration, task, lane);
        var words = new uint[6];
        foreach (ref var word in words.AsSpan())
        {
            word = random.NextUInt32();
        }

        return words;
    }
}
