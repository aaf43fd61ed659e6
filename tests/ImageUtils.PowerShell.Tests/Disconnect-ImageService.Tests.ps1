BeforeAll { . (Join-Path $PSScriptRoot 'TestSetup.ps1') }

Describe 'Disconnect-ImageService' {
    It 'goes back to the local default and leaves what was kept' {
        $connection = Connect-ImageService -LocalDirectory (Join-Path $TestDrive 'service')
        $image = New-ServiceImage -Name 'kept' -DiskFormat raw
        Disconnect-ImageService
        (Get-ImageService).IsDefault | Should -BeTrue
        (Get-ServiceImage $image.ImageId -ImageService $connection).Name | Should -Be 'kept'
    }

    It 'emits nothing, also where nothing was connected' {
        Disconnect-ImageService | Should -BeNullOrEmpty
    }
}
