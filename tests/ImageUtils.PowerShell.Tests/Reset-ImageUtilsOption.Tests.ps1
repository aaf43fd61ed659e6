BeforeAll { . (Join-Path $PSScriptRoot 'TestSetup.ps1') }

Describe 'Reset-ImageUtilsOption' {
    AfterEach {
        Reset-ImageUtilsOption
        Remove-Item -LiteralPath $OptionsFile -ErrorAction Ignore
    }

    It 'takes options away from the session, the file stays' {
        Set-ImageUtilsOption -RetryCount 5 -Scope User
        Set-ImageUtilsOption -RetryCount 6 -CgroupName slow
        Reset-ImageUtilsOption RetryCount
        (Get-ImageUtilsOption RetryCount).Value | Should -Be 5
        (Get-ImageUtilsOption CgroupName).Value | Should -Be 'slow'
        Reset-ImageUtilsOption
        (Get-ImageUtilsOption CgroupName).Source | Should -Be 'Default'
        (Get-ImageUtilsOption RetryCount).Source | Should -Be 'UserFile'
    }

    It 'takes options away from the file and keeps what it does not know' {
        New-Item -ItemType File -Path $OptionsFile -Value '{ "mine": [1], "RetryCount": 5, "CgroupName": "slow" }' -Force | Out-Null
        Reset-ImageUtilsOption Retry* -Scope User
        $left = Get-Content -Raw $OptionsFile | ConvertFrom-Json
        $left.PSObject.Properties.Name | Should -Be 'mine', 'CgroupName'
    }

    It 'takes options away from both, what came from a cinder.conf too' {
        $conf = Join-Path $TestDrive 'cinder.conf'
        Set-Content $conf "[DEFAULT]`nglance_num_retries = 8"
        Set-ImageUtilsOption -FromCinderConf $conf
        Set-ImageUtilsOption -FromCinderConf $conf -Scope User
        Get-ImageUtilsOption RetryCount | Reset-ImageUtilsOption -Scope All
        (Get-ImageUtilsOption RetryCount).Source | Should -Be 'Default'
    }

    It 'is inert under -WhatIf' {
        Set-ImageUtilsOption -RetryCount 5 -Scope User
        Set-ImageUtilsOption -RetryCount 6
        Reset-ImageUtilsOption -Scope All -WhatIf
        (Get-ImageUtilsOption RetryCount).Value | Should -Be 6
        Reset-ImageUtilsOption
        (Get-ImageUtilsOption RetryCount).Value | Should -Be 5
    }

    It 'makes no file where there is none' {
        Reset-ImageUtilsOption -Scope All
        $OptionsFile | Should -Not -Exist
    }

    It 'mends a file with a bad value' {
        New-Item -ItemType File -Path $OptionsFile -Value '{ "RetryCount": "many" }' -Force | Out-Null
        { Get-ImageUtilsOption } | Should -Throw
        Reset-ImageUtilsOption RetryCount -Scope User
        (Get-ImageUtilsOption RetryCount).Source | Should -Be 'Default'
    }

    It 'makes an unknown name one error' {
        Reset-ImageUtilsOption Nothing -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -BeLike 'OptionNotFound,*'
    }
}
