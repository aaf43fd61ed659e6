BeforeAll { . (Join-Path $PSScriptRoot 'TestSetup.ps1') }

Describe 'Get-DiskFormat' {
    It 'shows every format' {
        $names = (Get-DiskFormat).Name
        $names | Should -HaveCount 23
        $names | Should -Contain 'qcow2'
        (Get-DiskFormat)[0].GetType().FullName | Should -Be 'ImageUtils.DiskFormat'
    }

    It 'takes <Name> for <Format>' -ForEach @(
        @{ Name = 'vpc'; Format = 'vhd'; Qemu = 'vpc'; Glance = 'vhd' }
        @{ Name = 'VHD'; Format = 'vhd'; Qemu = 'vpc'; Glance = 'vhd' }
        @{ Name = 'ploop'; Format = 'parallels'; Qemu = 'parallels'; Glance = 'ploop' }
        @{ Name = 'iso'; Format = 'iso'; Qemu = 'raw'; Glance = 'iso' }
        @{ Name = 'raw'; Format = 'raw'; Qemu = 'raw'; Glance = 'raw' }
        @{ Name = 'qcow1'; Format = 'qcow'; Qemu = 'qcow'; Glance = $null }
    ) {
        $found = Get-DiskFormat $Name
        $found.Name, $found.QemuName, $found.GlanceName | Should -Be $Format, $Qemu, $Glance
    }

    It 'says what can be done with a format' {
        $qcow2 = Get-DiskFormat qcow2
        $qcow2.CanRead, $qcow2.CanWrite, $qcow2.CanCompress | Should -Be $true, $true, $true
        (Get-DiskFormat gzip).CanRead | Should -BeFalse
        $qcow2.Extension | Should -Be 'qcow2'
    }

    It 'expands wildcards' {
        (Get-DiskFormat 'v*').Name | Should -Be 'vmdk', 'vhd', 'vhdx', 'vdi'
        Get-DiskFormat 'nothing*' -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'says that nobody calls a format so, and goes on' {
        $found = 'nonsense', 'raw' | Get-DiskFormat -ErrorVariable failed -ErrorAction SilentlyContinue
        $found.Name | Should -Be 'raw'
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'DiskFormatNotFound,*'
        $failed[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $failed[0].TargetObject | Should -Be 'nonsense'
    }

    It 'completes names' {
        (Get-Completion 'Get-DiskFormat vh').CompletionText | Should -Be 'vhd', 'vhdx'
    }
}
