<#
.SYNOPSIS
The main job: an image leaves an image service, is checked, becomes a volume, and the volume goes back as an image.
.PARAMETER Image
The image to begin with.
.PARAMETER WorkFolder
A folder for everything the demonstration makes.
.PARAMETER Module
The module's manifest.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Image,
    [Parameter(Mandatory)] [string] $WorkFolder,
    [Parameter(Mandatory)] [string] $Module
)

$ErrorActionPreference = 'Stop'
$PSStyle.OutputRendering = 'PlainText'
$env:IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY = Join-Path $WorkFolder 'conversion'
Import-Module $Module

Connect-ImageService -LocalDirectory (Join-Path $WorkFolder 'service') | Out-String -Width 200

$format = (Get-QemuImageInfo -LiteralPath $Image).Format
if ($format -in 'gpt', 'mbr') { $format = 'raw' }
$registered = Publish-VolumeImage -LiteralPath $Image -Name 'demo' -DiskFormat $format -VolumeFormat $format

'> Get-ServiceImage'
Get-ServiceImage | Out-String -Width 200

'> Invoke-ImageFetch'
$fetched = Invoke-ImageFetch -ImageId $registered.ImageId -Destination ($WorkFolder + [IO.Path]::DirectorySeparatorChar)
$fetched | Out-String -Width 200

'> Test-ImageFormat'
$verdict = $fetched | Test-ImageFormat -ClaimedFormat $format
$verdict | Out-String -Width 200
$verdict.Checks | Where-Object Outcome -ne 'NotApplicable' | Out-String -Width 200

'> Get-ServiceImage | Convert-VolumeImage'
$volume = Get-ServiceImage -ImageId $registered.ImageId | Convert-VolumeImage -Destination (Join-Path $WorkFolder 'volume.raw') -OutputFormat raw
$volume | Out-String -Width 200

'> Publish-VolumeImage'
$target = 'qcow2'
if (-not (Get-ImageTool -Name qemu-img).IsAvailable) {
    'qemu-img is not here, so the volume goes back as it is.'
    $target = 'raw'
}
$volume | Publish-VolumeImage -Name 'demo-volume' -DiskFormat $target | Out-String -Width 200

'> Get-ServiceImage'
Get-ServiceImage | Out-String -Width 200

'volume sha256 ' + (Get-FileHash -LiteralPath $volume.Path -Algorithm SHA256).Hash.ToLowerInvariant()
