namespace MetaTrain.Abstractions.Checkpoints;

/// <summary>The element types of the safetensors format. Named as the format names them, without underscores.</summary>
public enum SafetensorsDtype
{
    /// <summary>Truth values, a byte each.</summary>
    Bool,

    /// <summary>Unsigned bytes.</summary>
    U8,

    /// <summary>Signed bytes.</summary>
    I8,

    /// <summary>8-bit floats with 5 exponent bits.</summary>
    F8E5M2,

    /// <summary>8-bit floats with 4 exponent bits.</summary>
    F8E4M3,

    /// <summary>Signed 16-bit integers.</summary>
    I16,

    /// <summary>Unsigned 16-bit integers.</summary>
    U16,

    /// <summary>IEEE 754 half precision.</summary>
    F16,

    /// <summary>The upper half of a single-precision float.</summary>
    BF16,

    /// <summary>Signed 32-bit integers.</summary>
    I32,

    /// <summary>Unsigned 32-bit integers.</summary>
    U32,

    /// <summary>IEEE 754 single precision.</summary>
    F32,

    /// <summary>IEEE 754 double precision.</summary>
    F64,

    /// <summary>Signed 64-bit integers.</summary>
    I64,

    /// <summary>Unsigned 64-bit integers.</summary>
    U64,
}
