namespace MetaTrain.Console.Live;

/// <summary>The room that a screen has.</summary>
internal readonly record struct ScreenSize(int Width, int Height);
