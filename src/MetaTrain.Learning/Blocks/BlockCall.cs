using System.Numerics;

namespace MetaTrain.Learning.Blocks;

/// <summary>What a program is called with.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="parameters">[P].</param>
/// <param name="episodes">The block.</param>
internal readonly ref struct BlockCall<T>(ReadOnlySpan<T> parameters, BlockData<T> episodes)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>[P].</summary>
    public ReadOnlySpan<T> Parameters { get; } = parameters;

    /// <summary>The block.</summary>
    public BlockData<T> Episodes { get; } = episodes;
}
