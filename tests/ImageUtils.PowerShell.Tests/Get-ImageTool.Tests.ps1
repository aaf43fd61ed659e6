BeforeAll { . (Join-Path $PSScriptRoot 'TestSetup.ps1') }

Describe 'Get-ImageTool' {
    It 'tells path and version of qemu-img' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
        $tool = Get-ImageTool
        $tool.Name | Should -Be 'qemu-img'
        $tool.IsAvailable | Should -BeTrue
        $tool.Path | Should -Exist
        [version]$tool.Version | Should -BeGreaterThan ([version]'2.10')
    }

    It 'makes an old version an error' -Skip:(-not (Get-Command qemu-img -ErrorAction Ignore)) {
        (Get-ImageTool -MinimumVersion 2.10).IsAvailable | Should -BeTrue
        Get-ImageTool -MinimumVersion 999.0 -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -BeLike 'ToolTooOld,*'
        $failed.CategoryInfo.Category | Should -Be 'ResourceUnavailable'
    }

    It 'says that it is not there' {
        $path = $env:PATH
        try {
            $env:PATH = Join-Path $TestDrive 'nothing-here'
            $tool = Get-ImageTool qemu-img
            $tool.IsAvailable | Should -BeFalse
            $tool.Path | Should -BeNullOrEmpty
        }
        finally {
            $env:PATH = $path
        }
    }
}
