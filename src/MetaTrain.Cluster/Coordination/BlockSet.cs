using System.Numerics;

namespace MetaTrain.Cluster.Coordination;

/// <summary>Some of the blocks of a round: who is in, how many, and which comes first, without looking at all of them.</summary>
internal sealed class BlockSet
{
    private readonly ulong[] _words;

    // No word before it holds a block.
    private int _from;

    /// <summary>All blocks from 0 on.</summary>
    public BlockSet(int blocks)
    {
        _words = new ulong[((blocks - 1) / 64) + 1];
        Array.Fill(_words, ulong.MaxValue);
        _words[^1] = ulong.MaxValue >> ((64 - (blocks % 64)) % 64);
        Count = blocks;
    }

    public int Count { get; private set; }

    public bool Contains(int block) => (_words[block / 64] & Bit(block)) != 0;

    public void Add(int block)
    {
        if (!Contains(block))
        {
            _words[block / 64] |= Bit(block);
            _from = Math.Min(_from, block / 64);
            Count++;
        }
    }

    public void Remove(int block)
    {
        if (Contains(block))
        {
            _words[block / 64] &= ~Bit(block);
            Count--;
        }
    }

    /// <summary>The first block that may be taken; null when there is none.</summary>
    public int? First(Predicate<int>? only = null)
    {
        while (_from < _words.Length - 1 && _words[_from] == 0)
        {
            _from++;
        }

        for (int at = _from; at < _words.Length && Count > 0; at++)
        {
            for (ulong left = _words[at]; left != 0; left &= left - 1)
            {
                int block = (at * 64) + BitOperations.TrailingZeroCount(left);
                if (only is null || only(block))
                {
                    return block;
                }
            }
        }

        return null;
    }

    private static ulong Bit(int block) => 1UL << (block % 64);
}
