namespace MetaTrain.Silo.Store;

/// <summary>The embedded store cannot start or go on; the message says why and what to do.</summary>
internal sealed class EmbeddedStoreException(string message, Exception? inner = null) : Exception(message, inner);
