using System.CommandLine;
using MetaTrain.Console.Hosting;

namespace MetaTrain.Console.Commands;

/// <summary>All commands.</summary>
internal static class CommandTree
{
    public static Option<bool> Verbose { get; } = new("--verbose")
    {
        Description = "Show the details of an unexpected error.",
        Recursive = true,
    };

    public static RootCommand Create(ConsoleHost host) => new("MetaTrain: distributed meta-training.")
    {
        Verbose,
        TrainCommand.Create(host),
        UpCommand.Create(host),
        DownCommand.Create(host),
        ValidateCommand.Create(host),
        SubmitCommand.Create(host),
        ListCommand.Create(host),
        DescribeCommand.Create(host),
        WatchCommand.Create(host),
        LogsCommand.Create(host),
        ControlCommand.Create(host, "pause", "Commits a job and stops it; 'resume' lets it go on.", (client, job, token) => client.PauseAsync(job, token)),
        ControlCommand.Create(host, "resume", "Lets a paused job go on.", (client, job, token) => client.ResumeAsync(job, token)),
        ControlCommand.Create(host, "cancel", "Ends a job for good; what it committed stays.", (client, job, token) => client.CancelAsync(job, token)),
        EvaluateCommand.Create(host),
        PictureCommand.Create(host),
        RetrieveCommand.Create(host),
        DataCommand.Create(host),
        ExportCommand.Create(host),
        WorkersCommand.Create(host),
        DoctorCommand.Create(host),
    };
}
