using ImageUtils.Services.Http;

namespace ImageUtils.Core.Tests.Services.Http;

/// <summary>What of an address gets into messages and error records.</summary>
public sealed class ShownAddressTests
{
    [Theory]
    [InlineData("http://user:secret@host/x.img", "http://host/x.img")]
    [InlineData("https://user@host:8080/a@b.img?c=d", "https://host:8080/a@b.img?c=d")]
    [InlineData("ftp://user:secret@host/x", "ftp://host/x")]
    [InlineData("http://user:se cret/@host:no-port/x", "http://host:no-port/x")]
    [InlineData("http://user:secret@", "http://")]
    public void A_name_and_a_password_are_not_shown_of_an_address_good_or_bad(string text, string shown) =>
        Assert.Equal(shown, ShownAddress.Of(text));

    [Theory]
    [InlineData("http://host/a@b.img")]
    [InlineData("/images/a@b.img")]
    [InlineData("disk//user@host")]
    [InlineData("someone@example.org")]
    [InlineData("f7bf9239-b560-4059-bc51-7bd44c81fa73")]
    [InlineData("")]
    public void What_holds_neither_is_shown_as_it_is(string text) => Assert.Equal(text, ShownAddress.Of(text));
}
