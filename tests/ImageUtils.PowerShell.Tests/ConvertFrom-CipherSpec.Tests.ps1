BeforeAll { . (Join-Path $PSScriptRoot 'TestSetup.ps1') }

Describe 'ConvertFrom-CipherSpec' {
    It 'takes <Spec> apart' -ForEach @(
        @{ Spec = 'aes-xts-essiv'; Size = 256; Parts = 'aes-256', 'xts', 'essiv' }
        @{ Spec = 'aes-xts-plain64'; Size = 256; Parts = 'aes-256', 'xts', 'plain64' }
        @{ Spec = 'aes-cbc-essiv:sha256'; Size = 128; Parts = 'aes-128', 'cbc', 'essiv:sha256' }
    ) {
        $decoded = ConvertFrom-CipherSpec -CipherSpec $Spec -KeySize $Size
        $decoded.GetType().FullName | Should -Be 'ImageUtils.CipherSpec'
        $decoded.CipherAlgorithm, $decoded.CipherMode, $decoded.IvGenerator | Should -Be $Parts
    }

    It 'takes specifications from the pipeline, also by property name' {
        ('aes-xts-plain64', 'serpent-cbc-plain' | ConvertFrom-CipherSpec -KeySize 256).CipherAlgorithm | Should -Be 'aes-256', 'serpent-256'
        ([pscustomobject]@{ CipherSpec = 'aes-xts-plain64'; KeySize = 512 } | ConvertFrom-CipherSpec).CipherAlgorithm | Should -Be 'aes-512'
    }

    It 'refuses <_>' -ForEach 'aes', 'aes-xts', 'aes-xts-plain64-more', '' {
        ConvertFrom-CipherSpec -CipherSpec $_ -KeySize 256 -ErrorVariable failed -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $failed.FullyQualifiedErrorId | Should -BeLike 'InvalidCipherSpec,*'
        $failed.CategoryInfo.Category | Should -Be 'InvalidArgument'
        $failed.TargetObject | Should -Be $_
        $failed.Exception.GetType().FullName | Should -Be 'ImageUtils.Errors.InvalidCipherSpecException'
    }
}
