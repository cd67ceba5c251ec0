using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Learning.Tensors;

/// <summary>Named parameters in ordinal order of their UTF-8 names, and where each lies in one flat vector.</summary>
public sealed class ParameterLayout
{
    private readonly FrozenDictionary<string, int> _positions;

    /// <summary>The layout of parameters with these names and shapes.</summary>
    /// <param name="parameters">In any order.</param>
    /// <exception cref="ArgumentException">A name occurs twice or is empty, or a shape has a size below 1.</exception>
    /// <exception cref="InvalidOperationException">There are more values than a flat vector has.</exception>
    public ParameterLayout(IEnumerable<(string Name, ImmutableArray<int> Shape)> parameters)
    {
        var ordered = parameters.OrderBy(parameter => parameter.Name, Utf8Comparer.Instance).ToArray();
        var slots = ImmutableArray.CreateBuilder<ParameterSlot>(ordered.Length);
        foreach (var (name, shape) in ordered)
        {
            if (string.IsNullOrEmpty(name) || (slots.Count > 0 && slots[^1].Name == name))
            {
                throw new ArgumentException($"The parameter name '{name}' is empty or occurs twice; give each parameter a name of its own.", nameof(parameters));
            }

            if (shape.Any(size => size < 1))
            {
                throw new ArgumentException($"The parameter '{name}' has the shape [{string.Join(", ", shape)}]; every size must be at least 1.", nameof(parameters));
            }

            if (Length + shape.Aggregate(1.0, static (product, size) => product * size) > int.MaxValue)
            {
                throw new InvalidOperationException(
                    $"with the parameter '{name}' of shape [{string.Join(", ", shape)}] there are more than {int.MaxValue:N0} values; make the model smaller.");
            }

            slots.Add(new ParameterSlot(name, shape, Length));
            Length += slots[^1].Length;
        }

        Slots = slots.ToImmutable();
        _positions = Slots.Select((slot, position) => (slot.Name, position)).ToFrozenDictionary(pair => pair.Name, pair => pair.position);
    }

    /// <summary>All parameters, in order.</summary>
    public ImmutableArray<ParameterSlot> Slots { get; }

    /// <summary>P: values in the flat vector.</summary>
    public int Length { get; }

    /// <summary>The position of a name among <see cref="Slots"/>.</summary>
    /// <exception cref="KeyNotFoundException">There is no parameter of that name.</exception>
    public int IndexOf(string name) => _positions.TryGetValue(name, out var position)
        ? position
        : throw new KeyNotFoundException($"There is no parameter '{name}'; the parameters are {string.Join(", ", Slots.Select(slot => slot.Name))}.");

    /// <summary>The layout of those parameters whose names the condition accepts.</summary>
    public ParameterLayout Where(Func<string, bool> condition) =>
        new(Slots.Where(slot => condition(slot.Name)).Select(slot => (slot.Name, slot.Shape)));

    private sealed class Utf8Comparer : IComparer<string>
    {
        public static Utf8Comparer Instance { get; } = new();

        // Ordinal comparison of .NET strings orders UTF-16 units, which differs from UTF-8 beyond the basic plane.
        public int Compare(string? x, string? y) =>
            Encoding.UTF8.GetBytes(x ?? "").AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y ?? ""));
    }
}
