using System.Collections.Concurrent;
using System.Reflection;
using Xunit.v3;

[assembly: XmppRpc.Servers.Tests.HangGuard]

namespace XmppRpc.Servers.Tests;

/// <summary>No test may keep the run from ending: one that takes too long is cancelled, and the run ends with its name if that does not help.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class HangGuardAttribute : BeforeAfterTestAttribute
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(4), Grace = TimeSpan.FromMinutes(1);
    private static readonly ConcurrentDictionary<string, Timer> Guards = new(StringComparer.Ordinal);

    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        var context = TestContext.Current;
        var guard = new Timer(_ =>
        {
            if (!context.CancellationToken.IsCancellationRequested)
                context.CancelCurrentTest();
            else
                Environment.FailFast($"{test.TestDisplayName} hangs.");
        });
        Guards[test.UniqueID] = guard;
        guard.Change(Longest, Grace);
    }

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (Guards.TryRemove(test.UniqueID, out var guard))
            guard.Dispose();
    }
}
