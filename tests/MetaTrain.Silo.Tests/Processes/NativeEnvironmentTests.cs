using MetaTrain.Silo.Hosting;
using MetaTrain.Silo.Processes;

namespace MetaTrain.Silo.Tests.Processes;

public sealed class NativeEnvironmentTests
{
    [Fact]
    public void For_IsOneThreadAWorker_InBothArithmetics() => Assert.All(
        [Arithmetic.Native, Arithmetic.Portable], arithmetic => Assert.Equal("1", NativeEnvironment.For(arithmetic)["OMP_NUM_THREADS"]));

    [Fact]
    public void For_CapsTheInstructionSet_WhenPortable()
    {
        Assert.Equal("avx2", NativeEnvironment.For(Arithmetic.Portable)["ATEN_CPU_CAPABILITY"]);
        Assert.DoesNotContain("ATEN_CPU_CAPABILITY", NativeEnvironment.For(Arithmetic.Native).Keys);
    }

    [Fact]
    public void For_FixesTheWorkspaceOfCublas_OnGpusOnly()
    {
        Assert.Equal(":4096:8", NativeEnvironment.For(Arithmetic.Native, onGpus: true)["CUBLAS_WORKSPACE_CONFIG"]);
        Assert.DoesNotContain("CUBLAS_WORKSPACE_CONFIG", NativeEnvironment.For(Arithmetic.Portable).Keys);
        Assert.Equal(["CUBLAS_WORKSPACE_CONFIG"], NativeEnvironment.Missing(Arithmetic.Native, _ => "4", onGpus: true).Keys);
    }

    [Fact]
    public void Missing_IsEmpty_WhenTheProcessWasStartedWithAll() =>
        Assert.Empty(NativeEnvironment.Missing(Arithmetic.Portable, NativeEnvironment.For(Arithmetic.Portable).GetValueOrDefault));

    [Fact]
    public void Missing_KeepsTheThreadsOfAPerson_AndNotAnotherInstructionSet()
    {
        Assert.Empty(NativeEnvironment.Missing(Arithmetic.Native, _ => "4"));
        Assert.Equal(
            ["ATEN_CPU_CAPABILITY", "MKL_CBWR", "ONEDNN_MAX_CPU_ISA"],
            NativeEnvironment.Missing(Arithmetic.Portable, _ => "4").Keys);
    }

    [Fact]
    public void Missing_IsEverything_WhenNothingOrOnlyEmptyIsSet() =>
        Assert.Equal(NativeEnvironment.For(Arithmetic.Native), NativeEnvironment.Missing(Arithmetic.Native, name => name == "OMP_NUM_THREADS" ? "" : null));
}
