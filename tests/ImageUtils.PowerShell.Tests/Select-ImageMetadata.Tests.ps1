BeforeAll { . (Join-Path $PSScriptRoot 'TestSetup.ps1') }

Describe 'Select-ImageMetadata' {
    AfterEach { Remove-Item Env:IMAGEUTILS_RESERVED_IMAGE_NAMESPACES -ErrorAction Ignore }

    It 'makes an empty dictionary of <Name>' -ForEach @(@{ Name = 'nothing'; Given = $null }, @{ Name = 'an empty table'; Given = @{} }) {
        $written = @(Select-ImageMetadata -Metadata $Given -Verbose 4>&1)
        $written[0].Message | Should -Be 'No metadata to be filtered.'
        $written[1].Count | Should -Be 0
        $written[1] -is [Collections.IDictionary] | Should -BeTrue
    }

    It 'leaves out names that begin as reserved ones do, and keeps the rest' {
        $given = @{ os_glance_x = 1; img_signature_hash_method = 2; signature_verified = 3; hw_disk_bus = 'scsi'; my_os_glance = 4 }
        $kept = Select-ImageMetadata $given
        $kept.Keys | Sort-Object | Should -Be 'hw_disk_bus', 'my_os_glance'
        $kept['hw_disk_bus'] | Should -Be 'scsi'
        $given.Count | Should -Be 5
    }

    It 'adds beginnings of the caller, and else those of the options' {
        $given = @{ mine_x = 1; yours_x = 2; os_glance = 3 }
        (Select-ImageMetadata $given -ReservedNamespace mine, os_glance, '').Keys | Should -Be 'yours_x'
        $env:IMAGEUTILS_RESERVED_IMAGE_NAMESPACES = 'yours'
        (Select-ImageMetadata $given).Keys | Should -Be 'mine_x'
        (Select-ImageMetadata $given -ReservedNamespace @()).Keys | Sort-Object | Should -Be 'mine_x', 'yours_x'
    }

    It 'filters a dictionary called properties inside, of any kind' -ForEach @(
        @{ Inner = @{ os_glance_a = 1; kept = 2 } }
        @{ Inner = [ordered]@{ os_glance_a = 1; kept = 2 } }
        @{ Inner = [pscustomobject]@{ os_glance_a = 1; kept = 2 } }
    ) {
        $given = [ordered]@{ name = 'x'; properties = $Inner; other = @{ os_glance_b = 1 } }
        $kept = Select-ImageMetadata $given
        $kept['properties'].Keys | Should -Be 'kept'
        $kept['other'].Count | Should -Be 1
        @($Inner.psobject.Properties.Name) + @($Inner.Keys) | Should -Contain 'os_glance_a'
    }

    It 'takes dictionaries and objects from the pipeline' {
        $kept = @{ a = 1; os_glance = 2 }, [ordered]@{ b = 1 }, ('{"c":1,"os_glance":{"x":2}}' | ConvertFrom-Json) | Select-ImageMetadata
        $kept | ForEach-Object { $_.Keys } | Should -Be 'a', 'b', 'c'
    }

    It 'refuses what is no metadata' {
        Select-ImageMetadata -Metadata 5 -ErrorVariable failed -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $failed.FullyQualifiedErrorId | Should -BeLike 'InvalidArgument,*'
    }
}
