using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Tests.Datasets;

/// <summary>Episodes of a task source, for tests.</summary>
internal static class SampledEpisode
{
    /// <summary>One episode, drawn as task <paramref name="position"/> of a block of <paramref name="tasks"/>: everything in it, in one array.</summary>
    public static float[] Values(ITaskSource source, in EpisodeKey key, EpisodeShape? shape = null, int tasks = 1, int position = 0)
    {
        var block = new EpisodeBlock(shape ?? source.TrainingShape, tasks);
        source.Sample(key, block, position);
        float[][] parts = [block.SupportInputs, block.QueryInputs, block.SupportTargets, block.QueryTargets];
        return [.. parts.SelectMany(part => part.Skip(part.Length / tasks * position).Take(part.Length / tasks))];
    }

    /// <summary>The support and query images of an episode, by class.</summary>
    public static (float[][] Support, float[][] Query) Images(ITaskSource source, in EpisodeKey key)
    {
        var block = new EpisodeBlock(source.TrainingShape, 1);
        source.Sample(key, block, 0);
        return ([.. block.SupportInputs.Chunk(source.TrainingShape.InputLength)], [.. block.QueryInputs.Chunk(source.TrainingShape.InputLength)]);
    }
}
