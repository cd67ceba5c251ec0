namespace MetaTrain.Learning.Datasets.Images;

/// <summary>All images of some classes under consecutive numbers, so that one can be drawn without looking at what class it is of.</summary>
internal sealed class ImagePool
{
    private readonly ImageClass[] _classes;
    private readonly int[] _ends;

    public ImagePool(ImageClass[] classes)
    {
        (_classes, _ends) = (classes, new int[classes.Length]);
        for (var index = 0; index < classes.Length; index++)
        {
            Count += classes[index].Examples;
            _ends[index] = Count;
        }
    }

    /// <summary>How many images there are.</summary>
    public int Count { get; }

    /// <summary>Where the image of a number lies.</summary>
    public (ImageClass Class, int Example) Find(int image)
    {
        // The first class that ends behind it; a class without examples ends where it begins.
        var (low, high) = (0, _ends.Length - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _ends[middle] > image ? (low, middle) : (middle + 1, high);
        }

        return (_classes[low], image - (_ends[low] - _classes[low].Examples));
    }
}
