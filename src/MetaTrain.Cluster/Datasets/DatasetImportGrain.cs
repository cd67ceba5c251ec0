using MetaTrain.Abstractions.Datasets;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Learning.Datasets.Import;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace MetaTrain.Cluster.Datasets;

/// <summary>One import: spools the archive to a temporary file of this silo, then reads it and writes its shards off the grain's turn.</summary>
[Reentrant]
internal sealed partial class DatasetImportGrain(DatasetWriter writer, ILogger<DatasetImportGrain> logger) : Grain, IDatasetImportGrain
{
    private DatasetImportRequest? _request;
    private FileStream? _spool;
    private int _classes;
    private DatasetManifest? _manifest;
    private string? _failure;
    private bool _isOutage;
    private Task? _import;

    public Task BeginAsync(DatasetImportRequest request)
    {
        _request = request;
        _spool?.Dispose();
        try
        {
            _spool = NewSpool();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NoRoom(e);
        }

        DelayDeactivation(TimeSpan.FromHours(1));
        return Task.CompletedTask;
    }

    public async Task AppendAsync(long offset, byte[] piece)
    {
        FileStream spool = Spool();
        // A piece sent twice after a lost answer lands on the same place.
        spool.Position = offset;
        try
        {
            await spool.WriteAsync(piece);
        }
        catch (IOException e)
        {
            throw NoRoom(e);
        }
    }

    public Task CompleteAsync()
    {
        FileStream spool = Spool();
        if (spool.Length != _request!.Length)
        {
            _failure = $"The archive arrived with {spool.Length} of {_request.Length} bytes: import it again.";
        }

        if (_failure is null)
        {
            _import ??= ImportAsync(spool, _request);
        }

        return Task.CompletedTask;
    }

    public Task<DatasetImportStatus> StatusAsync() => Task.FromResult(new DatasetImportStatus(Volatile.Read(ref _classes), _manifest, _failure, _isOutage));

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _spool?.Dispose();
        return Task.CompletedTask;
    }

    private async Task ImportAsync(FileStream spool, DatasetImportRequest request)
    {
        try
        {
            spool.Position = 0;
            // Not Progress<T>: it would post every class to this grain's scheduler.
            _manifest = await Task.Run(() => writer.ImportAsync(request, spool, new Counter(this)));
        }
        catch (Exception e) when (e is DatasetImportException or StoreUnavailableException or InvalidDataException)
        {
            (_failure, _isOutage) = (e.Message, e is StoreUnavailableException);
        }
        catch (OutOfMemoryException)
        {
            _failure = $"The silo had not enough memory for the images of '{request.Name}': give --size and --channels, which bring each down as it is read, or the silo more memory.";
        }
        catch (Exception e)
        {
            LogImportFailed(logger, request.Name, e);
            _failure = $"The import of '{request.Name}' failed unexpectedly ({e.GetType().Name}: {e.Message}); the silo's log has the details.";
        }
    }

    /// <summary>A file without a name, where the system can have such: it goes with the process, however that ends.</summary>
    private static FileStream NewSpool()
    {
        string path = Path.GetTempFileName();
        FileStream spool = new(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(path);
        }

        return spool;
    }

    private static InvalidDataException NoRoom(Exception cause) => new(
        $"The silo cannot keep the archive in {Path.GetTempPath()} ({cause.Message.TrimEnd('.')}): make room there, or start the silo with another folder in TMPDIR.", cause);

    private FileStream Spool() => _spool
        ?? throw new InvalidOperationException("This import is not known any more: the silo that received it is gone. Import the archive again.");

    private sealed class Counter(DatasetImportGrain grain) : IProgress<int>
    {
        public void Report(int value) => Volatile.Write(ref grain._classes, value);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The import of {Dataset} failed")]
    private static partial void LogImportFailed(ILogger logger, string dataset, Exception exception);
}
