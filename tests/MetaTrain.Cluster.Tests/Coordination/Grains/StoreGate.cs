using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace MetaTrain.Cluster.Tests.Coordination.Grains;

/// <summary>Where a test holds calls to a store, or makes them fail, before they reach it or before their answer comes back.</summary>
internal sealed class StoreGate
{
    private readonly ConcurrentDictionary<string, Held> _held = [];

    /// <summary>Awaited before every call, with the method's name.</summary>
    public Func<string, Task> Before { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Awaited after every call that the store answered.</summary>
    public Func<string, Task> After { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Holds the next call of a method until it is let go.</summary>
    public Held HoldNext(string method) => _held[method] = new Held();

    /// <summary>Passes a call on.</summary>
    public async Task<T> PassAsync<T>(Func<Task<T>> call, [CallerMemberName] string method = "")
    {
        if (_held.TryRemove(method, out Held? held))
        {
            await held.WaitAsync();
        }

        await Before(method);
        T answer = await call();
        await After(method);
        return answer;
    }

    /// <summary>A call that waits.</summary>
    internal sealed class Held
    {
        private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Completes when the call has come.</summary>
        public Task ReachedAsync() => _reached.Task.WaitAsync(Deadline, TestContext.Current.CancellationToken);

        /// <summary>Lets it pass.</summary>
        public void LetGo() => _letGo.TrySetResult();

        public Task WaitAsync()
        {
            _reached.TrySetResult();
            return _letGo.Task;
        }
    }
}
