using MetaTrain.TestKit.Data;
using MetaTrain.TestKit.Processes;

namespace MetaTrain.Silo.Tests.RealProcesses;

/// <summary>The program under test, as it was built.</summary>
internal static class SiloProgram
{
    /// <summary>Long, for the machine may be busy: nothing waits for it when all is well.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    public static ChildProcess Start(params string[] arguments) => Start(arguments, environment: null);

    public static ChildProcess Start(string[] arguments, IReadOnlyDictionary<string, string?>? environment) =>
        ChildProcess.StartDotnet(["exec", Path.Combine(SourceTree.OutputOf("src/MetaTrain.Silo"), "MetaTrain.Silo.dll"), .. arguments], environment: environment);
}
