using System.Globalization;
using FakeTool;

// A program that misbehaves on demand: faketool COMMAND [WORD…]
string command = args.Length > 0 ? args[0] : string.Empty;
string[] rest = args.Skip(1).ToArray();
return command switch
{
    "args" => Talk.Arguments(rest),
    "environment" => Talk.Environment(rest),
    "say" => Talk.Say(rest[0], rest[1]),
    "flood" => Talk.Flood(rest[0], long.Parse(rest[1], CultureInfo.InvariantCulture)),
    "progress" => Talk.Progress(rest),
    "read" => Talk.Read(),
    "exit" => int.Parse(rest[0], CultureInfo.InvariantCulture),
    "signal" => Trouble.DieBySignal(int.Parse(rest[0], CultureInfo.InvariantCulture)),
    "hang" => Trouble.Hang(ignoreSignals: false),
    "ignore" => Trouble.Hang(ignoreSignals: true),
    "grandchild" => Trouble.LeaveGrandchild(rest[0]),
    "tree" => Trouble.Tree(rest[0], rest[1]),
    "burn" => Trouble.Burn(),
    "allocate" => Trouble.Allocate(long.Parse(rest[0], CultureInfo.InvariantCulture)),
    "hold" => await ImageHolder.HoldAsync(rest[0], rest[1], rest[2]),
    "stall" => await ImageHolder.StallAsync(rest[0], rest[1], rest[2]),
    "merge" => await ChainMerge.RunAsync(rest[0]),
    "root" => FakeSudo.Run(rest),
    "refuse" => FakeSudo.Refuse(),
    _ => 64,
};
