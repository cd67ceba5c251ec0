using System.CommandLine;
using System.Net;
using MetaTrain.Silo.Hosting;
using MetaTrain.Silo.Verbs;

namespace MetaTrain.Silo.Tests.Verbs;

public sealed class RunVerbTests
{
    private readonly Dictionary<string, string> _variables = [];

    [Fact]
    public void Read_HasDefaultsForALoopbackSilo()
    {
        SiloOptions options = Read();

        Assert.Equal("redis://127.0.0.1:6379", options.Store);
        Assert.Equal((11111, 30000, 8080, 11112), (options.SiloPort, options.GatewayPort, options.HttpPort, options.TransferPort));
        Assert.Equal(IPAddress.Loopback, options.Listen);
        Assert.Equal(Environment.ProcessorCount, options.Workers);
        Assert.Equal(Arithmetic.Native, options.Arithmetic);
        Assert.Empty(SiloOptionsValidator.Validate(options));
    }

    [Fact]
    public void Read_TakesVariables_AndOptionsBeforeThem()
    {
        _variables["METATRAIN_STORE"] = "redis://store:1";
        _variables["METATRAIN_WORKERS"] = "3";
        _variables["METATRAIN_CLUSTER_ID"] = "from-variable";
        _variables["METATRAIN_ARITHMETIC"] = "portable";
        _variables["METATRAIN_FAULT_MAX_DELAY_MS"] = "40";

        SiloOptions options = Read("--workers", "5");

        Assert.Equal(("redis://store:1", 5, "from-variable"), (options.Store, options.Workers, options.ClusterId));
        Assert.Equal(Arithmetic.Portable, options.Arithmetic);
        Assert.Equal(40, options.Faults.MaxDelayMilliseconds);
        Assert.Null(options.Faults.KillIteration);
    }

    [Fact]
    public void Read_TakesNameAndAddressOfThePod_AndListensEverywhere()
    {
        _variables["POD_NAME"] = "metatrain-2";
        _variables["POD_IP"] = "10.1.2.3";

        SiloOptions options = Read();

        Assert.Equal("metatrain-2", options.SiloName);
        Assert.Equal(IPAddress.Parse("10.1.2.3"), options.Advertise);
        Assert.Equal(IPAddress.Any, options.Listen);
        Assert.Equal("http://10.1.2.3:8080/", options.HttpUri.ToString());
    }

    [Theory]
    [InlineData("METATRAIN_SILO_PORT", "many")]
    [InlineData("METATRAIN_ARITHMETIC", "exact")]
    [InlineData("POD_IP", "pod.local")]
    public void Parse_RefusesAVariable_AndNamesItsValue(string variable, string value)
    {
        _variables[variable] = value;

        Assert.Contains($"'{value}'", Assert.Single(Parse().Errors).Message);
    }

    [Fact]
    public void Read_RefusesAFaultThatIsNoNumber()
    {
        _variables["METATRAIN_FAULT_KILL_ITERATION"] = "soon";

        Assert.Contains("'soon'", Assert.Throws<StartFailure>(() => Read()).Message);
    }

    private SiloOptions Read(params string[] arguments)
    {
        RunVerb verb = Verb();
        return verb.Read(verb.ToCommand().Parse(arguments));
    }

    private ParseResult Parse(params string[] arguments) => Verb().ToCommand().Parse(arguments);

    private RunVerb Verb() => new(new EnvironmentDefault(_variables.GetValueOrDefault));
}
