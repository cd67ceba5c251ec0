namespace MetaTrain.Learning.Episodes;

/// <summary>The function of one variable that a regression task's points lie on, but for noise.</summary>
/// <param name="Low">The least input that is drawn.</param>
/// <param name="High">The greatest.</param>
/// <param name="At">Its value at an input.</param>
public sealed record TaskFunction(double Low, double High, Func<double, double> At);
