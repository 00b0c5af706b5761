using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Session;

/// <summary>How a SASL exchange is written in XML: the mechanisms know nothing of it.</summary>
internal abstract class SaslProfile(string ns)
{
    /// <summary>RFC 6120 §6.</summary>
    public static SaslProfile Classic { get; } = new ClassicProfile();

    /// <summary>XEP-0388.</summary>
    public static SaslProfile Extensible { get; } = new ExtensibleProfile();

    /// <summary>The namespace of its elements.</summary>
    protected string Namespace => ns;

    /// <summary>The request, with what else is asked for in one go, where the profile has room for that.</summary>
    public abstract XmppElement Begin(string mechanism, byte[] initial, IEnumerable<XmppElement> inline);

    public XmppElement Respond(byte[] data) => Write("response", data);

    /// <summary>What the mechanism has to look at, if the element is a challenge.</summary>
    public byte[]? Challenge(XmppElement answer) => answer.Is("challenge", ns) ? Read(answer) ?? [] : null;

    public bool IsFailure(XmppElement answer) => answer.Is("failure", ns);

    public bool IsSuccess(XmppElement answer) => answer.Is("success", ns);

    /// <summary>What the mechanism has to look at in a success, or null.</summary>
    public abstract byte[]? SuccessData(XmppElement success);

    /// <summary>The text of the element as bytes, or null if there is none.</summary>
    protected abstract byte[]? Read(XmppElement element);

    protected XmppElement Write(string name, byte[] data) => new XmppElement(name, ns).WithText(Convert.ToBase64String(data));

    protected static byte[] Decode(string base64)
    {
        try
        {
            return Convert.FromBase64String(base64);
        }
        catch (FormatException)
        {
            throw new XmppAuthenticationException("incorrect-encoding", "The XMPP server sent SASL data that is not base64.");
        }
    }

    private sealed class ClassicProfile() : SaslProfile(XmppNames.Sasl)
    {
        // RFC 6120 §6.4.2: an empty response is a single '='
        public override XmppElement Begin(string mechanism, byte[] initial, IEnumerable<XmppElement> inline) =>
            (initial.Length == 0 ? new XmppElement("auth", Namespace).WithText("=") : Write("auth", initial)).Set("mechanism", mechanism);

        public override byte[]? SuccessData(XmppElement success) => Read(success);

        protected override byte[]? Read(XmppElement element) => element.Text.Trim() switch
        {
            "" => null,
            "=" => [],
            var text => Decode(text),
        };
    }

    private sealed class ExtensibleProfile() : SaslProfile(XmppNames.Sasl2)
    {
        public override XmppElement Begin(string mechanism, byte[] initial, IEnumerable<XmppElement> inline)
        {
            var request = new XmppElement("authenticate", Namespace).Set("mechanism", mechanism).Add(Write("initial-response", initial));
            foreach (var element in inline)
                request.Add(element);
            return request;
        }

        // XEP-0388 §2.2: an empty element is an empty string, and what is not there is not there
        public override byte[]? SuccessData(XmppElement success) => success.Child("additional-data", Namespace) is { } data ? Read(data) : null;

        protected override byte[]? Read(XmppElement element) => Decode(element.Text.Trim());
    }
}
