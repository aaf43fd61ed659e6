<#
.SYNOPSIS
Makes the help that Get-Help shows (MAML) out of the pages in docs/en-US, with nothing but PowerShell.
.PARAMETER Page
The pages, one a cmdlet.
.PARAMETER Destination
The file to write: <assembly>.dll-Help.xml, in the folder of the module for the language.
#>
#requires -Version 7.6
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string[]] $Page,
    [Parameter(Mandatory)] [string] $Destination
)

$ErrorActionPreference = 'Stop'
$maml = 'http://schemas.microsoft.com/maml/2004/10'
$command = 'http://schemas.microsoft.com/maml/dev/command/2004/10'
$dev = 'http://schemas.microsoft.com/maml/dev/2004/10'

function Split-Section([string] $Text, [string] $Level) {
    <# .SYNOPSIS The parts of a text by the headings of one level, in order; headings within code are code. #>
    $sections = [ordered]@{}
    $name = ''
    $lines = [Collections.Generic.List[string]]::new()
    $isCode = $false
    foreach ($line in $Text -split '\r?\n') {
        if ($line.StartsWith('```')) { $isCode = -not $isCode }
        if (-not $isCode -and $line.StartsWith("$Level ")) {
            $sections[$name] = ($lines -join "`n").Trim()
            $name = $line.Substring($Level.Length + 1).Trim()
            $lines.Clear()
        }
        else { $lines.Add($line) }
    }

    $sections[$name] = ($lines -join "`n").Trim()
    $sections.Remove('')
    $sections
}

function ConvertTo-Paragraph([string] $Text) {
    <# .SYNOPSIS The paragraphs of a text, without the marks of Markdown; code and lists keep their lines. #>
    foreach ($block in $Text.Trim() -split '\n\s*\n' | Where-Object { $_ }) {
        $plain = $block -replace '\[([^\]]+)\]\([^)]*\)', '$1' -replace '(?m)^```\w*\n?', '' -replace '\*\*([^*]+)\*\*', '$1' -replace '`([^`]+)`', '$1'
        if ($block -match '(?m)^(\||```|- )') { $plain.Trim() } else { $plain.Trim() -replace '\s*\n\s*', ' ' }
    }
}

function Write-Text([string] $Prefix, [string] $Name, [string] $Namespace, [string] $Text) {
    $xml.WriteStartElement($Prefix, $Name, $Namespace)
    foreach ($paragraph in ConvertTo-Paragraph $Text) { $xml.WriteElementString('maml', 'para', $maml, $paragraph) }
    $xml.WriteEndElement()
}

function Read-Parameter([string] $Name, [string] $Text) {
    $facts = [regex]::Match($Text, '(?s)```yaml\n(.*?)```').Groups[1].Value
    $sets = @{}
    foreach ($set in [regex]::Matches($facts, '(?m)^- Name: (.+)\n((?:  .*\n)+)')) {
        $values = @{}
        foreach ($value in [regex]::Matches($set.Groups[2].Value, '(?m)^  (\w+): (.*)$')) { $values[$value.Groups[1].Value] = $value.Groups[2].Value.Trim() }
        $sets[$set.Groups[1].Value.Trim()] = $values
    }

    $aliases = [regex]::Match($facts, '(?m)^Aliases:\n((?:- .+\n)+)').Groups[1].Value
    [pscustomobject]@{
        Name        = $Name.TrimStart('-')
        Description = $Text -replace '(?s)```yaml.*?```', ''
        Type        = [regex]::Match($facts, '(?m)^Type: (.+)$').Groups[1].Value.Trim()
        Default     = [regex]::Match($facts, '(?m)^DefaultValue: (.+)$').Groups[1].Value.Trim(" '")
        Globbing    = [regex]::Match($facts, '(?m)^SupportsWildcards: (.+)$').Groups[1].Value.Trim()
        Aliases     = [regex]::Matches($aliases, '(?m)^- (.+)$').ForEach({ $_.Groups[1].Value }) -join ', '
        Sets        = $sets
    }
}

