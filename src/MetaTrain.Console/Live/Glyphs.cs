namespace MetaTrain.Console.Live;

/// <summary>The characters of a screen: for terminals that show all of Unicode, and for those that do not.</summary>
internal sealed record Glyphs(string Spark, char BarDone, char BarLeft, string Ellipsis, string Dot, string PlusMinus)
{
    public static Glyphs Unicode { get; } = new("▁▂▃▄▅▆▇█", '━', '─', "…", "·", "±");

    public static Glyphs Ascii { get; } = new("_.-=+*%#", '#', '-', "...", "-", "+-");

    /// <summary>A text in these glyphs.</summary>
    public string Spell(string text) => this == Ascii ? text.Replace("±", PlusMinus).Replace("·", Dot).Replace("…", Ellipsis) : text;
}
