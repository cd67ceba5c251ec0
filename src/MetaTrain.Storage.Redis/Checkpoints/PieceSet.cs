using System.Globalization;
using MetaTrain.Abstractions.Storage;

namespace MetaTrain.Storage.Redis;

/// <summary>
/// The pieces of one attempt to commit. The name is unique to the attempt, so that two coordinators never write the same keys,
/// and tells all that is needed to remove them: the epoch that may still commit them and how many there are.
/// </summary>
internal readonly record struct PieceSet(long Epoch, long Iteration, int Pieces, string Attempt)
{
    public static PieceSet Create(long epoch, CheckpointContent content) =>
        new(epoch, content.Iteration, PieceCount(content.Safetensors.Length), Guid.NewGuid().ToString("N"));

    public static int PieceCount(int length) => Math.Max(1, (int)(((long)length + ICheckpointStore.MaxPieceBytes - 1) / ICheckpointStore.MaxPieceBytes));

    public static bool TryParse(string text, out PieceSet set)
    {
        string[] parts = text.Split('.');
        set = default;
        if (parts.Length != 4
            || !long.TryParse(parts[0], CultureInfo.InvariantCulture, out long epoch)
            || !long.TryParse(parts[1], CultureInfo.InvariantCulture, out long iteration)
            || !int.TryParse(parts[2], CultureInfo.InvariantCulture, out int pieces))
        {
            return false;
        }

        set = new PieceSet(epoch, iteration, pieces, parts[3]);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch}.{Iteration}.{Pieces}.{Attempt}");
}
