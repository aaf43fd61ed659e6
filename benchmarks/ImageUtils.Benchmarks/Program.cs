using ImageUtils.Benchmarks;

using CancellationTokenSource cancellation = new();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    cancellation.Cancel();
};
return args is ["info", .. string[] images]
    ? await InfoBenchmark.RunAsync(images, cancellation.Token).ConfigureAwait(false)
    : Usage();

static int Usage()
{
    Console.Error.WriteLine("usage: benchmarks info [IMAGE...]");
    return 2;
}
