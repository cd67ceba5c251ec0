using MetaTrain.Learning.InnerLoop;

namespace MetaTrain.Learning.Fused;

/// <summary>What an inner loop gives to the meta-step.</summary>
internal enum MetaDirection
{
    /// <summary>The gradient of the query loss through the adaptation.</summary>
    SecondOrder,

    /// <summary>The gradient of the query loss at the adapted parameters.</summary>
    FirstOrder,

    /// <summary>The initial parameters minus the adapted ones.</summary>
    TowardsAdapted,

    /// <summary>The gradient of the query loss at the adapted parameters, through the minimum that they are taken for: <see cref="ProximalRule"/>.</summary>
    Implicit,
}

/// <summary>How parameters are adapted to a task, and what comes of it.</summary>
internal sealed record InnerRule
{
    /// <summary>K.</summary>
    public required int Steps { get; init; }

    /// <summary>The step size; not read where step sizes are learned.</summary>
    public required double LearningRate { get; init; }

    /// <summary>How support examples join into the loss.</summary>
    public required InnerLoss Loss { get; init; }

    /// <summary>Support examples of a class that a step sees, in turn; 0 for all. Not for second order.</summary>
    public int Shots { get; init; }

    /// <summary>What the meta-step gets.</summary>
    public required MetaDirection Direction { get; init; }

    /// <summary>True when every parameter has a learned step size.</summary>
    public bool LearnsStepSizes { get; init; }

    /// <summary>The decay of Adam's second moments (beta1 = 0); null for plain steps.</summary>
    public double? AdamBeta2 { get; init; }

    /// <summary>What holds the parameters near where they began; null without. Plain steps alone have it.</summary>
    public ProximalRule? Proximal { get; init; }
}

/// <summary>The term strength / 2 |phi - theta|^2 of an inner loss, and how the gradient through its minimum is solved for.</summary>
/// <param name="Strength">Lambda.</param>
/// <param name="ConjugateGradientSteps">At least 1 where the direction is implicit.</param>
/// <param name="Damping">Added to lambda in the linear system.</param>
internal sealed record ProximalRule(double Strength, int ConjugateGradientSteps, double Damping);
