using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.MetaOptimizers;

namespace MetaTrain.Cluster.Aggregation;

/// <summary>
/// One range of a job's parameters: adds up what silos bring along the round's tree, as it comes, and steps on those sums of which the
/// coordinator says that they count. Which of several sums of a node came first does not matter, for they have the same bits: the coordinator compares
/// their hashes. Parts may come and versions be read at any time; rounds are added up and stepped on one after the other.
/// </summary>
/// <param name="optimizer">Of the range, as it was after the version's step.</param>
/// <param name="parameters">The range of the newest version.</param>
/// <param name="version">The newest version.</param>
internal sealed class RangeAggregator(IMetaOptimizer optimizer, float[] parameters, long version)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, RangeParts> _rounds = [];
    private readonly Dictionary<long, FloatVector> _versions = new() { [version] = new FloatVector(parameters) };
    private long _version = version;
    private float[]? _gradient;

    /// <summary>How many parts are here of rounds that were not stepped on.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _rounds.Values.Sum(static parts => parts.Count);
            }
        }
    }

    /// <summary>True when a part of that node is of use: its round is not over, and none has come before.</summary>
    public bool Wants(RoundId round, TreeNode node)
    {
        lock (_gate)
        {
            return round.Number >= _version && !(_rounds.GetValueOrDefault(round.Number)?.Contains(node) ?? false);
        }
    }

    /// <summary>Takes a part; one that it does not want is dropped.</summary>
    /// <param name="round">The training round.</param>
    /// <param name="node">The node.</param>
    /// <param name="values">Its range's sum, from here on the aggregator's own.</param>
    public void Take(RoundId round, TreeNode node, float[] values)
    {
        if (values.Length != parameters.Length)
        {
            throw new ArgumentException(
                $"A part of {values.Length} values came for a range of {parameters.Length}: its silo runs another build of MetaTrain.", nameof(values));
        }

        lock (_gate)
        {
            if (round.Number >= _version && PartsOf(round).TryAdd(node, values))
            {
                return;
            }
        }

        GradientArrays.Return(values);
    }

    /// <summary>
    /// Adds up what is left of what counts of the newest version's round, makes and clips the mean, and steps on it, unless the norm of all
    /// ranges is to be clipped: then <see cref="Step"/> does when they are known.
    /// </summary>
    /// <exception cref="InvalidOperationException">A sum that counts never came, or they are not all of the round.</exception>
    public RangeAdded Add(RangeSums sums)
    {
        float[] gradient = TakeWhole(sums);
        FlatArithmetic.Divide(gradient, sums.Tasks);
        double[] squareSums = optimizer.Clip(gradient);
        if (squareSums.Length > 0)
        {
            _gradient = gradient;
            return new RangeAdded { SquareSums = squareSums };
        }

        return new RangeAdded { SquareSums = [], Next = Step(gradient, squareSums, sums.Needed) };
    }

    /// <summary>Steps on what was added up.</summary>
    /// <returns>The range of the new version.</returns>
    /// <exception cref="InvalidOperationException">Nothing was added up.</exception>
    public FloatVector Step(RangeStep step)
    {
        float[] gradient = _gradient ?? throw new InvalidOperationException("Nothing was added up to step on.");
        _gradient = null;
        return Step(gradient, step.SquareSums, step.Needed);
    }

    /// <summary>The range of a version; null when nobody can need it any more.</summary>
    public FloatVector? Read(long asked)
    {
        lock (_gate)
        {
            return _versions.GetValueOrDefault(asked);
        }
    }

    /// <summary>The newest version, with a copy of what the optimizer remembers of it.</summary>
    /// <param name="job">Whose it is.</param>
    public RangeState Capture(JobId job) => new()
    {
        Job = job,
        Version = _version,
        Parameters = Read(_version)!,
        Optimizer = optimizer.State.ToImmutableSortedDictionary(
            static vector => vector.Key, static vector => new FloatVector((float[])vector.Value.Clone()), StringComparer.Ordinal),
    };

    private FloatVector Step(float[] gradient, double[] squareSums, ImmutableArray<long> needed)
    {
        float[] next = Read(_version)!.Span.ToArray();
        optimizer.Step(next, gradient, _version, squareSums);
        GradientArrays.Return(gradient);
        return Publish(new FloatVector(next), needed);
    }

    private float[] TakeWhole(RangeSums sums)
    {
        lock (_gate)
        {
            if (sums.Round.Number != _version)
            {
                throw new InvalidOperationException($"Round {sums.Round.Number} was to be added up by an aggregator of version {_version}.");
            }

            return PartsOf(sums.Round).TakeWhole(new SummationTree(sums.Blocks), sums.Nodes.ToHashSet());
        }
    }

    private RangeParts PartsOf(RoundId round)
    {
        if (!_rounds.TryGetValue(round.Number, out RangeParts? parts))
        {
            _rounds[round.Number] = parts = new RangeParts();
        }

        return parts;
    }

    private FloatVector Publish(FloatVector next, ImmutableArray<long> needed)
    {
        lock (_gate)
        {
            _versions[++_version] = next;
            foreach (long old in _versions.Keys.Where(known => known != _version && !needed.Contains(known)).ToList())
            {
                _versions.Remove(old);
            }

            // Sums that did not count.
            foreach (long over in _rounds.Keys.Where(round => round < _version).ToList())
            {
                _rounds.Remove(over, out RangeParts? parts);
                parts!.Release();
            }
        }

        return next;
    }
}
