using System.Collections.Immutable;

namespace MetaTrain.Learning.Episodes;

/// <summary>
/// The groups that the classes of a split fall into, over each of which accuracy is reported: for a data set of folders in folders the
/// outer one, for Omniglot the alphabet.
/// </summary>
/// <param name="Names">The groups, in ordinal order.</param>
/// <param name="Of">For each class (<see cref="EpisodeBlock.Classes"/>) the index of its group in <paramref name="Names"/>; -1 when it is in none.</param>
public sealed record ClassGroups(ImmutableArray<string> Names, ImmutableArray<int> Of)
{
    /// <summary>No class is in a group.</summary>
    public static ClassGroups None { get; } = new([], []);

    /// <summary>The groups of classes by their names: what stands before the last slash, as "Greek" of "Greek/character07".</summary>
    /// <param name="classNames">The name of each class.</param>
    public static ClassGroups OfNames(IReadOnlyList<string> classNames) =>
        OfGroups([.. classNames.Select(name => name.LastIndexOf('/') is var slash and > 0 ? name[..slash] : null)]);

    /// <summary>Each name a group of its own; classes of one name are one (such as a class and its quarter turns).</summary>
    /// <param name="classNames">The name of each class.</param>
    public static ClassGroups OfEach(IReadOnlyList<string> classNames) => OfGroups(classNames);

    /// <summary>The index of a class's group; -1 when it is in none, or when the source does not number its classes.</summary>
    /// <param name="number">The class; -1 when its source does not say.</param>
    public int IndexOf(int number) => (uint)number < (uint)Of.Length ? Of[number] : -1;

    // The group of each class; null for none.
    private static ClassGroups OfGroups(IReadOnlyList<string?> groups)
    {
        ImmutableArray<string> names = [.. groups.OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var indices = names.Index().ToDictionary(group => group.Item, group => group.Index, StringComparer.Ordinal);
        return new ClassGroups(names, [.. groups.Select(group => group is null ? -1 : indices[group])]);
    }
}
