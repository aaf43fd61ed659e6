<#
.SYNOPSIS
Builds, tests, shows and packs the module, from PowerShell on every system.
.DESCRIPTION
The same tasks as build.sh, which installs what is missing on a bare Debian machine and needs no PowerShell.
.PARAMETER Task
What to do.
.PARAMETER Image
An image for the demonstration; without it, a small one is made.
.EXAMPLE
./build.ps1 -Task test
Builds everything and runs every suite.
#>
#requires -Version 7.6
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('demo', 'build', 'test', 'docs', 'analyze', 'package', 'clean')]
    [string] $Task = 'build',

    [Parameter(Position = 1)]
    [string] $Image
)

$ErrorActionPreference = 'Stop'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = 1
$env:DOTNET_NOLOGO = 1
$configuration = 'Release'
$output = Join-Path $PSScriptRoot 'output'
$module = Join-Path $output 'ImageUtils.PowerShell'
$manifest = Join-Path $module 'ImageUtils.PowerShell.psd1'

. (Join-Path $PSScriptRoot 'tests/ImageUtils.PowerShell.Tests/Invoke-PowerShell.ps1')

function Invoke-DotNet {
    & dotnet @args
    if ($LASTEXITCODE -ne 0) { throw "dotnet $($args -join ' ') failed with exit code $LASTEXITCODE." }
}

function Install-ModuleIfMissing([string] $Name, [string] $Version) {
    if (Get-Module -ListAvailable -Name $Name) { return $true }
    try {
        Install-PSResource -Name $Name -Version $Version -Repository PSGallery -TrustRepository -Quiet
        return $true
    }
    catch {
        "$Name is not here and could not be installed: skipped" | Out-Host
        return $false
    }
}

function Invoke-Build {
    Invoke-DotNet build (Join-Path $PSScriptRoot 'ImageUtils.PowerShell.sln') -c $configuration --nologo -v quiet
    Remove-Item -Recurse -Force -ErrorAction Ignore -LiteralPath (Join-Path $output 'bin'), $module
    Invoke-DotNet publish (Join-Path $PSScriptRoot 'src/ImageUtils.Cli') -c $configuration -o (Join-Path $output 'bin') --nologo -v quiet
    $stage = Join-Path $output 'stage'
    Invoke-DotNet publish (Join-Path $PSScriptRoot 'src/ImageUtils.PowerShell') -c $configuration -o $stage --no-build --nologo -v quiet
    $binaries = New-Item -ItemType Directory -Force -Path (Join-Path $module 'bin')
    Get-ChildItem -Path $stage -Filter *.dll | Where-Object Name -ne 'System.Management.Automation.dll' | Copy-Item -Destination $binaries
    Copy-Item -LiteralPath (Join-Path $PSScriptRoot "src/ImageUtils.PowerShell.Loader/bin/$configuration/net10.0/ImageUtils.PowerShell.Loader.dll") -Destination $binaries
    Get-ChildItem -Path (Join-Path $PSScriptRoot 'module') | Copy-Item -Destination $module
    Copy-Item -LiteralPath (Join-Path $PSScriptRoot 'LICENSE') -Destination $module
    Remove-Item -Recurse -Force -LiteralPath $stage
}

function Invoke-Test {
    Invoke-Build
    $results = New-Item -ItemType Directory -Force -Path (Join-Path $output 'test-results')
    $passed = $failed = $skipped = 0
    foreach ($project in 'ImageUtils.Core.Tests', 'ImageUtils.IntegrationTests') {
        $trx = Join-Path $results "$project.trx"
        Remove-Item -Force -ErrorAction Ignore -LiteralPath $trx
        & dotnet test (Join-Path $PSScriptRoot "tests/$project") -c $configuration --no-build --nologo -v quiet --results-directory $results --logger "trx;LogFileName=$project.trx" | Out-Host
        if (-not (Test-Path -LiteralPath $trx)) { $failed++; continue }
        $counters = ([xml](Get-Content -Raw -LiteralPath $trx)).TestRun.ResultSummary.Counters
        $passed += [int]$counters.passed
        $failed += [int]$counters.executed - [int]$counters.passed
        $skipped += [int]$counters.total - [int]$counters.executed
    }

    $suite = Join-Path $PSScriptRoot 'tests/ImageUtils.PowerShell.Tests'
    $lines = Invoke-PowerShell -NoLogo -NoProfile -NonInteractive -File (Join-Path $suite 'Invoke-Suite.ps1') -OutputDirectory $output
    $lines | Out-Host
    switch -Regex ($lines | Select-Object -Last 1) {
        '^PESTER (\d+) (\d+) (\d+)$' { $passed += [int]$Matches[1]; $failed += [int]$Matches[2]; $skipped += [int]$Matches[3] }
        '^PESTER missing$' { $skipped += @(Select-String -Path (Join-Path $suite '*.Tests.ps1') -Pattern '^\s*It ').Count }
        default { $failed++ }
    }

    "$passed passed, $failed failed, $skipped skipped"
    if ($failed) { exit 1 }
}

