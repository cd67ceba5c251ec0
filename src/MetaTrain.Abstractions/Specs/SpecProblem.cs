namespace MetaTrain.Abstractions.Specs;

/// <summary>One thing that is wrong with a spec.</summary>
/// <param name="Path">The key's path, for instance <c>algorithm.innerSteps</c>; empty when the text as a whole is meant.</param>
/// <param name="Sentence">What is wrong, with the path, the line, the value and what is allowed: made to be shown as it is.</param>
/// <param name="Line">The line it stands on, from 1; null when it has none (a missing key, an override).</param>
public sealed record SpecProblem(string Path, string Sentence, int? Line = null);
