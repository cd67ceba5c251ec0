namespace MetaTrain.Learning.Datasets.Import;

/// <summary>A text file that says which classes are of which split.</summary>
/// <param name="Name">Its name, without folders; where it does not tell splits itself, the name does: train.txt, val.csv, test.txt.</param>
/// <param name="Text">Its content: lines <c>split class</c> or <c>class,split</c>, a class a line, or images under the header <c>filename,label</c>.</param>
public sealed record SplitFile(string Name, string Text);
