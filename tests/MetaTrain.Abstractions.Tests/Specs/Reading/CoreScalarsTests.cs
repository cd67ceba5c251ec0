using System.Globalization;
using CsCheck;
using MetaTrain.Abstractions.Specs.Reading;

namespace MetaTrain.Abstractions.Tests.Specs.Reading;

public sealed class CoreScalarsTests
{
    [Theory]
    [InlineData("", nameof(ScalarKind.Null))]
    [InlineData("~", nameof(ScalarKind.Null))]
    [InlineData("null", nameof(ScalarKind.Null))]
    [InlineData("true", nameof(ScalarKind.Boolean))]
    [InlineData("False", nameof(ScalarKind.Boolean))]
    [InlineData("yes", nameof(ScalarKind.Text))]
    [InlineData("off", nameof(ScalarKind.Text))]
    [InlineData("0", nameof(ScalarKind.Integer))]
    [InlineData("-17", nameof(ScalarKind.Integer))]
    [InlineData("+17", nameof(ScalarKind.Integer))]
    [InlineData("0o17", nameof(ScalarKind.Integer))]
    [InlineData("0x1F", nameof(ScalarKind.Integer))]
    [InlineData("0o18", nameof(ScalarKind.Text))]
    [InlineData("1_000", nameof(ScalarKind.Text))]
    [InlineData("1e-3", nameof(ScalarKind.Number))]
    [InlineData(".5", nameof(ScalarKind.Number))]
    [InlineData("5.", nameof(ScalarKind.Number))]
    [InlineData("-.inf", nameof(ScalarKind.Number))]
    [InlineData(".nan", nameof(ScalarKind.Number))]
    [InlineData("1e", nameof(ScalarKind.Text))]
    [InlineData(".", nameof(ScalarKind.Text))]
    [InlineData("1,5", nameof(ScalarKind.Text))]
    [InlineData("12:30", nameof(ScalarKind.Text))]
    public void Resolve_FollowsTheCoreSchema_WhenAScalarIsPlain(string text, string kind) =>
        Assert.Equal(kind, CoreScalars.Resolve(text, SpecPosition.None).Kind.ToString());

    [Theory]
    [InlineData("0o17", 15)]
    [InlineData("0x1F", 31)]
    [InlineData("007", 7)]
    public void Resolve_ReadsOtherBases_WhenTheyArePrefixed(string text, long value) =>
        Assert.Equal(value, (long)CoreScalars.Resolve(text, SpecPosition.None).Integer);

    [Fact]
    public void Resolve_KeepsEveryBit_WhenADoubleIsWrittenOut() =>
        Gen.Double.Where(double.IsFinite).Sample(value =>
        {
            SpecScalar read = CoreScalars.Resolve(value.ToString("R", CultureInfo.InvariantCulture), SpecPosition.None);
            Assert.Equal(BitConverter.DoubleToInt64Bits(value + 0.0), BitConverter.DoubleToInt64Bits(read.Number + 0.0));
        });

    [Fact]
    public void Resolve_KeepsEveryDigit_WhenAnIntegerIsWrittenOut() =>
        Gen.ULong.Sample(value => Assert.Equal(value, (ulong)CoreScalars.Resolve(value.ToString(CultureInfo.InvariantCulture), SpecPosition.None).Integer));
}
