using static TorchSharp.torch;

namespace MetaTrain.Learning.Tensors;

public static partial class Ops
{
    /// <summary>The square root. Its derivative at 0 is infinite.</summary>
    public static Tensor Sqrt(Tensor x) => x.sqrt();

    /// <summary>
    /// Numbers of any magnitude as two of about one, (log|x| / p, sign x) where |x| is at least exp(-p), else (-1, exp(p) x):
    /// Andrychowicz et al. 2016, arXiv:1606.04474, appendix A.
    /// </summary>
    /// <param name="x">Of any shape. Not meant to be differentiated.</param>
    /// <param name="p">How small numbers are before they are as good as nothing: the paper takes 10.</param>
    /// <returns>The shape of <paramref name="x"/> with a last dimension of 2.</returns>
    public static Tensor LogAndSign(Tensor x, double p = 10)
    {
        // The logarithm of 0 is minus infinity, which is below -p like that of every number that is too small.
        var size = Scale(Log(Abs(x)), 1 / p).clamp_min(HeldScalars.MinusOne);
        var sign = Scale(x, Episodes.PortableMath.Exp(p)).clamp(HeldScalars.MinusOne, HeldScalars.One);
        return stack([size, sign], -1);
    }
}
