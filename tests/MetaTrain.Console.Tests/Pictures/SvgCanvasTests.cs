using System.Globalization;
using System.Xml.Linq;
using MetaTrain.Console.Pictures;

namespace MetaTrain.Console.Tests.Pictures;

public sealed class SvgCanvasTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Canvas_IsAWhiteSvg_WithItsElementsInOrder()
    {
        XElement root = Parse(new SvgCanvas()
            .Rectangle(1, 2, 3, 4, new Pen("#111", 2, "#fff"))
            .Line(0, 0, 1.005, 2.345, new Pen("#222", Dashes: "1 2"))
            .Circle(5, 6, 7, new Pen(Fill: "#333"))
            .Image(1, 1, 2, 2, "data:image/png;base64,AAAA"));

        Assert.Equal(["title", "rect", "rect", "line", "circle", "image"], root.Elements().Select(element => element.Name.LocalName));
        Assert.Equal(("640", "0 0 640 480"), ((string?)root.Attribute("width"), (string?)root.Attribute("viewBox")));
        Assert.Equal("#fff", (string?)root.Elements(Svg + "rect").First().Attribute("fill"));
        Assert.Equal(("#222", "1 2", "none"), (Of(root, "line", "stroke"), Of(root, "line", "stroke-dasharray"), Of(root, "line", "fill")));
        Assert.Null(Of(root, "circle", "stroke"));
        Assert.Equal("data:image/png;base64,AAAA", Of(root, "image", "href"));
    }

    [Fact]
    public void Text_MeansItself_WhateverStandsInIt()
    {
        XElement root = Parse(new SvgCanvas().Text(1, 2, "a < b & \"c\" > 'd' \u0001é", new Lettering(14, Bold: true, Anchor: TextAnchor.End)));

        Assert.Equal("a < b & \"c\" > 'd' é", root.Element(Svg + "text")!.Value);
        Assert.Equal(("14", "bold", "end"), (Of(root, "text", "font-size"), Of(root, "text", "font-weight"), Of(root, "text", "text-anchor")));
        Assert.Equal("1 < 2", root.Element(Svg + "title")!.Value);
    }

    [Fact]
    public void Curve_IsBroken_WhereAPointIsNotFinite()
    {
        XElement root = Parse(new SvgCanvas()
            .Curve([(0, 1), (1, 2), (2, double.NaN), (3, 4.125), (4, double.PositiveInfinity), (5, 6)], new Pen("#000"))
            .Curve([(0, double.NaN)], new Pen("#000")));

        Assert.Equal("M0 1L1 2M3 4.12M5 6", Of(root, "path", "d"));
        Assert.Single(root.Elements(Svg + "path"));
    }

    [Fact]
    public void Within_CutsWhatLiesOutside()
    {
        XElement root = Parse(new SvgCanvas().Within(1, 2, 3, 4, inner => inner.Line(0, 0, 9, 9, new Pen("#000"))));

        Assert.Equal("clip1", Of(root, "clipPath", "id"));
        Assert.Equal("url(#clip1)", Of(root, "g", "clip-path"));
        Assert.Equal("line", Assert.Single(root.Element(Svg + "g")!.Elements()).Name.LocalName);
    }

    [Fact]
    public void Numbers_AreTheSameInEveryCulture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            // Made here: a machine may know no culture but the invariant one.
            var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            comma.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = comma;
            Assert.Equal("1234.57", Of(Parse(new SvgCanvas().Circle(1234.567, 0, 1, new Pen("#000"))), "circle", "cx"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData(-5, 5, 10, "-5 -4 -3 -2 -1 0 1 2 3 4 5")]
    [InlineData(-0.31, 0.12, 5, "-0.3 -0.2 -0.1 0 0.1")]
    [InlineData(0, 1234, 6, "0 500 1000")]
    [InlineData(3.2, 3.9, 4, "3.2 3.4 3.6 3.8")]
    public void Ticks_AreRoundNumbers(double low, double high, int about, string expected) => Assert.Equal(
        expected, string.Join(' ', new Axis(low, high, 0, 100).Ticks(about).Select(value => value.ToString(CultureInfo.InvariantCulture))));

    [Fact]
    public void Axis_MayRunUpwards() => Assert.Equal((200.0, 0.0, 150.0), (new Axis(-1, 1, 200, 0).At(-1), new Axis(-1, 1, 200, 0).At(1), new Axis(-1, 1, 200, 0).At(-0.5)));

    private static XElement Parse(SvgCanvas canvas) => XElement.Parse(canvas.ToFile(640, 480, "1 < 2"));

    private static string? Of(XElement root, string element, string attribute) => (string?)root.Element(Svg + element)?.Attribute(attribute);
}
