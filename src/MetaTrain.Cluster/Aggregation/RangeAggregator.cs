using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.MetaOptimizers;

namespace MetaTrain.Cluster.Aggregation;

/// <summary>
/// One range of a job's parameters: keeps what silos bring until the coordinator says which sums count, adds these up along the round's
/// tree, and steps. Which of several sums of a node came first does not matter, for they have the same bits: the coordinator compares
/// their hashes. Parts may come and versions be read at any time; rounds are added up and stepped on one after the other.
/// </summary>
/// <param name="optimizer">Of the range, as it was after the version's step.</param>
/// <param name="parameters">The range of the newest version.</param>
/// <param name="version">The newest version.</param>
internal sealed class RangeAggregator(IMetaOptimizer optimizer, float[] parameters, long version)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(long Round, TreeNode Node), float[]> _parts = [];
    private readonly Dictionary<long, FloatVector> _versions = new() { [version] = new FloatVector(parameters) };
    private long _version = version;
    private float[]? _gradient;

    /// <summary>How many parts wait to be added up.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _parts.Count;
            }
        }
    }

    /// <summary>True when a part of that node is of use: its round is not over, and none has come before.</summary>
    public bool Wants(RoundId round, TreeNode node)
    {
        lock (_gate)
        {
            return round.Number >= _version && !_parts.ContainsKey((round.Number, node));
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
            if (round.Number >= _version && _parts.TryAdd((round.Number, node), values))
            {
                return;
            }
        }

        GradientArrays.Return(values);
    }

    /// <summary>Adds up what counts of the newest version's round, and makes and clips the mean.</summary>
    /// <returns>The sums of squares of the range's pieces, where the norm is clipped.</returns>
    /// <exception cref="InvalidOperationException">A sum that counts never came, or they are not all of the round.</exception>
    public double[] Add(RangeSums sums)
    {
        SummationTree tree = new(sums.Blocks);
        foreach ((TreeNode node, float[] values) in TakeParts(sums))
        {
            tree.Add(node, new BlockSum(0, new FloatVector(values), []));
        }

        _gradient = tree.Root?.Gradient.Take()
            ?? throw new InvalidOperationException($"The sums of round {sums.Round.Number} that count leave out a block.");
        FlatArithmetic.Divide(_gradient, sums.Tasks);
        return optimizer.Clip(_gradient);
    }

    /// <summary>Steps on what was added up.</summary>
    /// <returns>The range of the new version.</returns>
    /// <exception cref="InvalidOperationException">Nothing was added up.</exception>
    public FloatVector Step(RangeStep step)
    {
        float[] gradient = _gradient ?? throw new InvalidOperationException("Nothing was added up to step on.");
        _gradient = null;
        float[] next = Read(_version)!.Span.ToArray();
        optimizer.Step(next, gradient, _version, step.SquareSums);
        GradientArrays.Return(gradient);
        return Publish(new FloatVector(next), step.Needed);
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

    private List<(TreeNode Node, float[] Values)> TakeParts(RangeSums sums)
    {
        lock (_gate)
        {
            if (sums.Round.Number != _version)
            {
                throw new InvalidOperationException($"Round {sums.Round.Number} was to be added up by an aggregator of version {_version}.");
            }

            return [.. sums.Nodes.Select(node => _parts.Remove((sums.Round.Number, node), out float[]? values)
                ? (node, values)
                : throw new InvalidOperationException($"The sum of node {node} of round {sums.Round.Number} counts, but never came to this aggregator."))];
        }
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
            foreach ((long Round, TreeNode Node) over in _parts.Keys.Where(part => part.Round < _version).ToList())
            {
                _parts.Remove(over, out float[]? values);
                GradientArrays.Return(values!);
            }
        }

        return next;
    }
}
