using System.Collections.Immutable;
using System.Globalization;

namespace MetaTrain.Learning.Datasets.Import;

/// <summary>A class and what is told of it, for instance its attributes.</summary>
/// <param name="Class">Its name.</param>
/// <param name="Values">As many as every other class has.</param>
public sealed record ClassDescription(string Class, ImmutableArray<float> Values);

/// <summary>A text file that describes classes by numbers, so that they can be recognised without an example (zero-shot).</summary>
/// <param name="Name">Its name, without folders.</param>
/// <param name="Text">
/// A line for each class, <c>class,value,value,...</c>, with tabs in place of commas where classes have commas in their names. A first line that
/// begins with class, label or name names the columns; empty lines and those that begin with # are passed over.
/// </param>
public sealed record DescriptionFile(string Name, string Text)
{
    /// <summary>The most values that a class may be described by.</summary>
    public const int MostValues = 4096;

    /// <summary>The most values that all classes may have together: a data set's description travels in one message.</summary>
    private const int MostInAll = 1 << 20;

    /// <summary>The descriptions in the order of the file.</summary>
    /// <exception cref="DatasetImportException">It describes no class, or not all in the same way; the message is one sentence.</exception>
    public ImmutableArray<ClassDescription> Read()
    {
        var lines = ClassLines.Of(Text);
        var separator = lines.Any(line => line.Contains('\t')) ? '\t' : ',';
        string[][] rows = [.. lines.Select(line => line.Split(separator).Select(ClassLines.Clean).ToArray())];
        if (rows.Length > 1 && ClassLines.HeadsClasses(rows[0][0]))
        {
            rows = rows[1..];
        }

        if (rows.Length == 0)
        {
            throw new DatasetImportException($"The description file '{Name}' describes no class: write a line 'class,value,value,...' for each.");
        }

        if ((long)rows.Length * rows[0].Length > MostInAll)
        {
            throw new DatasetImportException(
                $"The description file '{Name}' has {rows.Length:N0} classes of {rows[0].Length - 1:N0} values: describe them by at most {MostInAll:N0} values in all.");
        }

        var described = ImmutableArray.CreateBuilder<ClassDescription>(rows.Length);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            var description = Describe(row);
            described.Add(names.Add(description.Class)
                ? description
                : throw new DatasetImportException($"The description file '{Name}' describes the class '{description.Class}' twice: leave one line of it."));
            if (description.Values.Length != described[0].Values.Length)
            {
                throw new DatasetImportException(
                    $"The description file '{Name}' has {description.Values.Length} values for the class '{description.Class}' and {described[0].Values.Length} for '{described[0].Class}': "
                    + "describe each class by the same values.");
            }
        }

        return described.MoveToImmutable();
    }

    private ClassDescription Describe(string[] row)
    {
        if (row.Length < 2 || row[0].Length == 0 || row.Length > MostValues + 1)
        {
            throw new DatasetImportException(
                $"The description file '{Name}' has the line '{Short(string.Join(',', row))}': write the name of a class and 1 to {MostValues} values after it, 'class,value,value,...'.");
        }

        return new ClassDescription(row[0], [.. row.Skip(1).Select(field => IsNumber(field, out var value)
            ? value
            : throw new DatasetImportException($"The description file '{Name}' has '{Short(field)}' among the values of the class '{row[0]}': write numbers, such as 0.5 or 1e-3."))]);
    }

    private static string Short(string text) => text.Length > 60 ? text[..60] + "..." : text;

    private static bool IsNumber(string field, out float value) =>
        float.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && float.IsFinite(value);
}
