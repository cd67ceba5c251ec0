using CsCheck;
using MetaTrain.Learning.Blocks;

namespace MetaTrain.Learning.Tests.Blocks;

public sealed class FlatArithmeticTests
{
    private static readonly Gen<float[]> Values = Gen.Single[-1e3f, 1e3f].Array[0, 67];

    [Fact]
    public void AddAndDivide_HaveTheBitsOfOneValueAtATime() => Gen.Select(Values, Values, Gen.Int[1, 100]).Sample((a, b, count) =>
    {
        var length = Math.Min(a.Length, b.Length);
        var sum = a.Take(length).ToArray();
        FlatArithmetic.Add(sum, b.AsSpan(0, length));
        FlatArithmetic.Divide(sum, count);

        for (var i = 0; i < length; i++)
        {
            Assert.Equal(BitConverter.SingleToUInt32Bits((a[i] + b[i]) / count), BitConverter.SingleToUInt32Bits(sum[i]));
        }
    });

    [Fact]
    public void Add_Refuses_WhenTheLengthsDiffer() =>
        Assert.Throws<ArgumentException>(() => FlatArithmetic.Add(new float[3], new float[4]));

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void AreFinite_FindsTheOneValueThatIsNot_WhereverItStands(float value)
    {
        for (var length = 1; length <= 67; length++)
        {
            var values = new float[length];
            Array.Fill(values, float.MaxValue);
            values[0] = float.Epsilon;
            Assert.True(FlatArithmetic.AreFinite(values));

            for (var at = 0; at < length; at++)
            {
                var finite = values[at];
                values[at] = value;
                Assert.False(FlatArithmetic.AreFinite(values), $"{value} at {at} of {length} was not seen.");
                values[at] = finite;
            }
        }
    }

    [Fact]
    public void AreFinite_SeesNothing_InAnEmptyVector() => Assert.True(FlatArithmetic.AreFinite([]));
}
