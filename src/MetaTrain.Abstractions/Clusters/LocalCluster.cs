using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MetaTrain.Abstractions.Clusters;

/// <summary>What the supervisor of a local cluster writes to <c>cluster.json</c> in the data directory, and clients read there.</summary>
public sealed record LocalCluster
{
    /// <summary>The file's name within the data directory.</summary>
    public const string FileName = "cluster.json";

    /// <summary>The Orleans cluster id: fresh at each start.</summary>
    public required string ClusterId { get; init; }

    /// <summary>The Orleans service id: stable.</summary>
    public string ServiceId { get; init; } = ClusterIdentity.ServiceId;

    /// <summary>The store, for instance redis://127.0.0.1:41234.</summary>
    public required string Store { get; init; }

    /// <summary>The process of the supervisor.</summary>
    public required int SupervisorProcessId { get; init; }

    /// <summary>When that process started, as the operating system tells it: a reused process id is another process.</summary>
    public required DateTimeOffset SupervisorStartedAt { get; init; }

    /// <summary>The silos.</summary>
    public ImmutableArray<LocalSilo> Silos { get; init; } = [];

    /// <summary>The process of the embedded store; null with a store of the user's own.</summary>
    public int? StoreProcessId { get; init; }

    /// <summary>True once every silo takes work.</summary>
    public bool Ready { get; init; }

    /// <summary>Why the cluster could not start, in one sentence with the remedy; null when it could.</summary>
    public string? Failure { get; init; }

    /// <summary>Reads the file; null when there is none.</summary>
    public static LocalCluster? TryRead(string dataDirectory)
    {
        string path = Path.Combine(dataDirectory, FileName);
        return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), LocalClusterJson.Default.LocalCluster) : null;
    }

    /// <summary>Writes the file whole or not at all.</summary>
    public void Write(string dataDirectory)
    {
        string path = Path.Combine(dataDirectory, FileName);
        string temporary = path + ".new";
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(this, LocalClusterJson.Default.LocalCluster));
        File.Move(temporary, path, overwrite: true);
    }
}

/// <summary>One silo of a local cluster.</summary>
public sealed record LocalSilo(string Name, int ProcessId, int SiloPort, int GatewayPort, int HttpPort);

/// <summary>The names that every part of one installation shares.</summary>
public static class ClusterIdentity
{
    /// <summary>The Orleans service id.</summary>
    public const string ServiceId = "metatrain";

    /// <summary>The default prefix of every key in the store.</summary>
    public const string DefaultPrefix = "metatrain";

    /// <summary>The store's key of the running cluster's id, under the prefix.</summary>
    public static string RegistryKey(string prefix) => prefix + ":cluster";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(LocalCluster))]
internal sealed partial class LocalClusterJson : JsonSerializerContext;
