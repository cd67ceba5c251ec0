using System.Collections.Immutable;
using System.Globalization;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using StackExchange.Redis;

namespace MetaTrain.Storage.Redis;

/// <summary>A job's events: a counter and a hash from number to event, of which the oldest leaves as a new one comes.</summary>
internal sealed class RedisRunEventLog(RedisConnection connection, long capacity = IRunEventLog.Capacity) : IRunEventLog
{
    // The number is not part of the event's text: it is known only here, and is the field's name.
    private const string Append = """
        local number = redis.call('INCR', KEYS[1])
        redis.call('HSET', KEYS[2], tostring(number), ARGV[1])
        if number > tonumber(ARGV[2]) then redis.call('HDEL', KEYS[2], tostring(number - tonumber(ARGV[2]))) end
        return number
        """;

    private readonly RedisKeys _keys = new(connection.Prefix);

    public async Task<long> AppendAsync(
        JobId job, DateTimeOffset time, RunEventKind kind, long iteration, string message, CancellationToken cancellationToken)
    {
        RedisValue content = StoreJson.Write(new RunEvent(0, time, kind, iteration, message), StoreJson.Default.RunEvent);
        RedisResult number = await connection.EvaluateAsync(
            Append, [_keys.EventCount(job), _keys.Events(job)], [content, capacity], cancellationToken).ConfigureAwait(false);
        return (long)number;
    }

    public async Task<ImmutableArray<RunEvent>> ReadAsync(JobId job, long afterSequence, int count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterSequence);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        RedisValue last = await connection.RunAsync(database => database.StringGetAsync(_keys.EventCount(job)), cancellationToken).ConfigureAwait(false);
        long newest = last.IsNull ? 0 : (long)last;
        long oldest = Math.Max(1, newest - capacity + 1);
        long first = Math.Max(afterSequence + 1, oldest);
        int wanted = (int)Math.Clamp(newest - first + 1, 0, count);
        if (wanted == 0)
        {
            return [];
        }

        RedisKey key = _keys.Events(job);
        RedisValue[] numbers = [.. Enumerable.Range(0, wanted).Select(i => (RedisValue)(first + i).ToString(CultureInfo.InvariantCulture))];
        RedisValue[] found = await connection.RunAsync(database => database.HashGetAsync(key, numbers), cancellationToken).ConfigureAwait(false);

        // Events that left between the two reads are the oldest of these: what remains has no gaps.
        return [.. found.Select((value, i) => (Value: value, Number: first + i))
            .Where(item => !item.Value.IsNull)
            .Select(item => StoreJson.Read(item.Value, StoreJson.Default.RunEvent, key) with { Sequence = item.Number })];
    }
}
