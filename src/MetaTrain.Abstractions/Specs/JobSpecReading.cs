using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace MetaTrain.Abstractions.Specs;

/// <summary>What came of reading a spec: the spec, or everything that is wrong with it.</summary>
public sealed record JobSpecReading
{
    private JobSpecReading(JobSpec? spec, string? canonicalJson, ImmutableArray<SpecProblem> problems)
    {
        Spec = spec;
        CanonicalJson = canonicalJson;
        Problems = problems;
    }

    /// <summary>True when the spec can be submitted.</summary>
    [MemberNotNullWhen(true, nameof(Spec), nameof(CanonicalJson))]
    public bool IsValid => Problems.IsEmpty;

    /// <summary>The spec, typed; null when something is wrong.</summary>
    public JobSpec? Spec { get; }

    /// <summary>The spec as it is stored: one text for all spellings of it, with every default filled in; null when something is wrong.</summary>
    public string? CanonicalJson { get; }

    /// <summary>Everything that is wrong, in the order of the document; empty when nothing is.</summary>
    public ImmutableArray<SpecProblem> Problems { get; }

    internal static JobSpecReading Valid(JobSpec spec, string canonicalJson) => new(spec, canonicalJson, []);

    internal static JobSpecReading Invalid(IEnumerable<SpecProblem> problems) => new(null, null, [.. problems]);
}
