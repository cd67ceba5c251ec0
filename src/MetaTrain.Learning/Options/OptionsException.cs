namespace MetaTrain.Learning.Options;

/// <summary>An option that cannot be: its message is one sentence with the option's path, its value and what is allowed.</summary>
/// <param name="path">The option's path in the spec, for instance "algorithm.innerSteps".</param>
/// <param name="message">The whole sentence.</param>
/// <param name="innerException">What was thrown below, if anything.</param>
public sealed class OptionsException(string path, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>The option's path in the spec, for instance "algorithm.innerSteps".</summary>
    public string Path { get; } = path;
}
