using System.Runtime.InteropServices;

namespace MetaTrain.Learning.Devices;

/// <summary>
/// The environment as native code sees it: on Unix the one that the process started with, which
/// <see cref="Environment.SetEnvironmentVariable(string, string)"/> does not change.
/// </summary>
internal static partial class NativeEnvironment
{
    public static string? Get(string variable) => OperatingSystem.IsWindows()
        ? Environment.GetEnvironmentVariable(variable)
        : Marshal.PtrToStringUTF8(GetEnv(variable));

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetEnv(string variable);
}
