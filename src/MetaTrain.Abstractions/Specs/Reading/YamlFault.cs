using YamlDotNet.Core;

namespace MetaTrain.Abstractions.Specs.Reading;

/// <summary>Says a YAML syntax error in one sentence.</summary>
internal static class YamlFault
{
    public static SpecProblem Describe(string text, YamlException fault)
    {
        string? tabbed = FirstTabIndentation(text, fault, out int tabLine);
        if (tabbed is not null)
        {
            return new SpecProblem("", tabbed, tabLine);
        }

        string reason = fault.Message.Trim().TrimEnd('.', '!');
        reason = reason.Length > 0 ? char.ToLowerInvariant(reason[0]) + reason[1..] : "it cannot be parsed";
        return new SpecProblem(
            "", $"Line {fault.Start.Line}, column {fault.Start.Column}: this is not valid YAML: {reason.ReplaceLineEndings(" ")}.", (int)fault.Start.Line);
    }

    /// <summary>A tab in front of a key is the commonest cause of errors whose message names something else.</summary>
    private static string? FirstTabIndentation(string text, YamlException fault, out int line)
    {
        line = 0;
        foreach (ReadOnlySpan<char> content in text.AsSpan().EnumerateLines())
        {
            line++;
            if (line > Math.Max(fault.End.Line, fault.Start.Line))
            {
                return null;
            }

            int indentation = content.IndexOfAnyExcept(' ', '\t');
            int tab = content[..Math.Max(indentation, 0)].IndexOf('\t');
            if (tab >= 0)
            {
                return $"Line {line}, column {tab + 1}: YAML is not indented by tabs; use spaces.";
            }
        }

        return null;
    }
}
