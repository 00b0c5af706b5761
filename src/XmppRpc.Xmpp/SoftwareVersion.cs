namespace XmppRpc.Xmpp;

/// <summary>Name and version of a program, and the system it runs on, null where it is not told (XEP-0092).</summary>
public sealed record SoftwareVersion(string Name, string Version, string? OperatingSystem = null);
