# Every suite begins here: the built module, a clean connection, and images to work on.

$output = if ($env:IMAGEUTILS_TEST_OUTPUT) { $env:IMAGEUTILS_TEST_OUTPUT } else { Join-Path $PSScriptRoot '../../output' }
$script:ModuleManifest = Join-Path $output 'ImageUtils.PowerShell/ImageUtils.PowerShell.psd1'
Import-Module $script:ModuleManifest -Force
. (Join-Path $PSScriptRoot 'Invoke-PowerShell.ps1')

# The settings of whoever runs the suite shall not change its outcome, nor the suite theirs.
# While tests are only being looked for there is no drive for them yet.
$settings = if ($TestDrive) { Join-Path $TestDrive 'settings' } else { Join-Path ([IO.Path]::GetTempPath()) "no-settings-$PID" }
$env:XDG_CONFIG_HOME = $env:APPDATA = $settings
$script:OptionsFile = Join-Path $env:XDG_CONFIG_HOME 'imageutils/options.json'
$script:HasQemuImg = [bool](Get-Command qemu-img -CommandType Application -ErrorAction Ignore)

# What these pages show only a real image service can do.
$script:RealServicePages = 'Get-ServiceImageMember', 'Add-ServiceImageMember', 'Set-ServiceImageMember', 'Remove-ServiceImageMember', 'Import-ServiceImage', 'Get-ServiceImageTask'

function Get-PageExample {
    <# .SYNOPSIS The examples of the help pages, each with its page, title and code. #>
    foreach ($page in Get-ChildItem -Path (Join-Path $PSScriptRoot '../../docs/en-US') -Filter '*-*.md') {
        $text = Get-Content -Raw -LiteralPath $page.FullName
        foreach ($match in [regex]::Matches($text, '(?s)### (Example \d+: [^\n]+)\n\n```powershell\n(.*?)\n```')) {
            @{ Page = $page.BaseName; Title = $match.Groups[1].Value; Code = $match.Groups[2].Value }
        }
    }
}

function ConvertTo-Secret {
    <# .SYNOPSIS A word of the tests as a SecureString. #>
    param([string] $Text)
    [Net.NetworkCredential]::new('', $Text).SecurePassword
}

function New-RawDisk {
    <# .SYNOPSIS A raw disk with a pattern at its beginning and in its middle, and holes elsewhere. #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '')]
    param([string] $Path, [long] $Size = 4MB)
    $stream = [IO.File]::Create($Path)
    try {
        $pattern = [byte[]](1..251 * 40)
        $stream.Write($pattern, 0, $pattern.Length)
        $stream.Position = [long]($Size / 2)
        $stream.Write($pattern, 0, $pattern.Length)
        $stream.SetLength($Size)
    }
    finally {
        $stream.Dispose()
    }
    $Path
}

function New-Qcow2Disk {
    <# .SYNOPSIS A qcow2 image made by qemu-img from a raw disk. #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '')]
    param([string] $Path, [long] $Size = 4MB, [string] $Backing)
    if ($Backing) {
        & qemu-img create -q -f qcow2 -b $Backing -F raw $Path | Out-Null
    }
    else {
        $raw = New-RawDisk -Path "$Path.tmp" -Size $Size
        & qemu-img convert -f raw -O qcow2 $raw "./$([IO.Path]::GetRelativePath((Get-Location).ProviderPath, $Path))"
        Remove-Item -LiteralPath $raw
    }
    if ($LASTEXITCODE -ne 0) { throw "qemu-img failed with exit code $LASTEXITCODE." }
    $Path
}

function New-LuksDisk {
    <# .SYNOPSIS A LUKS volume made by qemu-img, which times the key derivation and fails at random where the clock is coarse. #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '')]
    param([string] $Path)
    foreach ($attempt in 1..24) {
        $said = & qemu-img create -q -f luks --object secret,id=s,data=only-a-test -o key-secret=s,iter-time=200 $Path 1M 2>&1
        if ($LASTEXITCODE -eq 0) { return $Path }
    }
    throw "qemu-img failed $attempt times: $said"
}

function Get-Sha256([string] $Path) {
    (Get-FileHash -LiteralPath $Path -Algorithm SHA256).Hash
}

function Get-Completion([string] $Line) {
    [System.Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null).CompletionMatches
}

function Get-ErrorOf([scriptblock] $Block) {
    <# .SYNOPSIS The first error record of a block, terminating or not. #>
    $found = @()
    try { & $Block -ErrorVariable +found -ErrorAction SilentlyContinue 2>$null | Out-Null } catch { return $_ }
    $found | Select-Object -First 1
}

function New-StrangeFile {
    <# .SYNOPSIS Paths that lead to no regular file: each must have an answer at once. #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '')]
    param([string] $Folder)
    New-Item -ItemType Directory -Path $Folder | Out-Null
    & mkfifo "$Folder/pipe"
    & ln -s nowhere "$Folder/dangling"
    & ln -s loop "$Folder/loop"
    & ln -s pipe "$Folder/link-to-pipe"
    # The path stays when the listener is gone.
    $listener = [System.Net.Sockets.Socket]::new('Unix', 'Stream', 'Unspecified')
    $listener.Bind([System.Net.Sockets.UnixDomainSocketEndPoint]::new("$Folder/socket"))
    & ln "$Folder/socket" "$Folder/socket-that-stays"
    $listener.Dispose()
    '/pipe', '/dangling', '/loop', '/link-to-pipe', '/socket-that-stays', '' | ForEach-Object { $Folder + $_ }
    '/dev/zero'
    '/dev/tty'
    '/proc/self/mem'
}

