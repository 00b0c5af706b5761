namespace XmppRpc.Xmpp.Tests;

/// <summary>RFC 7622, and look-alikes (T-20): two addresses are equal only if they are the same, and what cannot be told is refused.</summary>
public sealed class JidTests
{
    [Theory]
    [InlineData("example.org", null, "example.org", null)]
    [InlineData("Alice@Example.ORG", "alice", "example.org", null)]
    [InlineData("Alice@Example.ORG/Desk", "alice", "example.org", "Desk")]
    [InlineData("a@b/c@d", "a", "b", "c@d")]
    [InlineData("a@b/c/d e", "a", "b", "c/d e")]
    [InlineData("a@b/ c ", "a", "b", " c ")]
    [InlineData("a@b/\"&'<>:", "a", "b", "\"&'<>:")]
    [InlineData("a/b@c", null, "a", "b@c")]
    [InlineData("a@example.org.", "a", "example.org", null)]
    [InlineData("a@example.org./r", "a", "example.org", "r")]
    [InlineData("a@127.0.0.1/r", "a", "127.0.0.1", "r")]
    [InlineData("a@[::1]", "a", "[::1]", null)]
    [InlineData("a@[0:0:0:0:0:0:0:1]", "a", "[::1]", null)]
    [InlineData("a@[2001:DB8::A]/r", "a", "[2001:db8::a]", "r")]
    [InlineData("a+b.c_d-e!#$%()*,;=?[\\]^`{|}~@b-1.c", "a+b.c_d-e!#$%()*,;=?[\\]^`{|}~", "b-1.c", null)]
    [InlineData("Gr\u00FC\u00DFe@stra\u00DFe.example", "gr\u00FC\u00DFe", "stra\u00DFe.example", null)]
    [InlineData("a@xn--strae-oqa.example", "a", "stra\u00DFe.example", null)]
    [InlineData("a@XN--STRAE-OQA.example", "a", "stra\u00DFe.example", null)]
    [InlineData("a@M\u00DCNCHEN.example", "a", "m\u00FCnchen.example", null)]
    [InlineData("e\u0301@b/e\u0301", "\u00E9", "b", "\u00E9")]
    [InlineData("a@b/Gr\u00FC\u00DFe \u2603", "a", "b", "Gr\u00FC\u00DFe \u2603")]
    [InlineData("a@b/x\u00A0y\u3000z", "a", "b", "x y z")]
    [InlineData("\u05E9\u05DC\u05D5\u05DD@example.org", "\u05E9\u05DC\u05D5\u05DD", "example.org", null)]
    [InlineData("\u0645\u06311@example.org", "\u0645\u06311", "example.org", null)]
    [InlineData("\uFF21\uFF4C\uFF11@\uFF42.example/\uFF21", "al1", "b.example", "\uFF21")]
    [InlineData("\uFF76\uFF9E@b", "\u30AC", "b", null)]
    [InlineData("col\u00B7lega@b/l\u00B7l", "col\u00B7lega", "b", "l\u00B7l")]
    [InlineData("\u0375\u03B1@b", "\u0375\u03B1", "b", null)]
    [InlineData("\u05D0\u05F3\u05F4@b", "\u05D0\u05F3\u05F4", "b", null)]
    [InlineData("\u30AB\u30FB\u30CA@b", "\u30AB\u30FB\u30CA", "b", null)]
    [InlineData("\u3007\u4E00@b", "\u3007\u4E00", "b", null)]
    [InlineData("\u0F40\u0F0B@b", "\u0F40\u0F0B", "b", null)]
    [InlineData("user\u06F1@b", "user\u06F1", "b", null)]
    [InlineData("\u05E9.\u05DC-1@example.org", "\u05E9.\u05DC-1", "example.org", null)]
    [InlineData("\u05E9\u05B8@\u05E9.a1.example", "\u05E9\u05B8", "\u05E9.a1.example", null)]
    [InlineData("\u07CA\u07C1@b", "\u07CA\u07C1", "b", null)]
    [InlineData("a@b/\u05E9 x \u0661", "a", "b", "\u05E9 x \u0661")]
    [InlineData("a@b/\u212A\u2126", "a", "b", "K\u03A9")]
    [InlineData("\u7530\u4E2D@\u4F8B\u3048.example", "\u7530\u4E2D", "\u4F8B\u3048.example", null)]
    public void A_jid_is_prepared(string text, string? local, string domain, string? resource)
    {
        var jid = Jid.Parse(text);
        Assert.Equal((local, domain, resource), (jid.Local, jid.Domain, jid.Resource));
        Assert.Equal(jid, Jid.Parse(jid.ToString()));
        Assert.Equal(jid.ToString(), Jid.Parse(jid.ToString()).ToString());
        Assert.Equal(jid.GetHashCode(), Jid.Parse(text).GetHashCode());
    }

