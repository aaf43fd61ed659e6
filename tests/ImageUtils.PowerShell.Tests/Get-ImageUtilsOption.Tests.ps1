BeforeAll { . (Join-Path $PSScriptRoot 'TestSetup.ps1') }

Describe 'Get-ImageUtilsOption' {
    AfterEach {
        Reset-ImageUtilsOption
        Remove-Item -LiteralPath $OptionsFile -ErrorAction Ignore
        $env:IMAGEUTILS_RETRY_COUNT = $null
    }

    It 'shows every option with its source and its name in cinder.conf' {
        $options = Get-ImageUtilsOption
        $options | Should -BeOfType ([ImageUtils.ImageUtilsOption])
        $options.Name | Should -Be ([ImageUtils.Configuration.OptionDefinitions]::All.Name)
        $options | Where-Object { -not $_.Description } | Should -BeNullOrEmpty
        $cpu = $options | Where-Object Name -EQ 'ConversionCpuLimit'
        $cpu.Value | Should -Be 60
        $cpu.Source | Should -Be 'Default'
        $cpu.CinderName | Should -Be 'image_conversion_cpu_limit'
    }

    It 'finds options by name, in any case, with wildcards, from the pipeline' {
        (Get-ImageUtilsOption retrycount).Name | Should -Be 'RetryCount'
        (Get-ImageUtilsOption -Name Conversion*).Name | Should -Be 'ConversionCpuLimit', 'ConversionAddressSpaceLimit', 'ConversionDisabled', 'ConversionFormat'
        ('RetryCount', 'CgroupName' | Get-ImageUtilsOption).Count | Should -Be 2
        (Get-ImageUtilsOption RetryCount | Get-ImageUtilsOption).Name | Should -Be 'RetryCount'
        Get-ImageUtilsOption Nothing* | Should -BeNullOrEmpty
    }

    It 'makes an unknown name one error and goes on' {
        $found = Get-ImageUtilsOption Nothing, RetryCount -ErrorVariable failed -ErrorAction SilentlyContinue
        $found.Name | Should -Be 'RetryCount'
        $failed.FullyQualifiedErrorId | Should -BeLike 'OptionNotFound,*'
        $failed.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $failed.TargetObject | Should -Be 'Nothing'
    }

    It 'tells the variable that a value came from as its source' {
        $env:IMAGEUTILS_RETRY_COUNT = '7'
        $option = Get-ImageUtilsOption RetryCount
        $option.Value | Should -Be 7
        $option.Source | Should -Be 'Environment'
    }

    It 'names the variable that is broken; so does every other cmdlet, before any work' {
        $env:IMAGEUTILS_RETRY_COUNT = 'many'
        $failed = { Get-ImageUtilsOption } | Should -Throw -PassThru
        $failed.FullyQualifiedErrorId | Should -BeLike 'InvalidOption,*'
        $failed.CategoryInfo.Category | Should -Be 'InvalidArgument'
        "$failed" | Should -BeLike '*IMAGEUTILS_RETRY_COUNT*'
        ({ Get-ServiceImage } | Should -Throw -PassThru).FullyQualifiedErrorId | Should -BeLike 'InvalidOption,*'
    }

    It 'names the file that is broken' {
        New-Item -ItemType File -Path $OptionsFile -Value '{ "RetryCount": ' -Force | Out-Null
        $failed = { Get-ImageUtilsOption } | Should -Throw -PassThru
        $failed.FullyQualifiedErrorId | Should -BeLike 'InvalidOptionFile,*'
        $failed.Exception.Path | Should -Be $OptionsFile
    }

    It 'completes names and says what each means and is' {
        $found = Get-Completion 'Get-ImageUtilsOption -Name Retry'
        $found.CompletionText | Should -Be 'RetryCount'
        $found.ToolTip | Should -BeLike 'How often a call to an image service is tried again. Now: 3 (Default).'
        (Get-Completion 'Reset-ImageUtilsOption ').Count | Should -Be (Get-ImageUtilsOption).Count
    }

    It 'shows sizes for people in the table and bytes on the object' {
        (Get-ImageUtilsOption ConversionAddressSpaceLimit).Value | Should -Be 1GB
        Get-ImageUtilsOption ConversionAddressSpaceLimit | Out-String | Should -Match 'ConversionAddressSpaceLimit +Default +1 GiB'
    }
}
