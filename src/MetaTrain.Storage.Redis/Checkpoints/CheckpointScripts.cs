namespace MetaTrain.Storage.Redis;

/// <summary>What must happen atomically. Every key that a script touches is among its KEYS; the writers' condition is the fencing epoch.</summary>
internal static class CheckpointScripts
{
    /// <summary>
    /// KEYS: epoch, manifests, piece sets, loose piece sets, latest, best. ARGV: epoch, iteration, manifest, piece set, best.
    /// A version that is committed again leaves its old pieces loose.
    /// </summary>
    public const string Commit = """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
        local replaced = redis.call('HGET', KEYS[3], ARGV[2])
        if replaced then redis.call('SADD', KEYS[4], replaced) end
        redis.call('HSET', KEYS[3], ARGV[2], ARGV[4])
        redis.call('SREM', KEYS[4], ARGV[4])
        redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
        redis.call('SET', KEYS[6], ARGV[5])
        redis.call('SET', KEYS[5], ARGV[2])
        return 1
        """;

    /// <summary>KEYS: epoch, manifests, piece sets, loose piece sets. ARGV: epoch, then the iterations to remove.</summary>
    public const string Remove = """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
        for i = 2, #ARGV do
          local set = redis.call('HGET', KEYS[3], ARGV[i])
          if set then redis.call('SADD', KEYS[4], set) end
          redis.call('HDEL', KEYS[2], ARGV[i])
          redis.call('HDEL', KEYS[3], ARGV[i])
        end
        return 1
        """;

    /// <summary>KEYS: latest, manifests.</summary>
    public const string FindLast = """
        local iteration = redis.call('GET', KEYS[1])
        if not iteration then return false end
        return redis.call('HGET', KEYS[2], iteration)
        """;

    /// <summary>KEYS: best, latest, manifests. The first of the ranking that is kept; without one the latest.</summary>
    public const string FindBest = """
        local best = redis.call('GET', KEYS[1])
        if best then
          for iteration in string.gmatch(best, '%d+') do
            local manifest = redis.call('HGET', KEYS[3], iteration)
            if manifest then return manifest end
          end
        end
        local latest = redis.call('GET', KEYS[2])
        if not latest then return false end
        return redis.call('HGET', KEYS[3], latest)
        """;
}
