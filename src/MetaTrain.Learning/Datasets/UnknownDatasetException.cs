namespace MetaTrain.Learning.Datasets;

/// <summary>A spec names a data set that was never imported.</summary>
/// <param name="name">The name.</param>
public sealed class UnknownDatasetException(string name)
    : Exception($"data.dataset is '{name}', which is no built-in source and no imported data set: import it with `metatrain data import {name} --from PATH`.")
{
    /// <summary>The name.</summary>
    public string Name { get; } = name;
}
