using System.Text.Json.Nodes;

namespace MetaTrain.Console.Output;

/// <summary>Results go to stdout, everything else to stderr; with --json, stdout gets exactly one document.</summary>
internal sealed class ConsoleOutput(TextWriter result, TextWriter progress)
{
    /// <summary>True once this command's document was written.</summary>
    public bool DocumentWritten { get; private set; }

    /// <summary>True when stderr is a terminal that can redraw lines.</summary>
    public bool IsInteractive { get; init; }

    /// <summary>The terminal's colours are wanted.</summary>
    public bool HasColour { get; init; }

    /// <summary>The terminal shows characters beyond ASCII.</summary>
    public bool HasUnicode { get; init; } = true;

    /// <summary>Where results go.</summary>
    public TextWriter Result { get; } = result;

    /// <summary>Where progress and messages go.</summary>
    public TextWriter Progress { get; } = progress;

    /// <summary>Writes a line of the result.</summary>
    public void Line(string text = "") => Result.WriteLine(text);

    /// <summary>Writes a line about what is going on.</summary>
    public void Note(string text) => Progress.WriteLine(text);

    /// <summary>Writes the command's one document.</summary>
    public void Document(JsonNode document)
    {
        DocumentWritten = true;
        Result.WriteLine(document.ToJsonString(JsonStyle.Indented));
    }
}
