using System.Globalization;
using MetaTrain.Cluster.Workers;
using MetaTrain.Silo.Hosting;

namespace MetaTrain.Silo.Verbs;

/// <summary>
/// The faults that tests of the promise inject, from variables only: METATRAIN_FAULT_MAX_DELAY_MS, METATRAIN_FAULT_KILL_ITERATION
/// and METATRAIN_FAULT_KILL_BLOCK. They are no options, so that nobody finds them in the help.
/// </summary>
internal static class FaultVariables
{
    public static FaultOptions Read(EnvironmentDefault environment) => new()
    {
        MaxDelayMilliseconds = (int)(Number(environment, "METATRAIN_FAULT_MAX_DELAY_MS") ?? 0),
        KillIteration = Number(environment, "METATRAIN_FAULT_KILL_ITERATION"),
        KillBlock = (int)(Number(environment, "METATRAIN_FAULT_KILL_BLOCK") ?? 0),
    };

    private static long? Number(EnvironmentDefault environment, string variable) => environment.NonEmpty(variable) switch
    {
        null => null,
        { } text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) => value,
        { } text => throw new StartFailure($"{variable} is '{text}': give a number from 0 on, or unset it.", ExitCode.WrongUsage),
    };
}
