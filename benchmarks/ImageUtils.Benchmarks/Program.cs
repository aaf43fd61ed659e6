using ImageUtils.Benchmarks;

using CancellationTokenSource cancellation = new();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    cancellation.Cancel();
};
return args switch
{
    ["info", .. string[] images] => await InfoBenchmark.RunAsync(images, cancellation.Token).ConfigureAwait(false),
    ["merge", .. string[] sizes] => await MergeBenchmark.RunAsync(sizes, cancellation.Token).ConfigureAwait(false),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: benchmarks info [IMAGE...] | merge [MIB]");
    return 2;
}
