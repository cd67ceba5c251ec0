using System.Collections.Immutable;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Aggregation;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Learning.Blocks;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>
/// All ranges of the parameters: what silos and the coordinator ask of them, in the order and with the round trips of the product's
/// <c>JobLink</c> and <c>RangedAggregation</c>. Nothing dies here: an aggregator's death takes a job back to its last commit.
/// </summary>
internal sealed class SimulatedRanges
{
    private readonly SimulationSettings _settings;
    private readonly ImmutableArray<SimulatedRange> _ranges;

    public SimulatedRanges(SimulatedCluster cluster)
    {
        _settings = cluster.Settings;
        _ranges = [.. cluster.Job.Session.Settings.Aggregators.Select((range, at) => new SimulatedRange(
            cluster.SiloMachines[at],
            range,
            new RangeAggregator(SimulatedJob.NewOptimizer(range.Length, _settings), new float[range.Length], version: 0)))];
    }

    public IEnumerable<Machine> Machines => _ranges.Select(static range => range.Machine);

    /// <summary>A silo's sums go to every range.</summary>
    public void Deliver(Machine from, ImmutableArray<NodeResult> results, Action delivered) => ForAll(
        from,
        range => results.Length * (long)(WireSize.Result + (sizeof(float) * range.Length)),
        (range, aggregator) =>
        {
            foreach (NodeResult result in results)
            {
                float[] part = GradientArrays.RentUncleared(range.Length);
                result.Gradient.Span.Slice(range.Start, range.Length).CopyTo(part);
                aggregator.Take(result.Round, result.Node, part);
            }

            return true;
        },
        static (_, _) => 0,
        _ => delivered());

    /// <summary>A silo reads a version; null when it is gone.</summary>
    public void Read(Machine from, long version, Action<FloatVector?> read) => ForAll(
        from,
        static _ => 0,
        (_, aggregator) => aggregator.Read(version),
        static (range, part) => part is null ? 0 : sizeof(float) * (long)range.Length,
        parts => read(parts.Contains(null) ? null : new FloatVector(Join(parts!))));

    /// <summary>The coordinator has a whole round added up, then stepped on, and gets the new version.</summary>
    public void Step(Machine from, JobSession session, Action<float[]> stepped)
    {
        RangeSums sums = session.StepSums;
        ImmutableArray<long> needed = [.. session.Versions];
        ForAll(
            from,
            _ => sums.Nodes.Length * (long)(2 * sizeof(int)),
            (_, aggregator) => aggregator.Add(sums),
            static (_, squareSums) => squareSums.Length * (long)sizeof(double),
            squareSums =>
            {
                RangeStep step = new() { SquareSums = [.. squareSums.SelectMany(static range => range)], Needed = needed };
                ForAll(
                    from,
                    _ => step.SquareSums.Length * (long)sizeof(double),
                    (_, aggregator) => aggregator.Step(step),
                    static (range, _) => sizeof(float) * (long)range.Length,
                    parts => stepped(Join(parts)));
            });
    }

    /// <summary>For a commit each range copies what its optimizer remembers; the copies travel behind the training.</summary>
    public void Capture(Machine from, JobSession session, Action captured) => ForAll(
        from,
        static _ => 0,
        (_, aggregator) => aggregator.Capture(session.Settings.Job),
        static (_, _) => 0,
        states =>
        {
            foreach ((SimulatedRange range, RangeState state) in _ranges.Zip(states))
            {
                range.Machine.Send(from, state.Optimizer.Values.Sum(WireSize.Of), static () => { });
            }

            captured();
        });

    private float[] Join(FloatVector[] parts)
    {
        float[] whole = new float[_settings.Parameters];
        for (int at = 0; at < parts.Length; at++)
        {
            parts[at].Span.CopyTo(whole.AsSpan(_ranges[at].Start));
        }

        return whole;
    }

    private void ForAll<T>(
        Machine from, Func<SimulatedRange, long> bytes, Func<SimulatedRange, RangeAggregator, T> ask, Func<SimulatedRange, T, long> answerBytes, Action<T[]> answered)
    {
        T[] answers = new T[_ranges.Length];
        int missing = answers.Length;
        for (int at = 0; at < answers.Length; at++)
        {
            (SimulatedRange range, int index) = (_ranges[at], at);
            range.Ask(
                from,
                WireSize.Envelope + bytes(range),
                aggregator => ask(range, aggregator),
                answer => WireSize.Envelope + answerBytes(range, answer),
                answer =>
                {
                    answers[index] = answer;
                    if (--missing == 0)
                    {
                        answered(answers);
                    }
                });
        }
    }
}
