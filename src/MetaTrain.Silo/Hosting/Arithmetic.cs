namespace MetaTrain.Silo.Hosting;

/// <summary>Which instructions the native libraries may use.</summary>
internal enum Arithmetic
{
    /// <summary>The best that this processor has: fastest, with bits that belong to its kind.</summary>
    Native,

    /// <summary>The same on every x86-64 processor with AVX2.</summary>
    Portable,
}
