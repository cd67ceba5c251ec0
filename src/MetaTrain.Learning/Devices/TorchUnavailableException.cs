namespace MetaTrain.Learning.Devices;

/// <summary>libtorch cannot be used in this process. The message is one sentence: what is wrong, and the remedy.</summary>
public sealed class TorchUnavailableException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">One sentence: what is wrong, and the remedy.</param>
    /// <param name="innerException">What the loader said.</param>
    public TorchUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
