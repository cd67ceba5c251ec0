using MetaTrain.Console.Hosting;
using MetaTrain.Console.LocalClusters;
using MetaTrain.Console.Tests.Fakes;

namespace MetaTrain.Console.Tests.Commands;

public sealed class UsageTests
{
    [Theory]
    [InlineData("", "Usage:")]
    [InlineData("lits", "'metatrain' has no command 'lits': did you mean 'list'? See 'metatrain --help'.")]
    [InlineData("data", "'metatrain data' needs a command: import, list, describe. See 'metatrain data --help'.")]
    [InlineData("data lst", "did you mean 'list'?")]
    [InlineData("train --silos 0", "--silos is '0': give a whole number from 1 to 64. See 'metatrain train --help'.")]
    [InlineData("train --workers many", "--workers is 'many': give a whole number from 1 to 1024.")]
    [InlineData("train --device gpu", "--device is 'gpu': give cpu, cuda:n for one GPU, or cuda for all of the machine.")]
    [InlineData("up --device cuda:x", "--device is 'cuda:x'")]
    [InlineData("train --resume glyphs-1 spec.yaml", "--resume goes on with the job's own spec: leave SPEC and --set away.")]
    [InlineData("train --resume glyphs-1 --set seed=1", "leave SPEC and --set away")]
    [InlineData("train --store http://host", "The store's address 'http://host' is not understood")]
    [InlineData("train nowhere.yaml", "There is no spec 'nowhere.yaml': check the path.")]
    [InlineData("up --wrong", "'--wrong'")]
    [InlineData("down now", "'now'")]
    [InlineData("validate", "Required argument 'SPEC' missing")]
    [InlineData("validate nowhere.yaml", "There is no spec 'nowhere.yaml'")]
    [InlineData("submit", "Required argument 'SPEC' missing")]
    [InlineData("list --cluster ftp://host", "'ftp://host' is neither a store (redis://HOST:PORT) nor a data directory.")]
    [InlineData("describe", "Required argument 'JOB' missing")]
    [InlineData("watch", "Required argument 'JOB' missing")]
    [InlineData("logs", "Required argument 'JOB' missing")]
    [InlineData("logs j --after x", "--after")]
    [InlineData("pause", "Required argument 'JOB' missing")]
    [InlineData("resume", "Required argument 'JOB' missing")]
    [InlineData("cancel", "Required argument 'JOB' missing")]
    [InlineData("evaluate j --at never", "--at is 'never': give last, best, or the number of a committed iteration.")]
    [InlineData("evaluate j --at -3", "--at is '-3'")]
    [InlineData("evaluate j --episodes 0", "--episodes is '0'")]
    [InlineData("evaluate j --split holdout", "'holdout'")]
    [InlineData("picture", "Required argument 'JOB' missing")]
    [InlineData("picture j", "Option '--to' is required.")]
    [InlineData("picture j --to p.svg --task -1", "--task is '-1': give a whole number from 0 to 999999.")]
    [InlineData("picture j --to p.svg --split holdout", "'holdout'")]
    [InlineData("retrieve j --queries q", "Option '--among' is required.")]
    [InlineData("retrieve j --among a", "Option '--queries' is required.")]
    [InlineData("retrieve j --among a --queries q --top 0", "--top is '0': give a whole number from 1 to 1000.")]
    [InlineData("retrieve j --among nowhere --queries q", "There is no folder or file 'nowhere'")]
    [InlineData("data import omniglot", "Option '--from' is required.")]
    [InlineData("data import mine --from here --size 513", "--size is '513': give a whole number from 1 to 512.")]
    [InlineData("data import mine --from here --channels 2", "'2'")]
    [InlineData("data describe", "Required argument 'NAME' missing")]
    [InlineData("export j", "Option '--to' is required.")]
    [InlineData("workers all", "'all'")]
    [InlineData("doctor --store redis://", "The store's address 'redis://' is not understood")]
    public async Task WrongUsage_EndsWithCode2AndOneSentence(string line, string sentence)
    {
        await using var rig = new ConsoleRig();
        Assert.Equal(ExitCode.WrongUsage, await rig.RunPlainAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Contains(sentence, rig.Error + rig.Out);
        Assert.DoesNotContain("   at ", rig.Error);
        Assert.Empty(rig.Launcher.Started);
        Assert.Empty(rig.Connections);
    }

    [Theory]
    [InlineData("--data", "list", "--data", "")]
    [InlineData("--cluster", "list", "--cluster", "")]
    [InlineData("--to", "export", "j", "--to", "")]
    [InlineData("--to", "picture", "j", "--to", "")]
    public async Task WrongUsage_SaysWhichOptionIsEmpty(string option, params string[] line)
    {
        await using var rig = new ConsoleRig();
        Assert.Equal(ExitCode.WrongUsage, await rig.RunPlainAsync(line));
        Assert.Contains($"{option} is empty: give it a value, or leave it away.", rig.Error);
        Assert.Empty(rig.Connections);
    }

    [Fact]
    public void DataDirectory_IsTheStandardOne_WhenItsTextIsEmpty() =>
        Assert.Equal(DataDirectory.Resolve(null, static _ => null), DataDirectory.Resolve("", static _ => ""));

    [Fact]
    public async Task WrongUsage_IsADocument_WhenJsonIsAsked()
    {
        await using var rig = new ConsoleRig();
        Assert.Equal(ExitCode.WrongUsage, await rig.RunPlainAsync("list", "--json", "--wrong"));
        Assert.Equal(2, (int?)rig.Document()["exitCode"]);
        Assert.Contains("'--wrong'", (string?)rig.Document()["error"]);
    }

    [Theory]
    [InlineData("train")]
    [InlineData("up")]
    [InlineData("down")]
    [InlineData("validate")]
    [InlineData("submit")]
    [InlineData("list")]
    [InlineData("describe")]
    [InlineData("watch")]
    [InlineData("logs")]
    [InlineData("pause")]
    [InlineData("resume")]
    [InlineData("cancel")]
    [InlineData("evaluate")]
    [InlineData("picture")]
    [InlineData("retrieve")]
    [InlineData("data import")]
    [InlineData("data list")]
    [InlineData("data describe")]
    [InlineData("export")]
    [InlineData("workers")]
    [InlineData("doctor")]
    public async Task Help_ExistsForEveryCommand(string command)
    {
        await using var rig = new ConsoleRig();
        Assert.Equal(ExitCode.Done, await rig.RunPlainAsync([.. command.Split(' '), "--help"]));
        Assert.Matches($@"Usage:\s+\S+ {command} ", rig.Out);
    }
}
