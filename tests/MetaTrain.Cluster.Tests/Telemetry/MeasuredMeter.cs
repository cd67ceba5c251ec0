using System.Diagnostics.Metrics;
using MetaTrain.Cluster.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace MetaTrain.Cluster.Tests.Telemetry;

/// <summary>Instruments on a meter of their own, with a listener that keeps every measurement as "name{label=value,...}" and value.</summary>
internal sealed class MeasuredMeter : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _listener = new();
    private readonly List<(string Series, double Value)> _recorded = [];

    public MeasuredMeter()
    {
        IMeterFactory meters = _services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters))
            {
                Published.Add(instrument);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.Start();
        Instruments = new ClusterInstruments(meters, Time);
    }

    public FakeTimeProvider Time { get; } = new();

    public ClusterInstruments Instruments { get; }

    public List<Instrument> Published { get; } = [];

    /// <summary>The measurements of one series since the start, in order.</summary>
    public double[] Of(string series) => [.. from entry in _recorded where entry.Series == series select entry.Value];

    /// <summary>What the gauges say now.</summary>
    public Dictionary<string, double> ReadGauges()
    {
        int before = _recorded.Count;
        _listener.RecordObservableInstruments();
        return _recorded.Skip(before).ToDictionary(entry => entry.Series, entry => entry.Value);
    }

    public void Dispose()
    {
        _listener.Dispose();
        Instruments.Dispose();
        _services.Dispose();
    }

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string[] labels = [.. from tag in tags.ToArray() select $"{tag.Key}={tag.Value}"];
        _recorded.Add((labels.Length == 0 ? instrument.Name : $"{instrument.Name}{{{string.Join(',', labels)}}}", value));
    }
}