    [Theory]
    [InlineData("")]
    [InlineData("@")]
    [InlineData("@b")]
    [InlineData("a@")]
    [InlineData("/r")]
    [InlineData("a@b/")]
    [InlineData("a@/r")]
    [InlineData("b/")]
    [InlineData("a@b@c")]
    [InlineData("a@.")]
    [InlineData("a@b..")]
    [InlineData("a@.b")]
    [InlineData("a@b..c")]
    [InlineData("a b@c")]
    [InlineData(" a@b")]
    [InlineData("a@b ")]
    [InlineData("a@b c")]
    [InlineData("a\"@b")]
    [InlineData("a&@b")]
    [InlineData("a'@b")]
    [InlineData("a:@b")]
    [InlineData("a<@b")]
    [InlineData("a>@b")]
    [InlineData("a\n@b")]
    [InlineData("a\0@b")]
    [InlineData("a\u007F@b")]
    [InlineData("a@b_c")]
    [InlineData("a@-b")]
    [InlineData("a@b-")]
    [InlineData("a@b-.c")]
    [InlineData("a@b:5222")]
    [InlineData("a@256.0.0.1")]
    [InlineData("a@1.2.3")]
    [InlineData("a@01.2.3.4")]
    [InlineData("a@1.2.3.4.5")]
    [InlineData("a@[::1")]
    [InlineData("a@[]")]
    [InlineData("a@[127.0.0.1]")]
    [InlineData("a@[fe80::1%eth0]")]
    [InlineData("a@[[::1]]")]
    [InlineData("a@[::1]x")]
    [InlineData("a@b/\n")]
    [InlineData("a@b/x\u0000")]
    [InlineData("a@b/\u007F")]
    [InlineData("a@b/\u0085")]
    // Letters that look like others: compatibility forms, the Kelvin and Angstrom signs, ligatures, full width
    [InlineData("\u212A@b")]
    [InlineData("\u212B@b")]
    [InlineData("\uFB01@b")]
    [InlineData("\u00AA@b")]
    [InlineData("\u2460@b")]
    [InlineData("\u017F@b")]
    [InlineData("\u01C5@b")]
    [InlineData("a@\u212A.example")]
    [InlineData("a@b\u3002example")]
    [InlineData("a@b\uFF0Eexample")]
    [InlineData("a@\u2488com")]
    // Separators that only look like ours, which a later normalisation would turn into them
    [InlineData("a\uFF20b@c")]
    [InlineData("a\uFF0Fb@c")]
    [InlineData("a@b\uFF0Fc")]
    // What does not show, or changes how the rest shows
    [InlineData("a\u200Bb@c")]
    [InlineData("a\u200Db@c")]
    [InlineData("a\u00ADb@c")]
    [InlineData("a\u202Eb@c")]
    [InlineData("a\u2066b@c")]
    [InlineData("a\uFE0F@c")]
    [InlineData("a\u034F@c")]
    [InlineData("a\u3164@c")]
    [InlineData("a@b\u200B.c")]
    [InlineData("a@b/x\u202Ey")]
    [InlineData("a@b/x\u200B")]
    [InlineData("a@b/x\uFE0F")]
    [InlineData("a@b/x\u2028")]
    // Combining marks in front, mixed directions, mixed digits
    [InlineData("\u0301a@c")]
    [InlineData("a\u05E9@c")]
    [InlineData("\u05E9a@c")]
    [InlineData("1\u05E9@c")]
    [InlineData("\u0661@c")]
    [InlineData("\u0645\u06611@c")]
    [InlineData("a@a\u05E9.c")]
    [InlineData("a\u0661@c")]
    [InlineData("\u05E9-@c")]
    [InlineData("\u05E9.a@c")]
    [InlineData("\u05E9\u0903@c")]
    [InlineData("\u0645\u0661\u06F1@c")]
    [InlineData("a@\u05E9.1b")]
    [InlineData("a@1.\u05E9.c")]
    [InlineData("a@1b.xn--4dbrk0ce")]
    // What only stands in its context (CONTEXTO), and tatweel and its like, which stand nowhere
    [InlineData("a\u00B7l@c")]
    [InlineData("l\u00B7@c")]
    [InlineData("\u00B7l@c")]
    [InlineData("a\u0375@c")]
    [InlineData("\u0375a@c")]
    [InlineData("\u05F3\u05D0@c")]
    [InlineData("a\u05F4@c")]
    [InlineData("a\u30FBb@c")]
    [InlineData("a@b/x\u00B7y")]
    [InlineData("a@b/x\u0387y")]
    [InlineData("a@b/\u30FB")]
    [InlineData("a@b/\u0661\u06F1")]
    [InlineData("\u0645\u0640@c")]
    [InlineData("a@b/\u0640")]
    [InlineData("a@b/\u3031")]
    // Joiners, also where RFC 5892 would let them stand
    [InlineData("\u0915\u094D\u200D\u0937@c")]
    [InlineData("\u0645\u06CC\u200C\u062E@c")]
    [InlineData("a@b/\u0915\u094D\u200D\u0937")]
    // Full-width forms of what is not allowed, and of digits that make an address
    [InlineData("a\u3000@c")]
    [InlineData("a\uFF07@c")]
    [InlineData("\uFFA1@c")]
    [InlineData("\uFFE3@c")]
    [InlineData("a@01.2.3.\uFF14")]
    [InlineData("a@b\uFF0D.c")]
    [InlineData("a@\uFF58n--a.example")]
    // Letters that IDNA2008 disallows although PRECIS does not
    [InlineData("a@\u1F80.example")]
    [InlineData("a@\uAB70.example")]
    // Symbols, spaces, private use, unassigned, non-characters, capital letters without a sure small one
    [InlineData("\u2603@c")]
    [InlineData("\u00D7@c")]
    [InlineData("a\u00A0b@c")]
    [InlineData("\uE000@c")]
    [InlineData("\u0378@c")]
    [InlineData("\uFDD0@c")]
    [InlineData("\uFFFE@c")]
    [InlineData("a@b/\uFFFE")]
    [InlineData("a@\uFFFE")]
    [InlineData("\u0130@c")]
    [InlineData("\u03A3@c")]
    [InlineData("\u1100@c")]
    [InlineData("\u30FB@c")]
    [InlineData("a@b/\uE000")]
    [InlineData("a@b/\u0378")]
    [InlineData("a@b/\uFFFF")]
    [InlineData("a@b/\u1100")]
    // Internationalised labels that are no canonical ones
    [InlineData("a@xn--a.example")]
    [InlineData("a@xn--abc-.example")]
    [InlineData("a@xn--zzzzzzzz99999.example")]
    [InlineData("a@xn--strae-oqa-.example")]
    [InlineData("a@xn--.example")]
    // A-labels of a snowman, of capital letters and of a middle dot out of its place
    [InlineData("a@xn--n3h.example")]
    [InlineData("a@xn--mnchen-psa.example")]
    [InlineData("a@xn--ab-0ea.example")]
    public void What_is_no_sure_jid_is_refused(string text)
    {
        Assert.False(Jid.TryParse(text, out var jid));
        Assert.Null(jid);
        Assert.Throws<FormatException>(() => Jid.Parse(text));
    }

