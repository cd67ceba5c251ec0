using System.Runtime.InteropServices;
using System.Security.Cryptography;
using CsCheck;
using MetaTrain.Learning.Datasets.Glyphs;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Tests.Datasets.Glyphs;

public sealed class GlyphTaskSourceTests
{
    private readonly GlyphTaskSource _source = new(new GlyphOptions());

    [Fact]
    public void Sample_GivesTheSameBytesAsEver_WhenTheKeyIsTheSame()
    {
        // Drawn once and kept: the drawings are part of the promise that a job's bits never change. Change it only with the drawing itself.
        var episode = SampledEpisode.Values(_source, new EpisodeKey(7, Split.Test, 0, 42));
        var hash = Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<float>(episode)));
        Assert.Equal("51eee530406443c2d30ec70d0d03ea6bee2cfe6c1472ae4d2f07ddd03bd4dce4", hash);
    }

    [Fact]
    public void Draw_LeavesInkWithinTheImage_WhateverTheClass() => Gen.Select(Gen.Enum<Split>(), Gen.Int[0, GlyphProgram.ClassesPerSplit - 1], Gen.ULong).Sample(
        (split, index, seed) =>
        {
            var image = new float[GlyphDrawing.Side * GlyphDrawing.Side];
            var random = new CounterRandom(seed, RandomPurpose.GlyphDrawing);
            new GlyphDrawing(new GlyphOptions()).Draw(GlyphProgram.Create(split, index), ref random, image);

            Assert.All(image, value => Assert.InRange(value, 0f, 1f));

            // A stroke of 18 by 1.2 pixels has about 20 pixels of ink; half of the paper stays white.
            Assert.InRange(image.Sum(), 12, image.Length / 2);
            Assert.Contains(image, value => value > 0.9f);
        });

    [Fact]
    public void Classes_AreDifferentPrograms_InEverySplit()
    {
        var programs = Enum.GetValues<Split>().SelectMany(split => Enumerable.Range(0, 300).Select(index => string.Join('|', GlyphProgram.Create(split, index).Strokes)));
        Assert.Equal(900, programs.Distinct().Count());
    }

    [Fact]
    public void NearestNeighbourOnPixels_IsNeitherLostNorEnough_WhenTheDefaultsStand()
    {
        // Five ways, one shot: the tuning that the options promise. 300 episodes of 25 queries: a standard error under 1%.
        var right = 0;
        for (var task = 0; task < 300; task++)
        {
            var (support, query) = SampledEpisode.Images(_source, new EpisodeKey(1, Split.Test, 0, task));
            for (var q = 0; q < query.Length; q++)
            {
                right += support.Index().MinBy(s => Distance(s.Item, query[q])).Index == q / _source.TrainingShape.Queries ? 1 : 0;
            }
        }

        Assert.InRange(right / (300.0 * 25), 0.60, 0.70);

        static double Distance(float[] left, float[] right)
        {
            var sum = 0.0;
            for (var i = 0; i < left.Length; i++)
            {
                sum += (left[i] - right[i]) * (left[i] - right[i]);
            }

            return sum;
        }
    }

    [Fact]
    public void Examples_AreNeverDrawnTwice_WithinAnEpisode()
    {
        var (support, query) = SampledEpisode.Images(_source, new EpisodeKey(1, Split.Train, 5, 0));
        Assert.Equal(support.Length + query.Length, support.Concat(query).Select(image => string.Join(',', image)).Distinct().Count());
    }

    [Fact]
    public void Drawing_IsTheProgramItself_WhenThereIsNoJitter()
    {
        var still = new GlyphDrawing(new GlyphOptions { Rotation = 0, Scale = 0, Shear = 0, Shift = 0, Wobble = 0, ThinnestPen = 2, ThickestPen = 2 });
        var program = GlyphProgram.Create(Split.Train, 1);
        var first = new float[GlyphDrawing.Side * GlyphDrawing.Side];
        var second = new float[GlyphDrawing.Side * GlyphDrawing.Side];
        var random = new CounterRandom(1, RandomPurpose.GlyphDrawing);
        still.Draw(program, ref random, first);
        still.Draw(program, ref random, second);
        Assert.Equal(first, second);
    }
}
