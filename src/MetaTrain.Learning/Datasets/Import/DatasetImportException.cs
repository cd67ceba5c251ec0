namespace MetaTrain.Learning.Datasets.Import;

/// <summary>Files that cannot become a data set: its message is one sentence with what is wrong, where, and the remedy.</summary>
/// <param name="message">The sentence.</param>
/// <param name="innerException">What was thrown below, if anything.</param>
public sealed class DatasetImportException(string message, Exception? innerException = null) : Exception(message, innerException);
