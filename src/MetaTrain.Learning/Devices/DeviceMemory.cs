namespace MetaTrain.Learning.Devices;

/// <summary>How much memory of a device is in use.</summary>
public static class DeviceMemory
{
    /// <summary>
    /// Of a GPU, what all processes hold on it, as its driver tells: libtorch takes memory in large pieces and keeps them. Of the processor, what
    /// native code of this process has allocated and not freed, as glibc counts it. Null where nothing tells.
    /// </summary>
    public static long? BytesInUse(ComputeDevice device)
    {
        if (!device.IsCuda)
        {
            return NativeHeap.BytesInUse;
        }

        try
        {
            return CudaDriver.OfThisMachine.BytesInUse(device.Index);
        }
        catch (TorchUnavailableException)
        {
            // A figure for people to look at: a GPU that fell off the bus fails the blocks, not the metrics of everything else.
            return null;
        }
    }
}
