using MetaTrain.Console.Hosting;

return await ConsoleProgram.RunAsync(args);
