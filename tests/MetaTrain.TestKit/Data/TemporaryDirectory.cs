namespace MetaTrain.TestKit.Data;

/// <summary>A fresh directory that is deleted with everything in it.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    /// <summary>Creates it.</summary>
    /// <param name="purpose">A word that its name starts with.</param>
    public TemporaryDirectory(string purpose = "test") => Path = Directory.CreateTempSubdirectory($"metatrain-{purpose}-").FullName;

    /// <summary>Its absolute path.</summary>
    public string Path { get; }

    /// <summary>The path of something in it.</summary>
    public string Combine(params string[] names) => System.IO.Path.Combine([Path, .. names]);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
