using MetaTrain.Abstractions.Messages;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>
/// A version that a silo reads once for all its workers. Each of them awaits a task of its own: of several that await one task, the runtime
/// would let some go on by the thread pool.
/// </summary>
/// <param name="version">The version.</param>
internal sealed class ParameterRead(long version)
{
    private readonly List<TaskCompletionSource<FloatVector?>> _waiting = [];
    private bool _isDone;
    private FloatVector? _values;

    public long Version => version;

    /// <summary>The values; null when nobody has use for that version any more.</summary>
    public Task<FloatVector?> ValuesAsync()
    {
        TaskCompletionSource<FloatVector?> waits = new();
        if (_isDone)
        {
            waits.SetResult(_values);
        }
        else
        {
            _waiting.Add(waits);
        }

        return waits.Task;
    }

    /// <summary>They have come.</summary>
    public void Came(FloatVector? values)
    {
        (_isDone, _values) = (true, values);
        _waiting.ForEach(waits => waits.SetResult(values));
    }
}
