using System.Globalization;
using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Console.Output;

/// <summary>How numbers look to people, the same everywhere.</summary>
internal static class Format
{
    /// <summary>12,345.</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>"1 block", "2 blocks".</summary>
    public static string Count(long value, string unit) => $"{Count(value)} {unit}{(value == 1 ? "" : "s")}";

    /// <summary>A share as "87.1 %".</summary>
    public static string Percent(double share) => (share * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    /// <summary>A share with its interval as "87.1 ± 0.6 %".</summary>
    public static string Percent(Estimate share) => string.Create(
        CultureInfo.InvariantCulture, $"{share.Mean * 100:0.0} ± {share.Ci95 * 100:0.0} %");

    /// <summary>A value with its interval as "0.382 ± 0.021".</summary>
    public static string Value(Estimate value) => string.Create(CultureInfo.InvariantCulture, $"{value.Mean:0.000} ± {value.Ci95:0.000}");

    /// <summary>A loss with four digits that matter.</summary>
    public static string Loss(double loss) => Math.Abs(loss) switch
    {
        _ when !double.IsFinite(loss) => loss.ToString(CultureInfo.InvariantCulture),
        0 => "0",
        < 0.001 => loss.ToString("0.00e+0", CultureInfo.InvariantCulture),
        < 10 => loss.ToString("0.0000", CultureInfo.InvariantCulture),
        < 1_000 => loss.ToString("0.00", CultureInfo.InvariantCulture),
        _ => loss.ToString("0.000e+0", CultureInfo.InvariantCulture),
    };

    /// <summary>Tasks per second.</summary>
    public static string Rate(double perSecond) => perSecond switch
    {
        < 10 => perSecond.ToString("0.0", CultureInfo.InvariantCulture),
        _ => perSecond.ToString("N0", CultureInfo.InvariantCulture),
    };

    /// <summary>A span of time on a clock: "1:42", "2:01:42", "3 d 4 h".</summary>
    public static string Clock(TimeSpan time) => time switch
    {
        { TotalDays: >= 2 } => $"{(int)time.TotalDays} d {time.Hours} h",
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, (int)time.TotalMinutes)}:{Math.Max(0, time.Seconds):00}"),
    };

    /// <summary>A span of time in words: "42 s", "3 min 5 s", "2 h 7 min".</summary>
    public static string Words(TimeSpan time) => time switch
    {
        { TotalSeconds: < 10 } => time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s",
        { TotalMinutes: < 1 } => $"{(int)time.TotalSeconds} s",
        { TotalHours: < 1 } => $"{(int)time.TotalMinutes} min {time.Seconds} s",
        _ => $"{(int)time.TotalHours} h {time.Minutes} min",
    };

    /// <summary>A length as "1.4 MiB".</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1024 => $"{bytes} B",
        < 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.0} KiB"),
        < 1024L * 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024.0 * 1024):0.0} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024.0 * 1024 * 1024):0.0} GiB"),
    };

    /// <summary>A point in time as people read it.</summary>
    public static string Time(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>An accuracy, or the errors after each number of steps, of one evaluation.</summary>
    public static string Evaluation(EvaluationSummary evaluation) => evaluation switch
    {
        { Accuracy: { } accuracy } => Percent(accuracy),
        { MeanSquaredError.Count: > 0 } => "MSE " + string.Join(
            ", ", evaluation.MeanSquaredError.Select(each => $"{each.Value.Mean.ToString("0.000", CultureInfo.InvariantCulture)} after {each.Key}")),
        { Loss: { } loss } => "loss " + Value(loss),
        _ => "nothing measured",
    };
}
