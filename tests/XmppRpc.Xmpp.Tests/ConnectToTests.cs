namespace XmppRpc.Xmpp.Tests;

/// <summary>The host[:port] of RFC 6120 §4.9.3.19, of XEP-0198's <c>location</c> and of connection strings.</summary>
public sealed class ConnectToTests
{
    [Theory]
    [InlineData("example.org", "example.org", null)]
    [InlineData("Example.ORG.", "Example.ORG.", null)]
    [InlineData("example.org:5299", "example.org", 5299)]
    [InlineData("bücher.example:5222", "bücher.example", 5222)]
    [InlineData("xmpp_server-1", "xmpp_server-1", null)]
    [InlineData("192.0.2.1:1", "192.0.2.1", 1)]
    [InlineData("[2001:41D0:1:A49b::1]:9222", "2001:41d0:1:a49b::1", 9222)]
    [InlineData("[2001:db8::7]", "2001:db8::7", null)]
    [InlineData("2001:db8::7", "2001:db8::7", null)]
    [InlineData("host:65535", "host", 65535)]
    public void Place_is_read_with_and_without_port(string text, string host, int? port)
    {
        Assert.True(ConnectTo.TryParse(text, out var place));
        Assert.Equal(new ConnectTo(host, port), place);
        Assert.True(ConnectTo.TryParse(place.ToString(), out var again));
        Assert.Equal(place, again);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(":5222")]
    [InlineData("host:")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("host:+1")]
    [InlineData("host: 1")]
    [InlineData("host:99999999999999999999")]
    [InlineData("a:b:1")]
    [InlineData("a..b")]
    [InlineData("[::1")]
    [InlineData("::1]")]
    [InlineData("[::1]x")]
    [InlineData("[::1]:")]
    [InlineData("[]:5222")]
    [InlineData("[example.org]:5222")]
    [InlineData("[192.0.2.1]:5222")]
    [InlineData("xmpp://example.org")]
    [InlineData("alice@example.org")]
    [InlineData("example.org/x")]
    [InlineData("exa mple.org")]
    [InlineData("example.org\n")]
    [InlineData("example.org\0")]
    [InlineData("exa\u202emple.org")]
    public void Anything_else_is_refused(string? text) => Assert.False(ConnectTo.TryParse(text, out _));

    [Fact]
    public void Longer_names_than_dns_has_are_refused()
    {
        Assert.False(ConnectTo.TryParse(new string('a', 64), out _));
        Assert.False(ConnectTo.TryParse(string.Join('.', Enumerable.Repeat("abcdefgh", 30)), out _));
        Assert.False(ConnectTo.TryParse(new string('1', 100_000), out _));
    }

    [Theory]
    [InlineData("Example.Org.", "example.org")]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    [InlineData("пример。рф", "xn--e1afmkfd.xn--p1ai")]
    [InlineData("[::1]", "::1")]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("bad domain", null)]
    [InlineData("", null)]
    [InlineData(".", null)]
    public void Ascii_form_is_what_dns_and_certificates_have(string name, string? ascii) => Assert.Equal(ascii, AsciiDomain.From(name));
}
