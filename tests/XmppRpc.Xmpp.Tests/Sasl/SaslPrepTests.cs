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
    [InlineData("tone\u0340", "ton\u00E8")]
    [InlineData("\u1680a\u2003", " a ")]
    [InlineData("\u0627\u0031\u0628", "\u0627\u0031\u0628")]
    [InlineData("\u05D0\u00A0!\u05D1", "\u05D0 !\u05D1")]
    [InlineData("\u0661", "\u0661")]
    [InlineData("\U0001F600 x", "\U0001F600 x")]
    [InlineData("stra\u00DFe \u1E9E", "stra\u00DFe \u1E9E")]
    public void Password_is_mapped_and_normalised(string given, string expected) => Assert.Equal(expected, SaslPrep.Prepare(given));

    [Theory]
    [InlineData("bell\u0007")]
    [InlineData("delete\u007F")]
    [InlineData("né\u0085")]
    [InlineData("own-use\uE000")]
    [InlineData("override\u202E")]
    [InlineData("replacement\uFFFD")]
    [InlineData("nothing\uFDD0")]
    [InlineData("tag\U000E0041")]
    [InlineData("mark\u200E")]
    [InlineData("not-a-character\U0001FFFE")]
    [InlineData("new-but-compatible\U0001F100")]
    [InlineData("new-mark\u1AB0")]
    [InlineData("zero-width-space\u200B")]
    [InlineData("corrected\U0002F868")]
    [InlineData("not-yet\U0001FFF0")]
    public void Prohibited_character_is_refused_without_showing_the_password(string given)
    {
        var refused = Assert.Throws<ArgumentException>(() => SaslPrep.Prepare(given));
        Assert.DoesNotContain(given[..^1], refused.Message);
    }

    [Fact]
    public void Lone_surrogate_is_refused() => Assert.Throws<ArgumentException>(() => SaslPrep.Prepare("x\uD800"));

    [Theory]
    [InlineData("\u0627\u0031")]
    [InlineData("\u0031\u0627")]
    [InlineData("\u0627x\u0628")]
    [InlineData("x\u0627")]
    public void Mixed_directions_are_refused(string given) => Assert.Contains("right to left", Assert.Throws<ArgumentException>(() => SaslPrep.Prepare(given)).Message);

    [Theory]
    [InlineData("\u00AD")]
    [InlineData("")]
    public void Nothing_left_is_refused(string given) => Assert.Throws<ArgumentException>(() => SaslPrep.Prepare(given));

    /// <summary>Counted in the tables as RFC 3454 prints them.</summary>
    [Fact]
    public void Tables_have_the_size_of_the_RFC()
    {
        Assert.Equal(17, SaslPrepTables.Spaces.Count);
        Assert.Equal(27, SaslPrepTables.Nothing.Count);
        Assert.Equal(1044, SaslPrepTables.RightToLeft.Count);
        Assert.Equal(227_925, SaslPrepTables.LeftToRight.Count);
    }
}
