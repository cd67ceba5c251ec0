namespace MetaTrain.Learning.Experiments;

/// <summary>Logits of episodes whose labels are ordered by class, row by row.</summary>
internal readonly ref struct LabelledLogits
{
    private readonly ReadOnlySpan<float> _logits;
    private readonly int _examples;
    private readonly int _classes;

    /// <summary>Checks that the numbers go together.</summary>
    /// <param name="logits">[T, examples, classes].</param>
    /// <param name="examples">Of an episode.</param>
    /// <param name="classes">Of an episode.</param>
    public LabelledLogits(ReadOnlySpan<float> logits, int examples, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(examples, 1);
        if (examples % classes != 0)
        {
            throw new ArgumentException($"{examples} examples cannot be as many of each of {classes} classes: pass a multiple.", nameof(examples));
        }

        if (logits.IsEmpty || logits.Length % (examples * classes) != 0)
        {
            throw new ArgumentException(
                $"{logits.Length} logits are not those of whole episodes of {examples} examples and {classes} classes: pass {examples * classes} an episode.",
                nameof(logits));
        }

        _logits = logits;
        (_examples, _classes) = (examples, classes);
    }

    /// <summary>Examples of all episodes.</summary>
    public int Rows => _logits.Length / _classes;

    /// <summary>The label of a row.</summary>
    public int Label(int row) => row % _examples / (_examples / _classes);

    /// <summary>The class with the greatest logit; the first of equals.</summary>
    public int Answer(int row)
    {
        var values = Row(row);
        var best = 0;
        for (var i = 1; i < values.Length; i++)
        {
            best = values[i] > values[best] ? i : best;
        }

        return best;
    }

    /// <summary>The probability of the answer.</summary>
    public double Confidence(int row) => Math.Exp(LogProbability(row, Answer(row)));

    /// <summary>The logarithm of the probability of a class.</summary>
    public double LogProbability(int row, int label)
    {
        var values = Row(row);
        var (greatest, sum) = ((double)values[Answer(row)], 0.0);
        foreach (var value in values)
        {
            sum += Math.Exp(value - greatest);
        }

        return values[label] - greatest - Math.Log(sum);
    }

    private ReadOnlySpan<float> Row(int row) => _logits.Slice(row * _classes, _classes);
}
