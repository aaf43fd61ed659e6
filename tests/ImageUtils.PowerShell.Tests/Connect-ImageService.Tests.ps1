BeforeAll { . (Join-Path $PSScriptRoot 'TestSetup.ps1') }

Describe 'Connect-ImageService' {
    AfterEach { Disconnect-ImageService }

    It 'makes a folder the service of this runspace' {
        Push-Location $TestDrive
        $connection = Connect-ImageService -LocalDirectory ./service
        Pop-Location
        $connection | Should -BeOfType ([ImageUtils.ImageServiceConnection])
        $connection.Kind | Should -Be 'local'
        $connection.Location | Should -Be (Join-Path $TestDrive 'service')
        (Get-ImageService).Location | Should -Be $connection.Location
    }

    It 'does not take a file for a folder' {
        $file = New-RawDisk -Path (Join-Path $TestDrive 'file')
        { Connect-ImageService -LocalDirectory $file } | Should -Throw -ErrorId 'InvalidArgument*'
    }
}
