using MetaTrain.Abstractions.Clusters;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace MetaTrain.Storage.Redis;

/// <summary>Refuses settings that cannot work, before anything is connected.</summary>
internal sealed class RedisStorageOptionsValidator : IValidateOptions<RedisStorageOptions>
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(5);

    public ValidateOptionsResult Validate(string? name, RedisStorageOptions options)
    {
        List<string> problems = [];
        if (ConnectionProblem(options.ConnectionString) is { } problem)
        {
            problems.Add(problem);
        }

        if (string.IsNullOrWhiteSpace(options.Prefix) || options.Prefix.AsSpan().ContainsAny('{', '}'))
        {
            problems.Add($"The store's prefix (Prefix) '{options.Prefix}' cannot be used: give a name without braces, for instance 'metatrain'.");
        }

        if (options.CommandTimeout < TimeSpan.FromMilliseconds(100) || options.CommandTimeout > LongestTimeout)
        {
            problems.Add($"The store's time-out (CommandTimeout) of {options.CommandTimeout} cannot be used: give between 0.1 s and 5 minutes.");
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static string? ConnectionProblem(string connection)
    {
        if (string.IsNullOrWhiteSpace(connection) || StoreUri.IsStoreUri(connection))
        {
            return StoreUri.TryParse(connection, out _, out string? problem) ? null : problem;
        }

        try
        {
            return ConfigurationOptions.Parse(connection).EndPoints.Count > 0
                ? null
                : "The store's configuration names no end point: give redis://host:port, or host:port,option=value.";
        }
        catch (ArgumentException e)
        {
            // The configuration itself may hold a password: only the parser's own words are shown.
            return $"The store's configuration is not understood ({e.Message}): give redis://host:port, or host:port,option=value.";
        }
    }
}
