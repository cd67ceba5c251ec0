using MetaTrain.Abstractions.Clusters;
using MetaTrain.Abstractions.Jobs;
using StackExchange.Redis;

namespace MetaTrain.Storage.Redis;

/// <summary>The names of all keys. Those of one job share the hash tag {job}, so that one transaction may touch them.</summary>
internal sealed class RedisKeys(string prefix)
{
    /// <summary>The id of the running cluster.</summary>
    public RedisKey Cluster { get; } = ClusterIdentity.RegistryKey(prefix);

    /// <summary>The last place that was given in the queue's order.</summary>
    public RedisKey Order { get; } = prefix + ":order";

    /// <summary>The set of all job ids.</summary>
    public RedisKey Jobs { get; } = prefix + ":jobs";

    /// <summary>The set of all names of data sets.</summary>
    public RedisKey Datasets { get; } = prefix + ":datasets";

    /// <summary>A job's record as it was created.</summary>
    public RedisKey Record(JobId job) => OfJob(job, "record");

    /// <summary>What a person has asked of a job.</summary>
    public RedisKey Request(JobId job) => OfJob(job, "request");

    /// <summary>Which local cluster it was handed to.</summary>
    public RedisKey Owner(JobId job) => OfJob(job, "owner");

    /// <summary>What its coordinator has written of it.</summary>
    public RedisKey State(JobId job) => OfJob(job, "state");

    /// <summary>Its fencing epoch.</summary>
    public RedisKey Epoch(JobId job) => OfJob(job, "epoch");

    /// <summary>The blocks that may be out with workers.</summary>
    public RedisKey Attempts(JobId job) => OfJob(job, "attempts");

    /// <summary>How long the safetensors file is that it starts from.</summary>
    public RedisKey InitialLength(JobId job) => OfJob(job, "initial");

    /// <summary>One piece of that file.</summary>
    public RedisKey InitialPiece(JobId job, int piece) => OfJob(job, $"initial:{piece}");

    /// <summary>The number of its last event.</summary>
    public RedisKey EventCount(JobId job) => OfJob(job, "event-count");

    /// <summary>Its events by number.</summary>
    public RedisKey Events(JobId job) => OfJob(job, "events");

    /// <summary>The manifests of its committed versions by iteration.</summary>
    public RedisKey Manifests(JobId job) => OfJob(job, "manifests");

    /// <summary>Which piece set holds the content of a version, by iteration.</summary>
    public RedisKey PieceSets(JobId job) => OfJob(job, "piece-sets");

    /// <summary>The piece sets that no manifest refers to: being written, abandoned, or of a removed version.</summary>
    public RedisKey LoosePieceSets(JobId job) => OfJob(job, "loose-piece-sets");

    /// <summary>The iteration committed last.</summary>
    public RedisKey Latest(JobId job) => OfJob(job, "latest");

    /// <summary>The best versions, best first.</summary>
    public RedisKey Best(JobId job) => OfJob(job, "best");

    /// <summary>One piece of a version's content.</summary>
    public RedisKey Piece(JobId job, string pieceSet, int piece) => OfJob(job, $"piece:{pieceSet}:{piece}");

    /// <summary>A data set's manifest.</summary>
    public RedisKey Dataset(string name) => $"{prefix}:dataset:{name}";

    /// <summary>The manifest of a data set by its content: it stays when another is imported under the name.</summary>
    public RedisKey Dataset(string name, string contentSha256) => $"{prefix}:dataset:{name}@{contentSha256}";

    /// <summary>One piece of a class shard.</summary>
    public RedisKey Shard(string sha256, int piece) => $"{prefix}:shard:{{{sha256}}}:{piece}";

    private RedisKey OfJob(JobId job, string what) => $"{prefix}:{{{job.Value}}}:{what}";
}
