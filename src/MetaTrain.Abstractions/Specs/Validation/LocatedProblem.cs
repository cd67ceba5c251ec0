using MetaTrain.Abstractions.Specs.Reading;

namespace MetaTrain.Abstractions.Specs.Validation;

/// <summary>A problem with the place by which all are put in order.</summary>
internal sealed record LocatedProblem(SpecPosition Position, string Path, string Sentence)
{
    public SpecProblem ToProblem() => new(Path, Sentence, Position.Override == 0 && Position.Line > 0 ? Position.Line : null);
}
