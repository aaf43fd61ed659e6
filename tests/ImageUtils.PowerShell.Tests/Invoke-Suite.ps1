<#
.SYNOPSIS
Runs the Pester suite on the built module and ends with a line "PESTER passed failed skipped", or "PESTER missing".
.PARAMETER OutputDirectory
The folder that holds the built module.
#>
[CmdletBinding()]
param([Parameter(Mandatory)] [string] $OutputDirectory)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$PSStyle.OutputRendering = 'PlainText'

function Find-Pester {
    (Get-Module -ListAvailable -Name Pester | Where-Object { $_.Version.Major -eq 5 } | Sort-Object Version -Descending | Select-Object -First 1).Path
}

function Restore-Pester {
    <# .SYNOPSIS Brings the package that Pester.proj names, and gives the path of its module. #>
    $project = Join-Path $PSScriptRoot 'Pester.proj'
    & dotnet restore $project --nologo -v quiet 2>&1 | Write-Verbose
    if ($LASTEXITCODE -eq 0) {
        $packages = & dotnet msbuild $project -getProperty:NuGetPackageRoot
        $version = (& dotnet msbuild $project -getItem:PackageDownload | ConvertFrom-Json).Items.PackageDownload[0].Version.Trim('[', ']')
        Join-Path $packages "pester/$version/tools/Pester.psd1"
    }
}

function Install-Pester {
    try {
        Install-PSResource -Name Pester -Version '[5.7,6)' -Repository PSGallery -TrustRepository -Quiet
        Find-Pester
    }
    catch {
        Write-Verbose "Pester could not be installed: $_"
    }
}

$pester = (Find-Pester) ?? (Restore-Pester) ?? (Install-Pester)
if (-not $pester) {
    'PESTER missing'
    exit 0
}

Import-Module $pester
$env:IMAGEUTILS_TEST_OUTPUT = $OutputDirectory
$configuration = New-PesterConfiguration
$configuration.Run.Path = $PSScriptRoot
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
$configuration.Output.RenderMode = 'Plaintext'
$configuration.TestResult.Enabled = $true
$configuration.TestResult.OutputPath = Join-Path $OutputDirectory 'test-results/pester.xml'
$result = Invoke-Pester -Configuration $configuration
$failed = $result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount
"PESTER $($result.PassedCount) $failed $($result.SkippedCount + $result.NotRunCount)"
