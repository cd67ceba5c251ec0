using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Client.Jobs;
using MetaTrain.Client.Tests.Fakes;
using MetaTrain.Console.Live;

namespace MetaTrain.Console.Tests.Live;

public sealed class RunScreenTests
{
    private static readonly TimeSpan Elapsed = TimeSpan.FromSeconds(70);

    [Fact]
    public void Screen_ShowsEverything_InEightyColumns() => AssertScreen(
        """
         glyphs-1                                                       running  1:10
         ━━━━━━━━━━━━━━━━━━━━━━━━━─────────────────   61 %  1,234 / 2,000  ETA 0:38

         meta-loss   0.4312                    █▇▆▄▃▂▂▁▁▁
         accuracy    87.1 %                    ▁▃▅▇█
         validation  91.2 ± 0.8 % at 1,000     ▁█
         tasks/s     183
         committed   iteration 1,200 · 0.6 s ago
         recovery    2 blocks reissued · epoch 1
         plan        4 blocks of 8 · im2col

         local-1/0  2,500 blocks  block 3 of iteration 1,235
         local-1/1  2,436 blocks  waiting

         05:06:10  a worker was lost
         05:06:12  validation at 1,000

         Ctrl-C leaves; the job goes on.
        """,
        Render(80, 24));

    [Fact]
    public void Screen_CutsWithAnEllipsis_WhenTheTerminalIsNarrow() => AssertScreen(
        """
         glyphs-1               running  1:10
         ━━──   61 %  1,234 / 2,000  ETA 0:38

         meta-loss   0.4312
         accuracy    87.1 %
         validation  91.2 ± 0.8 % at 1,000
         tasks/s     183
         committed   iteration 1,200 · 0.6 s…
         recovery    2 blocks reissued · epo…
         plan        4 blocks of 8 · im2col

         local-1/0  2,500 blocks  block 3 of…
         local-1/1  2,436 blocks  waiting

         05:06:10  a worker was lost
         05:06:12  validation at 1,000

         Ctrl-C leaves; the job goes on.
        """,
        Render(40, 24));

    [Fact]
    public void Screen_LeavesOutWhatMattersLeast_WhenTheTerminalIsLow() => AssertScreen(
        """
         glyphs-1                                                       running  1:10
         ━━━━━━━━━━━━━━━━━━━━━━━━━─────────────────   61 %  1,234 / 2,000  ETA 0:38

         meta-loss   0.4312                    █▇▆▄▃▂▂▁▁▁
         accuracy    87.1 %                    ▁▃▅▇█
         validation  91.2 ± 0.8 % at 1,000     ▁█
         tasks/s     183
         committed   iteration 1,200 · 0.6 s ago
         recovery    2 blocks reissued · epoch 1
         plan        4 blocks of 8 · im2col

         … and 2 more workers

         Ctrl-C leaves; the job goes on.
        """,
        Render(80, 15));

    [Fact]
    public void Screen_SaysWhyNothingMoves()
    {
        RunView view = View();
        RunView stalled = view with { Status = view.Status! with { Stalled = "No workers: start a silo." } };
        Assert.Equal(" No workers: start a silo.", Lines(stalled, 80, 24)[2]);
        RunView silent = view with { Silence = TimeSpan.FromSeconds(12) };
        Assert.Equal(" The cluster has not answered for 12 s: trying again ...", Lines(silent, 80, 24)[2]);
        Assert.Equal("Waiting for the job's first sign of life ...", Lines(new RunView(), 80, 24)[0]);
    }

    [Fact]
    public void Screen_HasOnlyAscii_WhenTheTerminalHas()
    {
        string text = string.Join('\n', new RunScreen(Glyphs.Ascii, "", TimeZoneInfo.Utc).Render(View(), Elapsed, new ScreenSize(80, 24)));
        Assert.All(text, character => Assert.True(char.IsAscii(character), $"'{character}'"));
        Assert.Contains("91.2 +- 0.8 %", text);
        Assert.Contains("######----", text);
    }

    [Theory]
    [InlineData(20, 10)]
    [InlineData(33, 5)]
    [InlineData(80, 24)]
    [InlineData(250, 70)]
    [InlineData(80, 2)]
    public void Screen_NeverExceedsItsRoom(int width, int height)
    {
        RunView view = View();
        ImmutableArray<WorkerContribution> many = [.. Enumerable.Range(0, 40).Select(slot => new WorkerContribution($"silo-{slot}/0", slot, "computing"))];
        view = view with { Status = view.Status! with { Workers = many, Failure = new string('x', 500) } };
        ImmutableArray<Line> lines = new RunScreen(Glyphs.Unicode, "Ctrl-C", TimeZoneInfo.Utc).Render(view, Elapsed, new ScreenSize(width, height));
        Assert.InRange(lines.Length, 1, Math.Max(1, height - 1));
        Assert.All(lines, line => Assert.InRange(line.Length, 0, Math.Max(20, width - 3)));
    }

    private static RunView View()
    {
        var view = new RunView();
        (long Iteration, double Accuracy)[] steps = [(834, 0.5), (934, 0.6), (1_034, 0.7), (1_134, 0.8), (1_234, 0.8712)];
        for (int step = 0; step < steps.Length; step++)
        {
            ImmutableArray<RunEvent> events = step switch
            {
                1 => [Statuses.Event(3, "a worker was lost", RunEventKind.Recovery), Statuses.Event(4, "committed", RunEventKind.Checkpoint)],
                2 => [Statuses.Event(5, "validation at 1,000", RunEventKind.Evaluation)],
                _ => [],
            };
            JobStatus status = Statuses.Running() with { Iteration = steps[step].Iteration, MetaAccuracy = steps[step].Accuracy };
            view = view.Apply(new JobUpdate { Status = status, Events = events }, TimeSpan.FromSeconds(50 + (5 * step)));
        }

        return view;
    }

    private static string[] Lines(RunView view, int width, int height) =>
        [.. new RunScreen(Glyphs.Unicode, "Ctrl-C leaves; the job goes on.", TimeZoneInfo.Utc).Render(view, Elapsed, new ScreenSize(width, height)).Select(line => line.ToString())];

    private static string[] Render(int width, int height) => Lines(View(), width, height);

    private static void AssertScreen(string golden, string[] lines) => Assert.Equal(golden.ReplaceLineEndings("\n"), string.Join('\n', lines));
}
