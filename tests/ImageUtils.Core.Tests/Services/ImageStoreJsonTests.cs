using System.Text;
using System.Text.Json;
using ImageUtils.Services;

namespace ImageUtils.Core.Tests.Services;

public sealed class ImageStoreJsonTests
{
    // Behaviours 213 and 214: read-only is the text "true", and no other text.
    [Theory]
    [InlineData("\"true\"", true)]
    [InlineData("true", true)]
    [InlineData("\"false\"", false)]
    [InlineData("\"True\"", false)]
    [InlineData("\"1\"", false)]
    [InlineData("1", false)]
    [InlineData("null", false)]
    public void A_store_is_read_only_where_it_says_true(string value, bool expected)
    {
        ImageStore store = Assert.Single(Read("{\"stores\":[{\"id\":\"web\",\"read-only\":" + value + "}]}"));
        Assert.Equal(("web", expected, false), (store.StoreId, store.IsReadOnly, store.IsDefault));
    }

    [Fact]
    public void Every_store_is_read_in_the_order_of_the_service()
    {
        IReadOnlyList<ImageStore> stores = Read("""{"stores":[{"id":"fast","description":"NVMe","default":"true","weight":10},{"id":"cheap"}]}""");
        Assert.Equal(["fast", "cheap"], stores.Select(store => store.StoreId));
        Assert.Equal((true, "NVMe"), (stores[0].IsDefault, stores[0].Description));
        Assert.Null(stores[1].Description);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"stores\":{}}")]
    [InlineData("{\"stores\":[1]}")]
    [InlineData("{\"stores\":[{\"description\":\"nameless\"}]}")]
    [InlineData("<html>")]
    public void What_is_no_list_of_stores_is_refused(string json) => Assert.ThrowsAny<JsonException>(() => Read(json));

    private static IReadOnlyList<ImageStore> Read(string json) => ImageStoreJson.Read(Encoding.UTF8.GetBytes(json));
}
