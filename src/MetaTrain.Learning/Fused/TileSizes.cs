namespace MetaTrain.Learning.Fused;

/// <summary>A number that the compiler knows: each size of a tile is compiled by itself, with the rest of its code left out.</summary>
internal interface ISize
{
    static abstract int Count { get; }
}

internal readonly struct Size1 : ISize
{
    public static int Count => 1;
}

internal readonly struct Size2 : ISize
{
    public static int Count => 2;
}

internal readonly struct Size3 : ISize
{
    public static int Count => 3;
}

internal readonly struct Size4 : ISize
{
    public static int Count => 4;
}

internal readonly struct Size5 : ISize
{
    public static int Count => 5;
}

internal readonly struct Size6 : ISize
{
    public static int Count => 6;
}
