BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'TestSetup.ps1')
    $commands = (Get-Command -Module ImageUtils.PowerShell).Name
}

BeforeAll { . (Join-Path $PSScriptRoot 'TestSetup.ps1') }

Describe 'In the tests of others' {
    It '<_> can be replaced' -ForEach $commands {
        Mock $_ { 'instead' }
        (Get-Command $_).CommandType | Should -Be 'Alias'
    }

    It 'what replaces a cmdlet is given its parameters' {
        Mock Get-QemuImageInfo { "$Path $ImageFormat" } -ParameterFilter { $Engine -eq 'QemuImg' }
        Get-QemuImageInfo ./disk -ImageFormat vpc -Engine QemuImg | Should -Be './disk vpc'
        Mock Invoke-ImageFetch { "$ImageId $Destination $VolumeSizeBytes" }
        'one', 'two' | Invoke-ImageFetch -Destination ./x -VolumeSizeBytes 10GB | Should -Be "one ./x $(10GB)", "two ./x $(10GB)"
        Mock Resize-VolumeImage { $SizeGB }
        Resize-VolumeImage ./disk 10 | Should -Be 10
        Mock Use-TemporaryImage { & $ScriptBlock './file' }
        Use-TemporaryImage one { "it is $($args[0])" } | Should -Be 'it is ./file'
        Should -Invoke Invoke-ImageFetch -Times 2 -Exactly
    }
}
