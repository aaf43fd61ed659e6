# What needs a real image service is in OpenStack.Tests.ps1.

BeforeAll {
    . (Join-Path $PSScriptRoot 'TestSetup.ps1')
    Connect-ImageService -LocalDirectory (Join-Path $TestDrive 'service') | Out-Null
    $image = New-ServiceImage -Name queued -DiskFormat raw
    $disk = New-RawDisk -Path (Join-Path $TestDrive 'disk.raw')
}

AfterAll { Disconnect-ImageService }

Describe 'What a local image service cannot do' {
    It 'is one error of <Name> before any work' -ForEach @(
        @{ Name = 'Import-ServiceImage'; Words = @{ LiteralPath = 'disk.raw' } }
        @{ Name = 'Import-ServiceImage'; Words = @{ Uri = 'http://192.0.2.1/x' } }
        @{ Name = 'Get-ServiceImageTask'; Words = @{} }
        @{ Name = 'Get-ServiceImageMember'; Words = @{} }
        @{ Name = 'Add-ServiceImageMember'; Words = @{ MemberId = 'p' } }
        @{ Name = 'Set-ServiceImageMember'; Words = @{ MemberId = 'p'; Status = 'accepted' } }
        @{ Name = 'Remove-ServiceImageMember'; Words = @{ MemberId = 'p' } }
    ) {
        $found = Get-ErrorOf { & $Name -ImageId $image.ImageId @Words -ErrorAction Stop }
        $found.FullyQualifiedErrorId | Should -BeLike 'NotSupported,*'
        $found.CategoryInfo.Category | Should -Be 'NotImplemented'
        $found.Exception.Message | Should -Match ([regex]::Escape((Join-Path $TestDrive 'service')))
        (Get-ServiceImage $image.ImageId).Status | Should -Be 'queued'
    }

    It 'is said of a filter by members too' {
        (Get-ErrorOf { Get-ServiceImage -MemberStatus pending -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'NotSupported,*'
    }
}

Describe 'Import-ServiceImage' {
    It 'wants the method to fit the other parameters' {
        foreach ($words in @{ Method = 'web-download' }, @{ Method = 'web-download'; LiteralPath = $disk }, @{ Method = 'glance-direct'; Uri = 'http://192.0.2.1/x' }) {
            (Get-ErrorOf { Import-ServiceImage $image.ImageId @words }).FullyQualifiedErrorId | Should -BeLike 'InvalidArgument,*'
        }
    }

    It 'takes one source' {
        { Import-ServiceImage $image.ImageId -LiteralPath $disk -Uri http://192.0.2.1/x } | Should -Throw -ErrorId 'AmbiguousParameterSet*'
    }
}

Describe 'Get-ServiceImage with filters' {
    It 'goes by visibility and by tags' {
        $public = New-ServiceImage -Name public -DiskFormat raw -Visibility public -Tag red, round
        (Get-ServiceImage -Visibility public).ImageId | Should -Be $public.ImageId
        (Get-ServiceImage -Tag round, red).ImageId | Should -Be $public.ImageId
        Get-ServiceImage -Tag red, square | Should -BeNullOrEmpty
    }
}
