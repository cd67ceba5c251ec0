using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Datasets.Sinusoids;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.MetaOptimizers;
using TrainYourOwn;

// Meta-trains a model and a loss of one's own, without a cluster: dotnet run -c Release --project examples/TrainYourOwn [ITERATIONS]
var iterations = args.Length > 0 ? int.Parse(args[0]) : 2000;
var tasks = new SinusoidTaskSource(new SinusoidOptions { Shots = 10, Queries = 10 });
var maml = new Maml(new TanhNet(), HuberLoss.PerExample, new MamlOptions { InnerLearningRate = 0.02 });
var adam = new AdamOptions { Iterations = iterations, TasksPerIteration = 25, LearningRate = 0.003 };
var trainer = new MetaTrainer(new Experiment(tasks, maml, count => new Adam(adam, count), seed: 7), tasksPerIteration: 25);
var settings = new EvaluationSettings { Split = Split.Test, Shots = 10, InnerSteps = [0, 1, 5] };
Console.WriteLine($"before: {string.Join(", ", trainer.Evaluate(settings, episodes: 200))}");
trainer.Train(iterations);
Console.WriteLine($"after:  {string.Join(", ", trainer.Evaluate(settings, episodes: 200))}");
