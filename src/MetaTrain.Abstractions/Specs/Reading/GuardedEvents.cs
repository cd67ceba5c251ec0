using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace MetaTrain.Abstractions.Specs.Reading;

/// <summary>
/// The events of a document. On some broken texts (an open bracket before a key, for one) the parser loses its state and throws
/// an exception that names no place; here it becomes the same kind of fault as any other, at the last place that could be read.
/// </summary>
internal sealed class GuardedEvents(string text) : IParser
{
    private readonly Parser _parser = new(new StringReader(text));

    public ParsingEvent? Current => _parser.Current;

    public bool MoveNext()
    {
        Mark reached = _parser.Current?.End ?? Mark.Empty;
        try
        {
            return _parser.MoveNext();
        }
        catch (InvalidOperationException lost)
        {
            throw new YamlException(reached, reached, "A bracket, brace, quote or colon is missing or misplaced near here", lost);
        }
    }
}
