using System.Net;
using System.Net.Sockets;
using MetaTrain.Abstractions.Clusters;
using MetaTrain.Silo.Hosting;
using MetaTrain.Silo.Local;
using MetaTrain.Silo.Verbs;

namespace MetaTrain.Silo.Tests.Local;

public sealed class SiloPlanTests
{
    private readonly LocalOptions _options = new() { DataDirectory = "/d", Silos = 2, Workers = 3, Arithmetic = Arithmetic.Portable, OwnedJobsOnly = true };

    private readonly LocalCluster _cluster = new()
    {
        ClusterId = "local-1",
        Store = "redis://:secret@127.0.0.1:7",
        SupervisorProcessId = 1,
        SupervisorStartedAt = DateTimeOffset.UnixEpoch,
    };

    [Fact]
    public void Next_IsWhatTheVerbRunUnderstands()
    {
        SiloPlan plan = new(1, _options, _cluster);
        ChildPlan next = plan.Next();
        RunVerb verb = new(new EnvironmentDefault(next.Environment.GetValueOrDefault));

        SiloOptions silo = verb.Read(verb.ToCommand().Parse([.. next.Arguments.Skip(1)]));

        Assert.Equal(("local-1", "silo-1", 3, true), (silo.ClusterId, silo.SiloName, silo.Workers, silo.OwnedJobsOnly));
        Assert.Equal((plan.Ports.Silo, plan.Ports.Gateway, plan.Ports.Http), (silo.SiloPort, silo.GatewayPort, silo.HttpPort));
        Assert.Equal(_cluster.Store, silo.Store);
        Assert.Equal(Arithmetic.Portable, silo.Arithmetic);
        Assert.Equal(IPAddress.Loopback, silo.Advertise);
        Assert.Empty(SiloOptionsValidator.Validate(silo));
    }

    [Theory]
    [InlineData(null, 1, true)]
    [InlineData("4", 4, false)]
    public void Next_HandsTheDeviceOn_AndLeavesTheNumberOfWorkersToTheMachine(string? workers, int expected, bool isWorkerPerGpu)
    {
        LocalVerb local = new(new EnvironmentDefault(_ => null));
        string[] given = workers is null ? ["--device", "cuda"] : ["--device", "cuda", "--workers", workers];
        ChildPlan next = new SiloPlan(0, local.Read(local.ToCommand().Parse(given)), _cluster).Next();
        RunVerb verb = new(new EnvironmentDefault(next.Environment.GetValueOrDefault));

        SiloOptions silo = verb.Read(verb.ToCommand().Parse([.. next.Arguments.Skip(1)]));

        Assert.Equal(("cuda", expected, isWorkerPerGpu), (silo.Device, silo.Workers, silo.IsWorkerPerGpu));
        Assert.Equal(":4096:8", next.Environment["CUBLAS_WORKSPACE_CONFIG"]);
    }

    [Fact]
    public void Next_KeepsThePasswordOffTheCommandLine() =>
        Assert.DoesNotContain(new SiloPlan(0, _options, _cluster).Next().Arguments, argument => argument.Contains("secret", StringComparison.Ordinal));

    [Fact]
    public void Next_SetsWhatNativeLibrariesRead()
    {
        ChildPlan next = new SiloPlan(0, _options, _cluster).Next();

        Assert.Equal(("1", "avx2"), (next.Environment["OMP_NUM_THREADS"], next.Environment["ATEN_CPU_CAPABILITY"]));
    }

    [Fact]
    public void Next_KeepsThePorts_WhenTheSiloIsStartedAgain()
    {
        SiloPlan plan = new(0, _options, _cluster);

        Assert.Equal(plan.Next().Arguments, plan.Next().Arguments);
    }

    [Fact]
    public void Next_TakesOtherPorts_WhenOneWasTakenMeanwhile()
    {
        SiloPlan plan = new(0, _options, _cluster);
        plan.Next();
        int gateway = plan.Ports.Gateway;
        using TcpListener thief = new(IPAddress.Loopback, gateway);
        thief.Start();

        plan.Next();

        Assert.NotEqual(gateway, plan.Ports.Gateway);
        Assert.Equal(new LocalSilo("silo-0", 42, plan.Ports.Silo, plan.Ports.Gateway, plan.Ports.Http), plan.Describe(42));
    }
}
