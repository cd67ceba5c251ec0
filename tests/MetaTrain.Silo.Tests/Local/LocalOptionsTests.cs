using System.CommandLine;
using MetaTrain.Silo.Local;
using MetaTrain.Silo.Verbs;

namespace MetaTrain.Silo.Tests.Local;

public sealed class LocalOptionsTests
{
    [Fact]
    public void Problems_NamesEachFault()
    {
        LocalOptions options = new() { DataDirectory = "/d", Silos = 0, Workers = 5000 };

        Assert.Collection(
            options.Problems(),
            problem => Assert.Contains("--silos is 0", problem),
            problem => Assert.Contains("--workers is 5000", problem));
        Assert.Empty((options with { Silos = 3, Workers = 0 }).Problems());
    }

    [Fact]
    public void Read_SharesTheCoresAmongTheSilos()
    {
        Assert.Equal(Environment.ProcessorCount, Read().Workers);
        Assert.Equal(1, Read("--silos", $"{Environment.ProcessorCount + 1}").Workers);
        Assert.Equal(7, Read("--workers", "7").Workers);
    }

    [Fact]
    public void Read_TakesTheDataDirectoryFromTheEnvironment_AsAFullPath()
    {
        Assert.Equal(Path.GetFullPath("here"), Read().DataDirectory);
        Assert.Equal(Path.GetFullPath("there"), Read("--data", "there").DataDirectory);
    }

    private static LocalOptions Read(params string[] arguments)
    {
        LocalVerb verb = new(new EnvironmentDefault(name => name == "METATRAIN_DATA" ? "here" : null));
        return verb.Read(verb.ToCommand().Parse(arguments));
    }
}