function Write-Parameter($Parameter, $Set) {
    $isSwitch = $Parameter.Type -eq 'System.Management.Automation.SwitchParameter'
    $from = @(if ($Set.ValueFromPipeline -eq 'true') { 'ByValue' }; if ($Set.ValueFromPipelineByPropertyName -eq 'true') { 'ByPropertyName' }) -join ', '
    $type = $Parameter.Type -replace '^System\.Nullable`1\[([^\]]+)\]$', '$1' -replace '^.*\.', ''
    $xml.WriteStartElement('command', 'parameter', $command)
    $xml.WriteAttributeString('required', $Set.IsRequired)
    $xml.WriteAttributeString('variableLength', $Parameter.Type.EndsWith('[]').ToString().ToLowerInvariant())
    $xml.WriteAttributeString('globbing', $Parameter.Globbing)
    $xml.WriteAttributeString('pipelineInput', $(if ($from) { "True ($from)" } else { 'False' }))
    $xml.WriteAttributeString('position', $Set.Position.ToLowerInvariant())
    $xml.WriteAttributeString('aliases', $(if ($Parameter.Aliases) { $Parameter.Aliases } else { 'none' }))
    $xml.WriteElementString('maml', 'name', $maml, $Parameter.Name)
    Write-Text 'maml' 'description' $maml $Parameter.Description
    if (-not $isSwitch) {
        $xml.WriteStartElement('command', 'parameterValue', $command)
        $xml.WriteAttributeString('required', 'true')
        $xml.WriteAttributeString('variableLength', 'false')
        $xml.WriteString($type)
        $xml.WriteEndElement()
    }

    $xml.WriteStartElement('dev', 'type', $dev)
    $xml.WriteElementString('maml', 'name', $maml, $(if ($isSwitch) { 'SwitchParameter' } else { $type }))
    $xml.WriteEndElement()
    $xml.WriteElementString('dev', 'defaultValue', $dev, $(if ($Parameter.Default) { $Parameter.Default } elseif ($isSwitch) { 'False' } else { 'None' }))
    $xml.WriteEndElement()
}

function Write-Syntax([string] $Name, $Parameters, $Headings) {
    $xml.WriteStartElement('command', 'syntax', $command)
    foreach ($heading in $Headings) {
        $set = $heading -replace ' \(Default\)$', ''
        $own = $Parameters | Where-Object { $_.Sets.ContainsKey($set) -or $_.Sets.ContainsKey('(All)') } |
            ForEach-Object { [pscustomobject]@{ Parameter = $_; Set = $_.Sets[$set] ?? $_.Sets['(All)'] } } |
            Sort-Object { $_.Set.Position -eq 'Named' ? 99 : [int]$_.Set.Position }, { $_.Set.IsRequired -ne 'true' } -Stable
        $xml.WriteStartElement('command', 'syntaxItem', $command)
        $xml.WriteElementString('maml', 'name', $maml, $Name)
        foreach ($one in $own) { Write-Parameter $one.Parameter $one.Set }
        $xml.WriteEndElement()
    }

    $xml.WriteEndElement()
}

function Write-Type([string] $Outer, [string] $Inner, [string] $Text) {
    $xml.WriteStartElement('command', $Outer, $command)
    $types = Split-Section $Text '###'
    foreach ($type in $types.Keys) {
        $xml.WriteStartElement('command', $Inner, $command)
        $xml.WriteStartElement('dev', 'type', $dev)
        $xml.WriteElementString('maml', 'name', $maml, $type)
        $xml.WriteEndElement()
        Write-Text 'maml' 'description' $maml $types[$type]
        $xml.WriteEndElement()
    }

    $xml.WriteEndElement()
}

