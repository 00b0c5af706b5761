using System.Buffers;
using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace XmppRpc.Xmpp.Tests;

/// <summary>What holds for every text, whether it is a JID or not.</summary>
public sealed class JidPropertyTests
{
    private static readonly SearchValues<char> NotInLocal = SearchValues.Create("\"&'/:<>@ ");

    private static readonly Gen<string> Runes = Gen.OneOf(Gen.Choose(0x20, 0x7E), Gen.Choose(0x80, 0x24FF), Gen.Choose(0x80, 0xD7FF), Gen.Choose(0xFF00, 0xFFEF), Gen.Choose(0xE000, 0x1FFFF)).Select(rune => new Rune(rune).ToString());

    private static readonly Gen<string> Seeds = Gen.Elements("a", "l", "\u0301", "\u0130", "\u0387", "\u00B7", "\u0345", "\u05E9", "\u0661", "\u212A", "\uFF9E", "\uAC00", "\u1E9E", "-", ".", "@", "/", " ");

    private static readonly Gen<string> Texts =
        Gen.OneOf(Runes.ListOf(1), Runes.ListOf(3), Gen.OneOf(Runes, Seeds, Seeds).ListOf(4)).Select(string.Concat).SelectMany(text => Gen.Elements(text, $"{text}@b", $"a@{text}", $"a@b/{text}"));

    [Fact]
    public void Preparing_twice_changes_nothing() => Check(5_000, jid =>
        Jid.TryParse(jid.ToString(), out var again) && again.ToString() == jid.ToString() && again == jid && again.GetHashCode() == jid.GetHashCode());

    [Fact]
    public void The_parts_make_the_text_and_the_text_the_parts() => Check(5_000, jid =>
        jid.ToString() == (jid.Local is null ? "" : jid.Local + "@") + jid.Domain + (jid.Resource is null ? "" : "/" + jid.Resource)
        && Jid.Parse(jid.ToString()) is var again && (again.Local, again.Domain, again.Resource) == (jid.Local, jid.Domain, jid.Resource)
        && (jid.Resource is null ? jid : jid.Bare.WithResource(jid.Resource)) == jid);

    [Fact]
    public void Two_are_equal_exactly_if_their_texts_are()
    {
        var pairs = Texts.SelectMany(one => Gen.OneOf(Texts, Gen.Constant(one.ToUpperInvariant()), Gen.Constant(Normalized(one, NormalizationForm.FormD))).Select(other => (one, other)));
        Prop.ForAll(pairs.ToArbitrary(), pair => !Jid.TryParse(pair.one, out var one) || !Jid.TryParse(pair.other, out var other)
            || (one == other) == string.Equals(one.ToString(), other.ToString(), StringComparison.Ordinal)).Check(Config.QuickThrowOnFailure.WithMaxTest(10_000).WithQuietOnSuccess(true));
    }

    [Fact]
    public void Canonically_equivalent_spellings_are_one_address() => Check(3_000, (text, jid) =>
        !Jid.TryParse(Normalized(text, NormalizationForm.FormD), out var decomposed) || decomposed == jid);

    [Fact]
    public void No_part_holds_what_would_end_it() => Check(5_000, jid =>
        jid.Local?.AsSpan().ContainsAny(NotInLocal) != true && !jid.Domain.AsSpan().ContainsAny('/', '@', ' ') && !jid.ToString().AsSpan().ContainsAnyInRange('\0', '\x1F'));

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    [InlineData("th-TH")]
    public void The_culture_changes_nothing(string culture)
    {
        var (before, texts) = (CultureInfo.CurrentCulture, new[] { "TITLE.IT@MINI.IO/I", "\u0130@b", "\u0131I@b", "stra\u00DFe@b", "a@xn--strae-oqa.I" });
        var expected = texts.Select(Read).ToArray();
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            Assert.Equal("title.it@mini.io/I", expected[0]);
            Assert.Equal(expected, texts.Select(Read));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static string? Read(string text) => Jid.TryParse(text, out var jid) ? jid.ToString() : null;

    // A text with a lone surrogate or U+FFFE has no normal form.
    private static string Normalized(string text, NormalizationForm form) => text.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar || rune.Value == 0xFFFE) ? text : text.Normalize(form);

    private static void Check(int atLeast, Func<Jid, bool> holds) => Check(atLeast, (_, jid) => holds(jid));

    private static void Check(int atLeast, Func<string, Jid, bool> holds)
    {
        var prepared = 0;
        Prop.ForAll(Texts.ToArbitrary(), text =>
        {
            if (!Jid.TryParse(text, out var jid))
                return true;
            prepared++;
            return holds(text, jid);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000).WithQuietOnSuccess(true));
        Assert.True(prepared >= atLeast, $"Only {prepared} texts were addresses.");
    }
}
