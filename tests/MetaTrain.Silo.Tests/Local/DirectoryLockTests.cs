using MetaTrain.Silo.Hosting;
using MetaTrain.Silo.Local;
using MetaTrain.TestKit.Data;

namespace MetaTrain.Silo.Tests.Local;

public sealed class DirectoryLockTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new("lock");
    private readonly LocalLayout _layout;

    public DirectoryLockTests() => _layout = new LocalLayout(_directory.Path);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Take_RefusesASecondSupervisor_AndNamesTheDirectory()
    {
        using DirectoryLock first = DirectoryLock.Take(_layout);

        StartFailure failure = Assert.Throws<StartFailure>(() => DirectoryLock.Take(_layout));

        Assert.Contains(_directory.Path, failure.Message);
        Assert.Equal(ExitCode.WrongUsage, failure.ExitCode);
    }

    [Fact]
    public void Take_Succeeds_WhenTheFirstHasEnded()
    {
        DirectoryLock.Take(_layout).Dispose();

        using DirectoryLock second = DirectoryLock.Take(_layout);

        Assert.True(File.Exists(_layout.LockFile));
    }

    [Fact]
    public void Create_MakesTheDirectoriesForThisUserAlone()
    {
        LocalLayout layout = new(_directory.Combine("new", "data"));

        layout.Create();

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(layout.Root));
        }

        Assert.True(Directory.Exists(layout.Logs));
    }
}
