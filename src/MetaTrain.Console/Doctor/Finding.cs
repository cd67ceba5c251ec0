namespace MetaTrain.Console.Doctor;

/// <summary>How serious a finding is.</summary>
internal enum Verdict
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>It works, and could bite.</summary>
    Warning,

    /// <summary>It does not work.</summary>
    Bad,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Check">What.</param>
/// <param name="Verdict">How serious.</param>
/// <param name="Text">What was found.</param>
/// <param name="Remedy">What to do about it; null when it is as it should be.</param>
internal sealed record Finding(string Check, Verdict Verdict, string Text, string? Remedy = null)
{
    private const int CheckWidth = 15;

    public static Finding Good(string check, string text) => new(check, Verdict.Good, text);

    public static Finding Warning(string check, string text, string remedy) => new(check, Verdict.Warning, text, remedy);

    public static Finding Bad(string check, string text, string remedy) => new(check, Verdict.Bad, text, remedy);

    /// <inheritdoc/>
    public override string ToString()
    {
        string mark = Verdict switch
        {
            Verdict.Good => "ok  ",
            Verdict.Warning => "warn",
            _ => "BAD ",
        };
        string line = $"{mark}  {Check.PadRight(CheckWidth)}  {Text}";
        return Remedy is null ? line : $"{line}{Environment.NewLine}{new string(' ', CheckWidth + 8)}-> {Remedy}";
    }
}
