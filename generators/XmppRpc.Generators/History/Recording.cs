using System.Text.RegularExpressions;
using XmppRpc.Generators.Model;

namespace XmppRpc.Generators.History;

/// <summary>Contracts as <c>RpcContracts.txt</c> records them: what others on the wire depend on, and nothing else.</summary>
internal static class Recording
{
    public const string FileName = "RpcContracts.txt";

    private static readonly Regex Namespaces = new(@"global::(?:@?\w+\.)*", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    /// <summary>The contract's own methods; inherited ones are those of the contract they come from.</summary>
    public static IEnumerable<(MethodModel Method, RecordedMethod Line)> Of(ContractModel contract) => contract.Methods
        .Where(method => string.Equals(method.WireContract, contract.WireName, StringComparison.Ordinal))
        .Select(method => (method, new RecordedMethod(contract.WireName, contract.Version, method.WireName, string.Join(", ", method.Parameters.Select(Parameter).OfType<string>()), Result(method), IsRetired: false)));

    private static string Result(MethodModel method) => method.Kind switch
    {
        MethodKind.OneWay => "one-way",
        MethodKind.Stream => "stream of " + Short(method.ResultType!),
        MethodKind.Deferred => "later " + Short(method.ResultType!),
        _ => method.ResultType is null ? "nothing" : Short(method.ResultType),
    };

    // Null for what does not travel.
    private static string? Parameter(ParameterModel parameter) => parameter.Kind switch
    {
        ParameterKind.Cancellation or ParameterKind.Options => null,
        ParameterKind.Upload => $"{parameter.Name}: stream of {Short(parameter.ItemType!)}",
        ParameterKind.Progress => $"{parameter.Name}: progress of {Short(parameter.ItemType!)}",
        ParameterKind.Header => $"{parameter.Name}: header {parameter.Header} {Short(parameter.Type)}{Default(parameter)}",
        _ => $"{parameter.Name}: {Short(parameter.Type)}{Default(parameter)}",
    };

    private static string Default(ParameterModel parameter) => parameter.Default is { } value ? " = " + Short(value.Literal) : "";

    // Types are known on the wire by what they are made of, so moving one to another namespace changes nothing.
    private static string Short(string type) => Namespaces.Replace(type, "");
}
