namespace MetaTrain.Abstractions.Specs.Reading;

/// <summary>Carries one sentence out of a recursive reader; never leaves this folder's parsers.</summary>
internal sealed class SpecSyntaxException(string sentence, SpecPosition position, Exception? inner = null) : Exception(sentence, inner)
{
    public SpecProblem ToProblem() => new("", Message, position.Line > 0 && position.Override == 0 ? position.Line : null);
}
