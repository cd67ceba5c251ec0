using System.Collections.Immutable;
using Spectre.Console;

namespace MetaTrain.Console.Live;

/// <summary>Redraws a screen in place on a terminal.</summary>
internal static class LiveTerminal
{
    private static readonly TimeSpan RedrawInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Draws until <paramref name="work"/> has ended, then leaves the last picture standing.</summary>
    public static async Task RunAsync(
        TextWriter writer, bool colour, Func<ScreenSize, ImmutableArray<Line>> draw, Func<Task> work, TimeProvider time)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = colour ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(writer),
        });
        await console.Live(new Text(""))
            .Overflow(VerticalOverflow.Crop)
            .StartAsync(async context =>
            {
                Task running = work();
                while (!running.IsCompleted)
                {
                    Redraw(console, context, draw);
                    await Task.WhenAny(running, Task.Delay(RedrawInterval, time));
                }

                Redraw(console, context, draw);
                await running;
            });
    }

    private static void Redraw(IAnsiConsole console, LiveDisplayContext context, Func<ScreenSize, ImmutableArray<Line>> draw)
    {
        ScreenSize size = SizeOfTerminal();
        console.Profile.Width = size.Width;
        console.Profile.Height = size.Height;
        context.UpdateTarget(new Rows(draw(size).Select(ToText)));
    }

    private static ScreenSize SizeOfTerminal()
    {
        try
        {
            return System.Console.WindowWidth > 0
                ? new ScreenSize(System.Console.WindowWidth, System.Console.WindowHeight)
                : new ScreenSize(80, 24);
        }
        catch (IOException)
        {
            return new ScreenSize(80, 24);
        }
    }

    private static Paragraph ToText(Line line)
    {
        var paragraph = new Paragraph { Overflow = Overflow.Crop };
        foreach (Span span in line.Spans)
        {
            paragraph.Append(span.Text, StyleOf(span.Tone));
        }

        // An empty paragraph takes no row at all.
        return line.Length == 0 ? paragraph.Append(" ") : paragraph;
    }

    private static Style StyleOf(Tone tone) => tone switch
    {
        Tone.Strong => new Style(decoration: Decoration.Bold),
        Tone.Quiet => new Style(Color.Grey),
        Tone.Accent => new Style(Color.Teal),
        Tone.Good => new Style(Color.Green),
        Tone.Warning => new Style(Color.Yellow),
        Tone.Bad => new Style(Color.Red),
        _ => Style.Plain,
    };
}
