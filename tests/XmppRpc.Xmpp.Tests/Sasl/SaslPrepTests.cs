using XmppRpc.Xmpp.Sasl;

namespace XmppRpc.Xmpp.Tests.Sasl;

public sealed class SaslPrepTests
{
    // RFC 4013 §3, then its §2.1 and §2.2
    [Theory]
    [InlineData("user", "user")]
    [InlineData("USER", "USER")]
    [InlineData("I\u00ADX", "IX")]
    [InlineData("\u00AA", "a")]
    [InlineData("\u2168", "IX")]
    [InlineData("pass\u00A0word", "pass word")]
    [InlineData("pass\u3000word", "pass word")]
    [InlineData("A\u030A", "\u00C5")]
    [InlineData("x\u200Dy\uFE0F", "xy")]
    public void Password_is_mapped_and_normalised(string given, string expected) => Assert.Equal(expected, SaslPrep.Prepare(given));

    [Theory]
    [InlineData("bell\u0007")]
    [InlineData("delete\u007F")]
    [InlineData("né\u0085")]
    [InlineData("own-use\uE000")]
    [InlineData("override\u202E")]
    [InlineData("replacement\uFFFD")]
    [InlineData("nothing\uFDD0")]
    public void Prohibited_character_is_refused_without_showing_the_password(string given)
    {
        var refused = Assert.Throws<ArgumentException>(() => SaslPrep.Prepare(given));
        Assert.DoesNotContain(given[..^1], refused.Message);
    }

    [Fact]
    public void Lone_surrogate_is_refused() => Assert.Throws<ArgumentException>(() => SaslPrep.Prepare("x\uD800"));
}
