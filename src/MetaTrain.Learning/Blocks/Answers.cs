using System.Numerics;

namespace MetaTrain.Learning.Blocks;

/// <summary>A block's predictions after several numbers of inner steps.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class Answers<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly IReadOnlyList<int> _steps;
    private readonly int _length;

    private Answers(IReadOnlyList<int> steps, int length, List<T[]> values) => (_steps, _length, Values) = (steps, length, values);

    /// <summary>For each number of steps, [T, Q, O].</summary>
    public List<T[]> Values { get; }

    /// <summary>Zeros.</summary>
    public static Answers<T> Of(IReadOnlyList<int> steps, BlockData<T> episodes)
    {
        var length = episodes.Shape.QueryCount * episodes.Shape.Outputs;
        return new Answers<T>(steps, length, [.. steps.Select(_ => new T[episodes.Tasks * length])]);
    }

    /// <summary>Where a task's answers go when so many steps are done: as often as that number was asked for.</summary>
    public IEnumerable<Memory<T>> After(int done, int task) =>
        Enumerable.Range(0, _steps.Count).Where(at => _steps[at] == done).Select(at => Values[at].AsMemory(task * _length, _length));
}
