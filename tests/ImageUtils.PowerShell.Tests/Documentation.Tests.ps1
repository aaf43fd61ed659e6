BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'TestSetup.ps1')
    $commands = (Get-Command -Module ImageUtils.PowerShell).Name | ForEach-Object { @{ Name = $_ } }
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'TestSetup.ps1')
    $pages = Join-Path $PSScriptRoot '../../docs/en-US'
    $standard = [System.Management.Automation.Cmdlet]::CommonParameters + [System.Management.Automation.Cmdlet]::OptionalCommonParameters
}

Describe 'The page of <Name>' -ForEach $commands {
    BeforeAll {
        $command = Get-Command $Name
        $page = Get-Content -Raw -LiteralPath (Join-Path $pages "$Name.md")
    }

    It 'has a heading for every parameter and for no other' {
        $own = $command.Parameters.Keys | Where-Object { $_ -notin $standard -or $_ -in 'WhatIf', 'Confirm' } | Sort-Object
        $described = [regex]::Matches($page, '(?m)^### -(\w+)\s*$').ForEach({ $_.Groups[1].Value }) | Sort-Object
        $described | Should -Be $own
    }

    It 'names every property of what the cmdlet emits' {
        foreach ($type in $command.OutputType.Type | Where-Object { $_.Namespace -eq 'ImageUtils' }) {
            foreach ($property in $type.GetProperties([Reflection.BindingFlags]'Public, Instance').Name | Where-Object { $_ -notin 'EqualityContract', 'IsRawContent' }) {
                ($page -cmatch "\b$property\b") | Should -BeTrue -Because "$($type.Name) has the property $property"
            }
        }
    }

    It 'has a synopsis, a description and an example that does something' {
        foreach ($heading in 'SYNOPSIS', 'DESCRIPTION', 'EXAMPLES') {
            $page | Should -Match "(?s)## $heading\s+\S"
        }
        $page | Should -Match "(?s)## EXAMPLES.*$Name.*## PARAMETERS|## EXAMPLES.*$Name"
        $page | Should -Not -Match '\{\{'
    }

    It 'is what Get-Help shows' -Skip:(-not (Test-Path (Join-Path (Split-Path $ModuleManifest) 'en-US/ImageUtils.PowerShell.dll-Help.xml'))) {
        $synopsis = [regex]::Match($page, '(?s)## SYNOPSIS\s+(.*?)\s+## ').Groups[1].Value -replace '\s+', ' '
        ((Get-Help $Name).Synopsis -replace '\s+', ' ') | Should -Be $synopsis
        (Get-Help $Name -Full).examples.example.Count | Should -BeGreaterThan 0
    }

    It 'is one that the help compiler reads' -Skip:(-not (Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS)) {
        Import-Module Microsoft.PowerShell.PlatyPS
        $read = Import-MarkdownCommandHelp -Path (Join-Path $pages "$Name.md")
        $read.Title | Should -Be $Name
        $read.Parameters.Count | Should -BeGreaterOrEqual 0
        if ($command.CommandType -eq 'Cmdlet' -and $command.Parameters.ContainsKey('WhatIf')) {
            $read.Parameters.Name | Should -Contain 'WhatIf'
        }
    }
}
