namespace MetaTrain.Cluster.Coordination;

/// <summary>How the tasks of a round are cut into aligned blocks of one size; the last one may be smaller.</summary>
internal readonly record struct BlockPartition
{
    public BlockPartition(int tasks, int blockSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tasks, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(blockSize, 1);
        Tasks = tasks;
        BlockSize = blockSize;
    }

    public int Tasks { get; }

    public int BlockSize { get; }

    public int Blocks => ((Tasks - 1) / BlockSize) + 1;

    public int FirstTask(int block) => block * BlockSize;

    public int TasksOf(int block) => Math.Min(BlockSize, Tasks - FirstTask(block));
}
