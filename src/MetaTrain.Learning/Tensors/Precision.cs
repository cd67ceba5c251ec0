namespace MetaTrain.Learning.Tensors;

/// <summary>What the products of layers (fully connected ones and convolutions) are computed in. All else is float32, whatever is chosen.</summary>
public enum Precision
{
    /// <summary>float32.</summary>
    Float32,

    /// <summary>Factors rounded to TF32 (10 bits of mantissa), sums in float32; on a GPU only.</summary>
    Tf32,

    /// <summary>Factors and results rounded to bfloat16 (7 bits of mantissa), sums in float32; parameters, gradients and losses stay float32.</summary>
    Bfloat16,
}
