namespace MetaTrain.Cluster.Coordination;

/// <summary>
/// Writes notes one at a time: whatever is asked for while one is being written is in the next. A round of many blocks is many leases, each
/// of which changes the note. Called from one turn at a time.
/// </summary>
/// <param name="write">Writes what there is to note when it is called. False when it could not.</param>
internal sealed class NoteWriter(Func<Task<bool>> write)
{
    private Task<bool> _current = Task.FromResult(true);
    private Task<bool>? _next;

    /// <summary>Completes when a note is written that was begun after this call.</summary>
    public Task<bool> WriteAsync() => _next ?? (_current.IsCompleted ? _current = write() : _next = WriteAfterAsync(_current));

    private async Task<bool> WriteAfterAsync(Task<bool> current)
    {
        await ((Task)current).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        _next = null;
        return await (_current = write());
    }
}
