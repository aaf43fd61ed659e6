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

    It 'is what Get-Help shows' {
        $synopsis = [regex]::Match($page, '(?s)## SYNOPSIS\s+(.*?)\s+## ').Groups[1].Value -replace '\s+', ' '
        $help = Get-Help $Name -Full
        ($help.Synopsis -replace '\s+', ' ') | Should -Be $synopsis
        @($help.examples.example).Count | Should -Be ([regex]::Matches($page, '(?m)^### Example ').Count)
        $help.examples.example.code | Should -Not -BeNullOrEmpty
        $help.description | Should -Not -BeNullOrEmpty
    }

    It 'gives Get-Help the parameters and the forms of the cmdlet' {
        $help = Get-Help $Name -Full
        $own = $command.Parameters.Keys | Where-Object { $_ -notin $standard -or $_ -in 'WhatIf', 'Confirm' } | Sort-Object
        $help.parameters.parameter.name | Sort-Object | Should -Be $own
        @($help.syntax.syntaxItem).Count | Should -Be $command.ParameterSets.Count
        foreach ($parameter in $help.parameters.parameter | Where-Object name) {
            $real = $command.Parameters[$parameter.name]
            ($parameter.description.Text -join ' ') | Should -Not -BeNullOrEmpty
            $parameter.required | Should -Be "$($real.ParameterSets.Values.IsMandatory -notcontains $false)" -Because $parameter.name
            $from = @(if ($real.ParameterSets.Values.ValueFromPipeline -contains $true) { 'ByValue' }; if ($real.ParameterSets.Values.ValueFromPipelineByPropertyName -contains $true) { 'ByPropertyName' })
            $parameter.pipelineInput | Should -Be ($from ? "True ($($from -join ', '))" : 'False') -Because $parameter.name
        }
    }

    It 'shows each form with the parameters that it has' {
        $forms = foreach ($set in $command.ParameterSets) { ($set.Parameters.Name | Where-Object { $_ -notin $standard -or $_ -in 'WhatIf', 'Confirm' } | Sort-Object) -join ' ' }
        $syntax = [regex]::Match($page, '(?s)## SYNTAX\s+(.*?)\s+## ').Groups[1].Value
        $shown = foreach ($form in [regex]::Matches($syntax, '(?s)```\n(.*?)```')) { ([regex]::Matches($form.Groups[1].Value, '(?<=[\[ ])-(\w+)').ForEach({ $_.Groups[1].Value }) | Sort-Object) -join ' ' }
        $shown | Sort-Object | Should -Be ($forms | Sort-Object)
    }
}
