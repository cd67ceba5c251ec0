using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using MetaTrain.Abstractions.Datasets;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using StackExchange.Redis;

namespace MetaTrain.Storage.Redis;

/// <summary>How records are written: plain JSON, readable by people and by later versions. A loss may be NaN.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(JobRecord))]
[JsonSerializable(typeof(JobProgress))]
[JsonSerializable(typeof(ImmutableArray<BlockAttempt>))]
[JsonSerializable(typeof(RunEvent))]
[JsonSerializable(typeof(CheckpointManifest))]
[JsonSerializable(typeof(DatasetManifest))]
internal sealed partial class StoreJson : JsonSerializerContext
{
    public static RedisValue Write<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    public static T Read<T>(RedisValue value, JsonTypeInfo<T> type, RedisKey key)
    {
        try
        {
            return JsonSerializer.Deserialize(((ReadOnlyMemory<byte>)value).Span, type)
                ?? throw new InvalidDataException($"The store's key '{key}' holds null where {typeof(T).Name} is expected: it was written by another program.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(
                $"The store's key '{key}' does not hold what {typeof(T).Name} looks like ({e.Message}): it was written by another program or version.", e);
        }
    }
}
