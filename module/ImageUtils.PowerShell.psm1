# The cmdlets, the core and what they depend on live in a load context of their own, so that no other module's versions
# can clash with ours. The loader is the only assembly that PowerShell itself loads.

$importModule = Get-Command -Name Import-Module -Module Microsoft.PowerShell.Core
$binaries = Join-Path -Path $PSScriptRoot -ChildPath 'bin'

$isReload = $null -ne ('ImageUtils.PowerShell.Loader.ModuleLoadContext' -as [type])
if (-not $isReload) {
    Add-Type -Path (Join-Path -Path $binaries -ChildPath 'ImageUtils.PowerShell.Loader.dll')
}

$assemblies = [ImageUtils.PowerShell.Loader.ModuleLoadContext]::Load($binaries, 'ImageUtils.Core', 'ImageUtils.PowerShell')

# The core is imported too, so that scripts find its types by name: [ImageUtils.QemuImageInfo].
& $importModule -Assembly $assemblies[0]
$cmdlets = & $importModule -Assembly $assemblies[1] -PassThru

if ($isReload) {
    # A second import of an assembly does not export its cmdlets again (PowerShell issue 20710).
    $addExportedCmdlet = [System.Management.Automation.PSModuleInfo].GetMethod(
        'AddExportedCmdlet',
        [System.Reflection.BindingFlags]'Instance, NonPublic')
    foreach ($cmdlet in $cmdlets.ExportedCmdlets.Values) {
        $null = $addExportedCmdlet.Invoke($ExecutionContext.SessionState.Module, @(, $cmdlet))
    }
}
