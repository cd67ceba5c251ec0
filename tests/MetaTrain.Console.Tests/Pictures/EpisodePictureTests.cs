using System.Globalization;
using System.Xml.Linq;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Client.Tests.Fakes;
using MetaTrain.Console.Pictures;

namespace MetaTrain.Console.Tests.Pictures;

public sealed class EpisodePictureTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Images_AreRowsOfClasses_WithTheAnswersBeforeAndAfter()
    {
        XElement picture = Draw(Demonstrated.Images());

        string[] texts = Texts(picture);
        Assert.Equal("glyphs-1, version 1,000: task 3 of the test split", texts[0]);
        Assert.Equal("accuracy 25.0 % before adaptation, 75.0 % after 3 steps", texts[1]);
        Assert.Equal("2-way 1-shot, 2 queries a class (synthetic: glyphs)", texts[2]);
        Assert.Equal(["class 1", "class 2"], texts.Where(text => text.StartsWith("class ", StringComparison.Ordinal)));
        Assert.Equal(["✗ 2", "✓ 1", "✗ 2", "✓ 1", "✓ 2", "✓ 2", "✗ 1", "✗ 1"], texts.Where(text => text[0] is '✓' or '✗'));
        Assert.Equal(2, texts.Count(text => text == "before"));
        Assert.Equal(6, picture.Elements(Svg + "image").Count());
        Assert.Equal(PngImage.DataUri([0, 10, 20, 30], 1, 2, 2), (string?)picture.Elements(Svg + "image").First().Attribute("href"));
        Assert.Equal(3, Frames(picture, "#0a7d33"));
        Assert.Equal(1, Frames(picture, "#c62828"));
        AssertInside(picture);
    }

    [Fact]
    public void Images_SayThatThereIsNoBefore_WhereTheMethodTakesNoSteps()
    {
        Demonstration shown = Demonstrated.Images();
        XElement picture = Draw(shown with { InnerSteps = [], Measures = [0.75], Images = shown.Images! with { Answers = [[0, 0, 1, 0]] } });

        Assert.Equal("accuracy 75.0 % (this method takes no inner steps: there is no 'before')", Texts(picture)[1]);
        Assert.Equal(["✓ 1", "✓ 1", "✓ 2", "✗ 1"], Texts(picture).Where(text => text[0] is '✓' or '✗'));
        Assert.DoesNotContain("before", Texts(picture));
    }

    [Fact]
    public void Images_SayThatThereWereMore()
    {
        XElement picture = Draw(Demonstrated.Images() with { Queries = 90, Ways = 60 });

        Assert.Contains("the first 2 of 60 classes, with at most 1 support and 2 query images each.", Texts(picture)[^1]);
    }

    [Fact]
    public void Curves_AreDrawnBeforeAndAfter_OverTheFunctionAndThePoints()
    {
        XElement picture = Draw(Demonstrated.Curves());

        Assert.Equal("mean squared error 3.214 before adaptation, 0.61 after 1 step, 4.00e-4 after 10 steps", Texts(picture)[1]);
        Assert.Equal("2 support points, 1 query point", Texts(picture)[2]);
        Assert.Equal(
            ["support points", "true function", "model before adaptation", "model after 1 step", "model after 10 steps"], Texts(picture)[^5..]);
        Assert.Equal(4, picture.Element(Svg + "g")!.Elements(Svg + "path").Count());
        Assert.Equal(4, picture.Element(Svg + "g")!.Elements().Select(path => (string?)path.Attribute("stroke")).Distinct().Count());

        // The two points, and the one of the legend.
        Assert.Equal(3, picture.Elements(Svg + "circle").Count());
        AssertInside(picture);
    }

    [Fact]
    public void Curves_ShowTheQueryPoints_WhereTheFunctionIsNotKnown()
    {
        Demonstration shown = Demonstrated.Curves();
        XElement picture = Draw(shown with { Curves = shown.Curves! with { Truth = null } });

        Assert.Contains("query points", Texts(picture));
        Assert.DoesNotContain("true function", Texts(picture));
        Assert.Equal(5, picture.Elements(Svg + "circle").Count());
        AssertInside(picture);
    }

    [Fact]
    public void Curves_StayReadable_WhereTheModelDiverges()
    {
        Demonstration shown = Demonstrated.Curves();
        XElement picture = Draw(shown with { Curves = shown.Curves! with { Answers = [[0, 0, 0], [0, 0, 0], [1e6f, -1e6f, float.PositiveInfinity]] } });

        double[] numbers = [.. Texts(picture).Select(text => text.Replace('−', '-')).Where(text => double.TryParse(text, CultureInfo.InvariantCulture, out _)).Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
        Assert.InRange(numbers.Max(), 3, 5);
        Assert.InRange(numbers.Min(), -5, -3);
    }

    private static XElement Draw(Demonstration shown) => XElement.Parse(EpisodePicture.Draw(new JobId("glyphs-1"), shown));

    private static string[] Texts(XElement picture) => [.. picture.Elements(Svg + "text").Select(text => text.Value)];

    private static int Frames(XElement picture, string colour) => picture.Elements(Svg + "rect").Count(rect => (string?)rect.Attribute("stroke") == colour);

    // Everything lies on the sheet.
    private static void AssertInside(XElement picture)
    {
        double width = Number(picture, "width");
        double height = Number(picture, "height");
        Assert.All(picture.Elements(Svg + "image").Concat(picture.Elements(Svg + "rect").Skip(1)), element =>
        {
            Assert.InRange(Number(element, "x") + Number(element, "width"), 0, width);
            Assert.InRange(Number(element, "y") + Number(element, "height"), 0, height);
        });
        Assert.All(picture.Elements(Svg + "text"), text =>
        {
            Assert.InRange(Number(text, "x"), 0, width);
            Assert.InRange(Number(text, "y"), 0, height);
        });
    }

    private static double Number(XElement element, string attribute) => double.Parse((string)element.Attribute(attribute)!, CultureInfo.InvariantCulture);
}