function Invoke-Demo {
    if (-not (Test-Path -LiteralPath $manifest)) { Invoke-Build }
    $work = New-Item -ItemType Directory -Path (Join-Path ([IO.Path]::GetTempPath()) "imageutils-demo-$([guid]::NewGuid())")
    try {
        $source = $Image
        if (-not $source) {
            # A disk with this project's documents on it; raw, so that it needs no native tool.
            $source = Join-Path $work 'demo.img'
            $bytes = [byte[]](Get-ChildItem -Path (Join-Path $PSScriptRoot 'docs') -File -Recurse | Get-Content -AsByteStream -Raw)
            $stream = [IO.File]::Create($source)
            $stream.Write($bytes, 0, $bytes.Length)
            $stream.SetLength(32MB)
            $stream.Dispose()
        }

        Invoke-PowerShell -NoLogo -NoProfile -NonInteractive -File (Join-Path $PSScriptRoot 'samples/Demo.ps1') -Image (Resolve-Path -LiteralPath $source).ProviderPath -WorkFolder $work -Module $manifest
        if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
    }
    finally {
        Remove-Item -Recurse -Force -LiteralPath $work
    }
}

function Invoke-HelpBuild {
    if (-not (Test-Path -LiteralPath $module)) { Invoke-Build }
    $help = New-Item -ItemType Directory -Force -Path (Join-Path $module 'en-US')
    Copy-Item -Path (Join-Path $PSScriptRoot 'docs/en-US/about_*.md') -Destination $help
    Get-ChildItem -LiteralPath $help -Filter *.md | Move-Item -Force -Destination { [IO.Path]::ChangeExtension($_.FullName, '.help.txt') }
    $pages = Get-ChildItem -Path (Join-Path $PSScriptRoot 'docs/en-US/*-*.md')
    & (Join-Path $PSScriptRoot 'docs/Export-CommandHelp.ps1') -Page $pages.FullName -Destination (Join-Path $help 'ImageUtils.PowerShell.dll-Help.xml')
    "compiled $(@($pages).Count) help pages"
}

function Invoke-Analyze {
    if (-not (Install-ModuleIfMissing PSScriptAnalyzer '[1.24,2)')) { return }
    $found = Get-ChildItem -Path $PSScriptRoot -Recurse -Include *.ps1, *.psm1, *.psd1 |
        Where-Object FullName -NotMatch '[\\/](output|bin|obj)[\\/]' |
        ForEach-Object { Invoke-ScriptAnalyzer -Path $_.FullName -Settings (Join-Path $PSScriptRoot 'PSScriptAnalyzerSettings.psd1') }
    $found | Out-Host
    if ($found) { exit 1 }
    'script analysis: no findings'
}

switch ($Task) {
    'build' { Invoke-Build; Invoke-HelpBuild }
    'test' { Invoke-Test }
    'demo' { Invoke-Demo }
    'docs' { Invoke-HelpBuild }
    'analyze' { Invoke-Analyze }
    'package' {
        Invoke-Build
        Invoke-HelpBuild
        $packages = New-Item -ItemType Directory -Force -Path (Join-Path $output 'packages')
        $version = (Import-PowerShellDataFile -LiteralPath $manifest).ModuleVersion
        Compress-Archive -Force -Path $module -DestinationPath (Join-Path $packages "ImageUtils.PowerShell-$version.zip")
    }
    'clean' {
        Remove-Item -Recurse -Force -ErrorAction Ignore -LiteralPath $output
        Get-ChildItem -Path (Join-Path $PSScriptRoot 'src'), (Join-Path $PSScriptRoot 'tests') -Recurse -Directory -Include bin, obj | Remove-Item -Recurse -Force
    }
}