    [Fact]
    public void Lone_surrogates_are_refused()
    {
        foreach (var text in new[] { "\uD800@b", "a@b\uDC00", "a@b/\uD800", "a\uDC00\uD800@b" })
            Assert.False(Jid.TryParse(text, out _));
        Assert.False(Jid.TryParse(null, out _));
        Assert.Throws<ArgumentNullException>(() => Jid.Parse(null!));
        Assert.Throws<ArgumentNullException>(() => Jid.Parse("a@b").WithResource(null!));
    }

    [Theory]
    [InlineData("strasse@example.org", "stra\u00DFe@example.org")]
    [InlineData("a@strasse.example", "a@stra\u00DFe.example")]
    [InlineData("paypal@b", "p\u0430ypal@b")]
    [InlineData("i@b", "\u0131@b")]
    [InlineData("\u03C3@b", "\u03C2@b")]
    [InlineData("a@b/R", "a@b/r")]
    [InlineData("a@b/r", "a@b/r ")]
    [InlineData("a@b", "a@b/a")]
    [InlineData("a@b", "b")]
    [InlineData("b/a", "a@b")]
    public void Look_alikes_stay_distinct(string one, string other)
    {
        Assert.NotEqual(Jid.Parse(one), Jid.Parse(other));
        Assert.True(Jid.Parse(one) != Jid.Parse(other));
        Assert.False(string.Equals(Jid.Parse(one).ToString(), Jid.Parse(other).ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("A@B/r", "a@b./r")]
    [InlineData("a@m\u00FCnchen.example", "a@xn--mnchen-3ya.example")]
    [InlineData("\u00E9@b", "E\u0301@b")]
    [InlineData("\u0410@b", "\u0430@b")]
    [InlineData("a@[::1]", "A@[0::0:1]")]
    public void Other_spellings_of_an_address_are_equal(string one, string other)
    {
        Assert.Equal(Jid.Parse(one), Jid.Parse(other));
        Assert.True(Jid.Parse(one) == Jid.Parse(other));
        Assert.Equal(Jid.Parse(one).GetHashCode(), Jid.Parse(other).GetHashCode());
    }

    [Theory]
    [InlineData("{0}@b", "a")]
    [InlineData("{0}@b", "A")]
    [InlineData("a@b/{0}", "r")]
    public void A_part_has_at_most_1023_bytes(string format, string character)
    {
        Assert.True(Jid.TryParse(string.Format(null, format, string.Concat(Enumerable.Repeat(character, 1023))), out _));
        Assert.False(Jid.TryParse(string.Format(null, format, string.Concat(Enumerable.Repeat(character, 1024))), out _));
    }

    [Fact]
    public void The_bytes_of_utf8_are_counted()
    {
        Assert.True(Jid.TryParse(new string('\u00E4', 511) + "a@b/" + new string('\u20AC', 341), out _));
        Assert.False(Jid.TryParse(new string('\u00E4', 512) + "@b", out _));
        Assert.False(Jid.TryParse("a@b/" + new string('\u20AC', 342), out _));
    }

    [Fact]
    public void A_domain_has_at_most_1023_bytes_and_63_in_a_label()
    {
        var label = new string('a', 63);
        var domain = string.Join('.', Enumerable.Repeat(label, 16));
        Assert.Equal(1023, domain.Length);
        Assert.True(Jid.TryParse(domain, out _));
        Assert.False(Jid.TryParse(domain[..^1] + ".a", out _));
        Assert.False(Jid.TryParse("a" + label, out _));
        Assert.False(Jid.TryParse(new string('\u00E4', 63), out _));
    }

    [Fact]
    public void The_bare_jid_is_made_once()
    {
        var jid = Jid.Parse("a@b/c");
        Assert.Equal("a@b", jid.Bare.ToString());
        Assert.Same(jid.Bare, jid.Bare);
        Assert.Same(jid.Bare, jid.Bare.Bare);
        Assert.False(jid.IsBare);
        Assert.True(jid.Bare.IsBare);
    }

    [Fact]
    public void With_resource_prepares_it()
    {
        Assert.Equal(Jid.Parse("a@b/C d"), Jid.Parse("A@B").WithResource("C\u00A0d"));
        Assert.Equal(Jid.Parse("a@b/y"), Jid.Parse("a@b/x").WithResource("y"));
        Assert.Equal(Jid.Parse("a@b"), Jid.Parse("a@b/x").WithResource("y").Bare);
        Assert.Throws<FormatException>(() => Jid.Parse("a@b").WithResource(""));
        Assert.Throws<FormatException>(() => Jid.Parse("a@b").WithResource("\n"));
    }

    [Theory]
    [InlineData("a b@c", "'a\\u0020b@c' is no JID: U+0020 is not allowed in a local part.")]
    [InlineData("a@b\u202E", "'a@b\\u202E' is no JID: U+202E is not allowed in a name, or cannot be prepared for sure.")]
    [InlineData("a@b_c", "'a@b_c' is no JID: U+005F is not allowed in a domain.")]
    [InlineData("a@b/x\ny", "'a@b/x\\u000Ay' is no JID: U+000A is not allowed in a resource.")]
    [InlineData("a@b/\U000E0001", "'a@b/\\uDB40\\uDC01' is no JID: U+E0001 is not allowed in a resource.")]
    [InlineData("a@b-.c", "'a@b-.c' is no JID: a label of the domain begins or ends with a hyphen.")]
    [InlineData("\u0301@b", "'\\u0301@b' is no JID: a name begins with the combining mark U+0301.")]
    [InlineData("l\u00B7@b", "'l\\u00B7@b' is no JID: U+00B7 stands where RFC 5892 does not allow it.")]
    [InlineData("@c", "'@c' is no JID: the local part is empty.")]
    [InlineData("a@", "'a@' is no JID: the domain is empty.")]
    [InlineData("a@b/", "'a@b/' is no JID: the resource is empty.")]
    [InlineData("\u212A@b", "'\\u212A@b' is no JID: U+212A is not allowed in a name, or cannot be prepared for sure.")]
    public void The_refusal_names_the_part_and_escapes_the_text(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => Jid.Parse(text)).Message);

    [Fact]
    public void A_refusal_is_bounded() => Assert.True(Assert.Throws<FormatException>(() => Jid.Parse(new string('\n', 100_000))).Message.Length < 1000);

    [Fact]
    public void A_lone_surrogate_is_shown() =>
        Assert.Equal("'a\\uD800@b' is no JID: U+D800 is not allowed in a name, or cannot be prepared for sure.", Assert.Throws<FormatException>(() => Jid.Parse("a\uD800@b")).Message);

    [Fact]
    public void A_prepared_text_is_kept_and_only_its_parts_are_made()
    {
        const string Text = "machine-17@example.org/orders-7";
        Assert.Same(Text, Jid.Parse(Text).ToString());
        Assert.Equal("machine-17@example.org/orders-7", Jid.Parse("machine-17@example.org./orders-7").ToString());

        // A string has 22 bytes beside its characters, the object 64; all are rounded up to eight.
        var strings = new[] { "machine-17", "example.org", "orders-7" }.Sum(part => (22 + 2 * part.Length + 7) / 8 * 8);
        Assert.InRange(Allocated(Text, strings + 64), 1, strings + 64);
    }

    // Until the runtime has compiled its vector code for being used often, that allocates too.
    private static long Allocated(string text, long expected)
    {
        var least = long.MaxValue;
        for (var i = 0; i < 100_000_000 && least > expected; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var read = Jid.TryParse(text, out _);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            if (!read)
                return 0;
        }
        return least;
    }
}
