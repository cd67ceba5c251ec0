using System.Globalization;
using System.Text;

namespace MetaTrain.Benchmarks.Questions;

/// <summary>One way of doing the work of a contest.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Measure">Works for about so many seconds; gives the rate.</param>
internal sealed record Contestant(string Name, Func<double, double> Measure);

/// <summary>
/// Contestants measured side by side: each in turn, round after round, so that whatever else the machine does hits all of them alike.
/// </summary>
/// <param name="title">What is asked.</param>
/// <param name="unit">Of the rates.</param>
internal sealed class Contest(string title, string unit)
{
    private readonly List<(Contestant Contestant, List<double> Rates)> _rates = [];

    /// <summary>Another way of doing the work.</summary>
    public Contest Add(string name, Func<double, double> measure)
    {
        _rates.Add((new Contestant(name, measure), []));
        return this;
    }

    /// <summary>Measures; the first round warms up and does not count.</summary>
    public void Run(int rounds, double seconds)
    {
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var (contestant, rates) in _rates)
            {
                var rate = contestant.Measure(round == 0 ? seconds / 4 : seconds);
                if (round > 0)
                {
                    rates.Add(rate);
                }

                Console.Error.WriteLine(FormattableString.Invariant($"{title}: {contestant.Name}: {rate:F1} {unit}{(round == 0 ? " (warm-up)" : "")}"));
            }
        }
    }

    /// <summary>The median rate of a contestant.</summary>
    public double MedianOf(string name) => Median(_rates.Single(entry => entry.Contestant.Name == name).Rates);

    /// <summary>The median, over rounds, of one contestant's rate over another's.</summary>
    public double Ratio(string name, string over)
    {
        var (rates, others) = (_rates.Single(entry => entry.Contestant.Name == name).Rates, _rates.Single(entry => entry.Contestant.Name == over).Rates);
        return Median([.. rates.Zip(others, (rate, other) => rate / other)]);
    }

    /// <summary>The table: medians with the least and the greatest, and the ratio to each contestant named.</summary>
    public string Table(params string[] over)
    {
        var text = new StringBuilder($"### {title}\n\n| | {unit}, median (least to greatest) |");
        text.Append(string.Concat(over.Select(name => $" over {name} |"))).Append("\n|---|---|").Append(string.Concat(over.Select(_ => "---|"))).Append('\n');
        foreach (var (contestant, rates) in _rates)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {contestant.Name} | {Figure(Median(rates))} ({Figure(rates.Min())} to {Figure(rates.Max())}) |");
            foreach (var name in over)
            {
                text.Append(CultureInfo.InvariantCulture, $" {Ratio(contestant.Name, name):F2} |");
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private static string Figure(double value) => value.ToString(value < 100 ? "G3" : "N0", CultureInfo.InvariantCulture);

    private static double Median(List<double> values)
    {
        var ordered = values.Order().ToArray();
        return ordered.Length % 2 == 1 ? ordered[ordered.Length / 2] : (ordered[(ordered.Length / 2) - 1] + ordered[ordered.Length / 2]) / 2;
    }
}