function New-VhdChain {
    <# .SYNOPSIS A folder with a base of 4 MiB that holds 1s at its beginning, and a child that holds 2s at 1 MiB. #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '')]
    param([string] $Folder)
    New-Item -ItemType Directory -Path $Folder | Out-Null
    New-Vhd -Path (Join-Path $Folder '1.vhd') -Type 3 -Value 1 -Position 0 -Id 1
    New-Vhd -Path (Join-Path $Folder '0.vhd') -Type 4 -Value 2 -Position 1MB -Id 2 -ParentId 1
    (Resolve-Path $Folder).ProviderPath
}

function Set-Sum {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '')]
    param([byte[]] $Bytes, [int] $Start, [int] $Length, [int] $Offset)
    [long]$sum = 0
    for ($i = $Start; $i -lt $Start + $Length; $i++) { $sum += $Bytes[$i] }
    $sum = 4294967295 - $sum
    for ($i = 0; $i -lt 4; $i++) { $Bytes[$Start + $Offset + $i] = ($sum -shr (24 - 8 * $i)) -band 255 }
}

function New-Vhd {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '')]
    param([string] $Path, [int] $Type, [byte] $Value, [int] $Position, [byte] $Id, [byte] $ParentId)
    $bytes = [byte[]]::new(2048 + 512 + 2MB + 512)
    $put = { param($at, $text) [Text.Encoding]::ASCII.GetBytes($text).CopyTo($bytes, $at) }
    & $put 0 'conectix'
    $bytes[11] = 2; $bytes[13] = 1; $bytes[22] = 2
    & $put 28 'tap'
    $bytes[33] = 1; $bytes[35] = 3
    $bytes[45] = 0x40; $bytes[53] = 0x40; $bytes[63] = $Type; $bytes[83] = $Id
    Set-Sum $bytes 0 512 64
    & $put 512 'cxsparse'
    for ($i = 520; $i -lt 528; $i++) { $bytes[$i] = 255 }
    $bytes[534] = 6; $bytes[537] = 1; $bytes[543] = 2; $bytes[545] = 0x20; $bytes[567] = $ParentId
    Set-Sum $bytes 512 1024 36
    for ($i = 1536; $i -lt 2048; $i++) { $bytes[$i] = 255 }
    $bytes[1536] = 0; $bytes[1537] = 0; $bytes[1538] = 0; $bytes[1539] = 4
    $bytes[2048 + $Position / 4096] = 255
    for ($i = 0; $i -lt 4096; $i++) { $bytes[2560 + $Position + $i] = $Value }
    [Array]::Copy($bytes, 0, $bytes, $bytes.Length - 512, 512)
    [IO.File]::WriteAllBytes((Join-Path (Get-Location).ProviderPath $Path), $bytes)
}

function Start-WebFolder {
    <# .SYNOPSIS A web server on this machine that gives the files of a folder, whole and in parts. It ends with Stop-WebFolder. #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseUsingScopeModifierInNewRunspaces', '', Justification = 'The variables are those of the job itself.')]
    param([string] $Folder)
    $free = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $free.Start()
    $port = $free.LocalEndpoint.Port
    $free.Stop()
    $listener = [Net.HttpListener]::new()
    $listener.Prefixes.Add("http://127.0.0.1:$port/")
    $listener.Start()
    $requests = [Collections.Concurrent.ConcurrentQueue[string]]::new()
    $state = [hashtable]::Synchronized(@{ CutAfter = 0 })
    $job = Start-ThreadJob -ArgumentList $listener, $Folder, $requests, $state -ScriptBlock {
        param($Listener, $Folder, $Requests, $State)
        while ($Listener.IsListening) {
            try { $context = $Listener.GetContext() } catch { return }
            $answer = $context.Response
            try {
                $name = [Uri]::UnescapeDataString($context.Request.Url.AbsolutePath.TrimStart('/'))
                $Requests.Enqueue("$name $($context.Request.Headers['Range'])".Trim())
                $file = Join-Path $Folder $name
                if ($name -eq 'moved') {
                    $answer.StatusCode = 302
                    $answer.Headers['Location'] = 'http://169.254.169.254/latest'
                }
                elseif (-not (Test-Path -LiteralPath $file -PathType Leaf)) {
                    $answer.StatusCode = 404
                }
                else {
                    $data = [IO.File]::ReadAllBytes($file)
                    $from, $to = 0, ($data.Length - 1)
                    if ($context.Request.Headers['Range'] -match '^bytes=(\d+)-(\d*)$') {
                        $from = [int] $Matches[1]
                        if ($Matches[2]) { $to = [Math]::Min($to, [int] $Matches[2]) }
                        $answer.StatusCode = 206
                        $answer.Headers['Content-Range'] = "bytes $from-$to/$($data.Length)"
                    }
                    $answer.Headers['ETag'] = '"' + (Get-Item -LiteralPath $file).LastWriteTimeUtc.Ticks + '"'
                    $answer.ContentLength64 = $to - $from + 1
                    $count = $to - $from + 1
                    if ($State.CutAfter -gt 0 -and $count -gt $State.CutAfter) {
                        $answer.OutputStream.Write($data, $from, $State.CutAfter)
                        $answer.OutputStream.Flush()
                        $answer.Abort()
                        continue
                    }
                    $answer.OutputStream.Write($data, $from, $count)
                }
                $answer.Close()
            }
            catch {
                $answer.Abort()
            }
        }
    }
    [pscustomobject]@{ Address = "http://127.0.0.1:$port"; Requests = $requests; State = $state; Listener = $listener; Job = $job }
}

function Stop-WebFolder {
    <# .SYNOPSIS Ends what Start-WebFolder started. #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '')]
    param($Server)
    $Server.Listener.Close()
    $Server.Job | Remove-Job -Force
}
