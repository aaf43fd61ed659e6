function Invoke-PowerShell {
    <# .SYNOPSIS Runs another process of the PowerShell that this one is, with the given words. #>
    $program = Get-Item -ErrorAction Ignore -LiteralPath (Join-Path $PSHOME 'pwsh'), (Join-Path $PSHOME 'pwsh.exe') | Select-Object -First 1
    if ($program) {
        & $program.FullName @args
    }
    else {
        # As a dotnet tool it has no program of its own beside its libraries.
        & dotnet (Join-Path $PSHOME 'pwsh.dll') @args
    }
}
