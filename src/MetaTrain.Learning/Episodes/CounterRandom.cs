using System.Runtime.CompilerServices;

namespace MetaTrain.Learning.Episodes;

/// <summary>
/// Random numbers that are a pure function of (seed, purpose, iteration, task, draw): nothing is carried from one task to the next,
/// so that any machine computes any task, in any order, and gets the same numbers. The key of Philox4x32-10 is the seed; the words of
/// its counter are the draw, the task, and the iteration (48 bits) beside the lane and the purpose. Hand it on by reference: a copy
/// draws the same numbers again.
/// </summary>
public ref struct CounterRandom
{
    private const long IterationLimit = 1L << 48;

    private readonly uint _key0;
    private readonly uint _key1;
    private readonly uint _task;
    private readonly uint _iterationLow;
    private readonly uint _high;
    private ulong _block;
    private uint _word0;
    private uint _word1;
    private uint _word2;
    private uint _word3;
    private int _left;

    /// <summary>The start of a stream.</summary>
    /// <param name="seed">The job's seed.</param>
    /// <param name="purpose">What the numbers are for.</param>
    /// <param name="iteration">The meta-iteration, under 2^48.</param>
    /// <param name="task">The task's index.</param>
    /// <param name="lane">Sets apart streams that agree in all else, for instance those of training and of test episodes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The iteration or the task is negative, or the iteration too large.</exception>
    public CounterRandom(ulong seed, RandomPurpose purpose, long iteration = 0, int task = 0, byte lane = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(iteration);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(iteration, IterationLimit);
        ArgumentOutOfRangeException.ThrowIfNegative(task);
        _key0 = (uint)seed;
        _key1 = (uint)(seed >> 32);
        _task = (uint)task;
        _iterationLow = (uint)iteration;
        _high = (uint)(iteration >> 32) | ((uint)lane << 16) | ((uint)purpose << 24);
    }

    /// <summary>The stream of an episode for one purpose.</summary>
    /// <param name="key">The episode.</param>
    /// <param name="purpose">What the numbers are for.</param>
    public CounterRandom(in EpisodeKey key, RandomPurpose purpose)
        : this(key.Seed, purpose, key.Iteration, key.Task, (byte)key.Split)
    {
    }

    /// <summary>32 random bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint NextUInt32()
    {
        if (_left == 0)
        {
            Refill();
        }

        return _left-- switch
        {
            4 => _word0,
            3 => _word1,
            2 => _word2,
            _ => _word3,
        };
    }

    /// <summary>64 random bits.</summary>
    public ulong NextUInt64()
    {
        ulong low = NextUInt32();
        return low | ((ulong)NextUInt32() << 32);
    }

    /// <summary>A whole number from 0 to below <paramref name="bound"/>, each equally likely.</summary>
    /// <param name="bound">At least 1.</param>
    public int NextInt(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);

        // Lemire (2019): the high half of a 64-bit product; its few products that would favour some values are drawn again.
        var product = (ulong)NextUInt32() * (uint)bound;
        if ((uint)product < (uint)bound)
        {
            for (var unfair = (uint)(-bound) % (uint)bound; (uint)product < unfair;)
            {
                product = (ulong)NextUInt32() * (uint)bound;
            }
        }

        return (int)(product >> 32);
    }

    /// <summary>A number in [0, 1), a multiple of 2^-24.</summary>
    public float NextSingle() => (NextUInt32() >> 8) * (1f / (1 << 24));

    /// <summary>A number from <paramref name="low"/> to <paramref name="high"/>, which only rounding can reach.</summary>
    /// <param name="low">The least.</param>
    /// <param name="high">The bound above.</param>
    public float NextSingle(float low, float high) => low + ((high - low) * NextSingle());

    /// <summary>A number in [0, 1), a multiple of 2^-53.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1L << 53));

    /// <summary>A standard normal number (Box and Muller 1958).</summary>
    public double NextGaussian()
    {
        var radius = Math.Sqrt(-2 * PortableMath.Log(1 - NextDouble()));
        return radius * PortableMath.Cos(2 * Math.PI * NextDouble());
    }

    /// <summary>Fills with normal numbers.</summary>
    /// <param name="destination">What to fill.</param>
    /// <param name="mean">Their mean.</param>
    /// <param name="deviation">Their standard deviation.</param>
    public void FillGaussian(scoped Span<float> destination, double mean, double deviation)
    {
        foreach (ref var value in destination)
        {
            value = (float)(mean + (deviation * NextGaussian()));
        }
    }

    /// <summary>Fills with numbers from <paramref name="low"/> to <paramref name="high"/>, which only rounding can reach.</summary>
    /// <param name="destination">What to fill.</param>
    /// <param name="low">The least.</param>
    /// <param name="high">The bound above.</param>
    public void FillUniform(scoped Span<float> destination, float low, float high)
    {
        foreach (ref var value in destination)
        {
            value = NextSingle(low, high);
        }
    }

    /// <summary>Puts the values into a random order, each order equally likely.</summary>
    /// <typeparam name="T">Of any type.</typeparam>
    /// <param name="values">What to shuffle.</param>
    public void Shuffle<T>(scoped Span<T> values)
    {
        for (var last = values.Length - 1; last > 0; last--)
        {
            var other = NextInt(last + 1);
            (values[last], values[other]) = (values[other], values[last]);
        }
    }

    /// <summary>Draws different numbers from 0 to below <paramref name="population"/>, in random order.</summary>
    /// <param name="destination">As many as to draw; they are meant to be few: the cost grows with their square.</param>
    /// <param name="population">How many there are to choose from.</param>
    /// <exception cref="ArgumentOutOfRangeException">The population is smaller than the sample.</exception>
    public void Sample(scoped Span<int> destination, int population)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(population, destination.Length);

        // Floyd's method needs no table of the population: a number already drawn is replaced by the newly possible one.
        for (var drawn = 0; drawn < destination.Length; drawn++)
        {
            var newest = population - destination.Length + drawn;
            var candidate = NextInt(newest + 1);
            destination[drawn] = destination[..drawn].Contains(candidate) ? newest : candidate;
        }

        Shuffle(destination);
    }

    private void Refill()
    {
        if (_block > uint.MaxValue)
        {
            throw new InvalidOperationException("A random stream is used up after 2^34 numbers; take another purpose or lane.");
        }

        (_word0, _word1, _word2, _word3) = ((uint)_block, _task, _iterationLow, _high);
        Philox.Block(ref _word0, ref _word1, ref _word2, ref _word3, _key0, _key1);
        _block++;
        _left = 4;
    }
}
