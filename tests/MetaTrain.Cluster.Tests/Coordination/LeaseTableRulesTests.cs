using CsCheck;
using MetaTrain.Cluster.Coordination;
using Microsoft.Extensions.Time.Testing;

namespace MetaTrain.Cluster.Tests.Coordination;

public sealed class LeaseTableRulesTests
{
    [Fact]
    public void Table_DecidesAsThePlainRulesDo_WhateverHappens() =>
        Gen.Select(Gen.Int[1, 150], Gen.Int[1, 9], Gen.Int[0, int.MaxValue]).Sample((blocks, workers, seed) =>
        {
            Random random = new(seed);
            FakeTimeProvider time = new();
            BlockTimes times = new();
            LeaseTable table = new(blocks, times, time);
            PlainLeaseTable plain = new(blocks, times, time);
            for (int happening = 0; happening < 400; happening++)
            {
                string worker = $"silo/{random.Next(workers)}";
                int block = random.Next(blocks);
                switch (random.Next(12))
                {
                    case < 6:
                        int modulus = random.Next(4) == 0 ? 3 : 1;
                        (int, int) home = random.Next(2) == 0 ? default : (block, random.Next(block, blocks + 1));
                        (int, bool)? expected = plain.TryLease(worker, only => only % modulus == 0, home);
                        bool isLeased = table.TryLease(worker, out (int Block, bool Again) grant, modulus == 1 ? null : only => only % modulus == 0, home);
                        Assert.Equal(expected, isLeased ? grant : null);
                        break;
                    case < 8:
                        Assert.Equal(plain.Complete(block, worker), table.Complete(block, worker));
                        break;
                    case 8:
                        plain.Withdraw(block, worker);
                        table.Withdraw(block, worker);
                        break;
                    case 9:
                        Assert.Equal(plain.Lose(dead => dead == worker), table.Lose(dead => dead == worker));
                        break;
                    case 10:
                        Assert.Equal(plain.Expire(), table.Expire());
                        break;
                    default:
                        times.Observe(TimeSpan.FromMilliseconds(random.Next(400)));
                        time.Advance(TimeSpan.FromMilliseconds(random.Next(4_000)));
                        break;
                }

                Assert.Equal((plain.Done, plain.Free.Length, plain.Out.Length), (table.Done, table.Free, table.Out));
            }

            Assert.Equal(plain.Out, table.Outstanding.Select(static pair => pair.Block).Order());
            Assert.Equal(plain.Held, table.Held);
            Assert.Equal(plain.Noteworthy, table.Noteworthy);
            Assert.Equal(plain.Losses, Enumerable.Range(0, blocks).Select(table.Losses));
        });
}
