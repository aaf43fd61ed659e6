@{
    RootModule             = 'ImageUtils.PowerShell.psm1'
    ModuleVersion          = '0.1.0'
    GUID                   = '5f6f1c0e-6a0b-4b57-9d0c-3b7a4f0e7c21'
    Author                 = 'ImageUtils contributors'
    CompanyName            = 'ImageUtils contributors'
    Copyright              = '(c) ImageUtils contributors. Licensed under the Apache License 2.0.'
    Description            = 'Inspects, checks, fetches, converts and publishes disk images, safely: what cinder''s image_utils does, for PowerShell on Linux and Windows.'
    PowerShellVersion      = '7.6'
    CompatiblePSEditions   = @('Core')
    FormatsToProcess       = @('ImageUtils.PowerShell.Format.ps1xml')
    TypesToProcess         = @('ImageUtils.PowerShell.Types.ps1xml')
    CmdletsToExport        = @(
        'Add-ServiceImageMember'
        'Clear-ImageConversionDirectory'
        'Connect-ImageService'
        'Convert-ServiceImage'
        'Convert-VolumeImage'
        'ConvertFrom-CipherSpec'
        'Disconnect-ImageService'
        'Get-DiskFormat'
        'Get-ImageService'
        'Get-ImageStore'
        'Get-ImageTool'
        'Get-ImageUtilsOption'
        'Get-QemuImageInfo'
        'Get-ServiceImage'
        'Get-ServiceImageMember'
        'Get-ServiceImageTask'
        'Get-VhdChain'
        'Import-ServiceImage'
        'Invoke-ImageFetch'
        'Measure-VolumeImage'
        'Merge-VhdChain'
        'New-ServiceImage'
        'Publish-VolumeImage'
        'Remove-ServiceImage'
        'Remove-ServiceImageMember'
        'Reset-ImageUtilsOption'
        'Resize-VolumeImage'
        'Select-ImageMetadata'
        'Set-ImageUtilsOption'
        'Set-ServiceImage'
        'Set-ServiceImageMember'
        'Test-ImageFormat'
        'Test-ImageSignature'
        'Use-TemporaryImage'
    )
    FunctionsToExport      = @()
    AliasesToExport        = @()
    VariablesToExport      = @()
    PrivateData            = @{
        PSData = @{
            Tags       = @('PSEdition_Core', 'Linux', 'Windows', 'MacOS', 'qemu-img', 'qcow2', 'vhd', 'vhdx', 'vmdk', 'vdi', 'OpenStack', 'Glance', 'Cinder', 'disk-image')
            LicenseUri = 'https://www.apache.org/licenses/LICENSE-2.0'
        }
    }
}
