using System.Text.Encodings.Web;
using System.Text.Json;

namespace MetaTrain.Console.Output;

/// <summary>How documents are written: for programs, and legible to people.</summary>
internal static class JsonStyle
{
    public static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        // The documents go to terminals and files, never into HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