function Write-Example([string] $Text) {
    $xml.WriteStartElement('command', 'examples', $command)
    $examples = Split-Section $Text '###'
    foreach ($title in $examples.Keys) {
        $code = [regex]::Match($examples[$title], '(?s)```\w*\n(.*?)```')
        $xml.WriteStartElement('command', 'example', $command)
        $xml.WriteElementString('maml', 'title', $maml, "--------- $title ---------")
        $xml.WriteElementString('dev', 'code', $dev, $code.Groups[1].Value.TrimEnd())
        Write-Text 'dev' 'remarks' $dev $examples[$title].Remove($code.Index, $code.Length)
        $xml.WriteEndElement()
    }

    $xml.WriteEndElement()
}

function Write-Link([string] $Name, [string] $Text) {
    $xml.WriteStartElement('command', 'relatedLinks', $command)
    foreach ($link in [regex]::Matches($Text, '(?m)^- \[([^\]]+)\]\(([^)]*)\)')) {
        $address = $link.Groups[2].Value
        $xml.WriteStartElement('maml', 'navigationLink', $maml)
        $xml.WriteElementString('maml', 'linkText', $maml, $link.Groups[1].Value)
        $xml.WriteElementString('maml', 'uri', $maml, $(if ($address -like 'http*') { $address } else { '' }))
        $xml.WriteEndElement()
    }

    $xml.WriteEndElement()
}

function Write-Command([string] $Name, $Sections) {
    $parts = Split-Section $Sections['PARAMETERS'] '###'
    $parameters = @($parts.Keys | Where-Object { $_.StartsWith('-') } | ForEach-Object { Read-Parameter $_ $parts[$_] })
    $verb, $noun = $Name -split '-', 2
    $xml.WriteStartElement('command', 'command', $command)
    $xml.WriteStartElement('command', 'details', $command)
    $xml.WriteElementString('command', 'name', $command, $Name)
    $xml.WriteElementString('command', 'verb', $command, $verb)
    $xml.WriteElementString('command', 'noun', $command, $noun)
    Write-Text 'maml' 'description' $maml $Sections['SYNOPSIS']
    $xml.WriteEndElement()
    Write-Text 'maml' 'description' $maml $Sections['DESCRIPTION']
    Write-Syntax $Name $parameters (Split-Section $Sections['SYNTAX'] '###').Keys
    $xml.WriteStartElement('command', 'parameters', $command)
    foreach ($parameter in $parameters) {
        # The list knows no forms: what some form does without is not required there.
        $sets = @($parameter.Sets.Values)
        Write-Parameter $parameter (@($sets | Where-Object IsRequired -EQ 'false') + $sets)[0]
    }

    $xml.WriteEndElement()
    Write-Type 'inputTypes' 'inputType' $Sections['INPUTS']
    Write-Type 'returnValues' 'returnValue' $Sections['OUTPUTS']
    $xml.WriteStartElement('maml', 'alertSet', $maml)
    Write-Text 'maml' 'alert' $maml $Sections['NOTES']
    $xml.WriteEndElement()
    Write-Example $Sections['EXAMPLES']
    Write-Link $Name $Sections['RELATED LINKS']
    $xml.WriteEndElement()
}

$settings = [Xml.XmlWriterSettings]@{ Indent = $true; Encoding = [Text.UTF8Encoding]::new($false) }
$xml = [Xml.XmlWriter]::Create($Destination, $settings)
try {
    $xml.WriteStartElement('helpItems', 'http://msh')
    $xml.WriteAttributeString('schema', 'maml')
    $xml.WriteAttributeString('xmlns', 'maml', $null, $maml)
    $xml.WriteAttributeString('xmlns', 'command', $null, $command)
    $xml.WriteAttributeString('xmlns', 'dev', $null, $dev)
    foreach ($path in $Page) {
        Write-Command (Split-Path -LeafBase $path) (Split-Section (Get-Content -Raw -LiteralPath $path) '##')
    }

    $xml.WriteEndElement()
}
finally {
    $xml.Dispose()
}
