namespace XmppRpc.Xmpp;

/// <summary>A request was answered with something that its protocol does not allow as its answer.</summary>
public sealed class XmppAnswerException(string message) : XmppException(message);
