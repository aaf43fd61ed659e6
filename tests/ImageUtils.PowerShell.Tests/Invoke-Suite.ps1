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
    Get-Module -ListAvailable -Name Pester | Where-Object { $_.Version.Major -eq 5 } | Sort-Object Version -Descending | Select-Object -First 1
}

if (-not (Find-Pester) -and (Get-Command Install-PSResource -ErrorAction Ignore)) {
    try {
        Install-PSResource -Name Pester -Version '[5.7,6)' -Repository PSGallery -TrustRepository -Quiet
    }
    catch {
        Write-Verbose "Pester could not be installed: $_"
    }
}

$pester = Find-Pester
if (-not $pester) {
    'PESTER missing'
    exit 0
}

Import-Module $pester.Path
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
