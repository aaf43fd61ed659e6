BeforeAll { . (Join-Path $PSScriptRoot 'TestSetup.ps1') }

Describe 'Get-ImageService' {
    AfterEach { Disconnect-ImageService }

    It 'falls back to the local default' {
        $env:IMAGEUTILS_LOCAL_IMAGE_DIRECTORY = Join-Path $TestDrive 'default'
        try {
            Connect-ImageService -LocalDirectory (Join-Path $TestDrive 'other') | Out-Null
            (Get-ImageService).IsDefault | Should -BeFalse
            Disconnect-ImageService
            (Get-ImageService).IsDefault | Should -BeTrue
            (Get-ImageService).Location | Should -Be (Join-Path $TestDrive 'default')
        }
        finally {
            Remove-Item Env:IMAGEUTILS_LOCAL_IMAGE_DIRECTORY
        }
    }

    It 'gives each connection that is asked for without making one' {
        $connection = Connect-ImageService -LocalDirectory (Join-Path $TestDrive 'asked')
        [object]::ReferenceEquals((Get-ImageService), $connection) | Should -BeTrue
        Join-Path $TestDrive 'asked' | Should -Not -Exist
    }
}
