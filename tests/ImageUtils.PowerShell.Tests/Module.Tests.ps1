BeforeAll {
    . (Join-Path $PSScriptRoot 'TestSetup.ps1')
    $module = Get-Module ImageUtils.PowerShell
}

Describe 'The module' {
    It 'exports exactly the cmdlets its manifest names' {
        $manifest = Import-PowerShellDataFile -LiteralPath $ModuleManifest
        $module.ExportedCommands.Keys | Sort-Object | Should -Be ($manifest.CmdletsToExport | Sort-Object)
    }

    It 'exports every cmdlet its assembly has' {
        $assembly = (Get-Command Get-QemuImageInfo).ImplementingType.Assembly
        $names = $assembly.GetTypes() | ForEach-Object {
            $attribute = [Reflection.CustomAttributeExtensions]::GetCustomAttribute($_, [Management.Automation.CmdletAttribute])
            if ($attribute) { "$($attribute.VerbName)-$($attribute.NounName)" }
        }
        $module.ExportedCommands.Keys | Sort-Object | Should -Be ($names | Sort-Object)
    }

    It 'exports no function, alias or variable' {
        $module.ExportedFunctions.Count + $module.ExportedAliases.Count + $module.ExportedVariables.Count | Should -Be 0
    }

    It 'lets scripts find the types of the core by name' {
        [ImageUtils.QemuImageInfo].Assembly.GetName().Name | Should -Be 'ImageUtils.Core'
    }

    It 'keeps what it depends on in a load context of its own' {
        $context = [Runtime.Loader.AssemblyLoadContext]::GetLoadContext((Get-Command Get-QemuImageInfo).ImplementingType.Assembly)
        $context.Name | Should -Be 'ImageUtils.PowerShell'
    }

    It 'can be imported twice' {
        Import-Module $ModuleManifest -Force
        (Get-Command -Module ImageUtils.PowerShell).Count | Should -Be $module.ExportedCommands.Count
    }

    It 'gives every cmdlet an output type, if it emits anything' {
        foreach ($command in Get-Command -Module ImageUtils.PowerShell | Where-Object Verb -ne 'Disconnect') {
            $command.OutputType.Count | Should -BeGreaterThan 0 -Because $command.Name
        }
    }

    It 'has a help page for every cmdlet' {
        $pages = Join-Path $PSScriptRoot '../../docs/en-US'
        foreach ($command in Get-Command -Module ImageUtils.PowerShell) {
            Join-Path $pages "$($command.Name).md" | Should -Exist
        }
    }

    It 'writes nothing on import' {
        $written = Invoke-PowerShell -NoLogo -NoProfile -NonInteractive -Command "Import-Module '$ModuleManifest'" 2>&1
        $written | Should -BeNullOrEmpty
    }

    It 'works in parallel runspaces, each with a connection of its own' {
        $found = 1..4 | ForEach-Object -Parallel {
            Import-Module $using:ModuleManifest
            Connect-ImageService -LocalDirectory (Join-Path $using:TestDrive "service$_") | Out-Null
            New-ServiceImage -Name "image $_" -DiskFormat raw | Out-Null
            (Get-ServiceImage).Name
        }
        $found | Sort-Object | Should -Be 'image 1', 'image 2', 'image 3', 'image 4'
    }
}
