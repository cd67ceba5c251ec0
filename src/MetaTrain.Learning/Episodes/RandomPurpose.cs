namespace MetaTrain.Learning.Episodes;

/// <summary>
/// What a random choice is for. Each purpose has its own stream, so that a choice added to one never shifts another.
/// The numbers enter the counter: never change or reuse one.
/// </summary>
public enum RandomPurpose : byte
{
    /// <summary>Initial values of parameters.</summary>
    Parameters = 1,

    /// <summary>Which classes an episode has.</summary>
    Classes = 2,

    /// <summary>Which examples of a class are its support and query examples.</summary>
    Examples = 3,

    /// <summary>How the images of an episode's classes are changed.</summary>
    Augmentation = 4,

    /// <summary>What a regression task is, for instance its amplitude and phase.</summary>
    TaskParameters = 5,

    /// <summary>The inputs of a regression task.</summary>
    Inputs = 6,

    /// <summary>The stroke program of a glyph class.</summary>
    GlyphProgram = 7,

    /// <summary>How one example of a glyph is drawn.</summary>
    GlyphDrawing = 8,

    /// <summary>Which classes of a data set belong to which split.</summary>
    Splits = 9,

    /// <summary>Choices that an algorithm makes while it computes.</summary>
    Algorithm = 10,

    /// <summary>How many classes and support examples the episodes of an iteration have.</summary>
    EpisodeSizes = 11,
}
