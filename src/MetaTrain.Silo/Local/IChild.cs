using System.Collections.Immutable;
using MetaTrain.Silo.Processes;

namespace MetaTrain.Silo.Local;

/// <summary>How to start a process of the cluster.</summary>
/// <param name="Name">What it is called in logs and files.</param>
/// <param name="Arguments">The verb and its options.</param>
/// <param name="Environment">Variables besides the supervisor's own.</param>
internal sealed record ChildPlan(string Name, ImmutableArray<string> Arguments, ImmutableDictionary<string, string> Environment);

/// <summary>How a process ended.</summary>
/// <param name="Code">Its exit code; 128 and the signal's number when it was killed.</param>
/// <param name="LastWords">The last line it wrote to standard error; empty when it was killed.</param>
internal sealed record ChildExit(int Code, string LastWords)
{
    public override string ToString() => LastWords.Length > 0 ? $"code {Code} ({LastWords})" : $"code {Code}";
}

/// <summary>A process that the supervisor has started and holds by its standard input.</summary>
internal interface IChild
{
    ProcessIdentity Identity { get; }

    Task<ChildExit> Exited { get; }

    /// <summary>Lets go: the process drains and ends.</summary>
    void Release();

    /// <summary>Ends it at once.</summary>
    void Kill();
}

/// <summary>Starts processes.</summary>
internal interface IChildLauncher
{
    IChild Start(ChildPlan plan);
}
