namespace XmppRpc.Tests.House;

public class LayerCheckTests
{
    private static readonly Layers Table = new(Top: ["Top"], ["High"], ["Left", "Right"], ["Low"]);

    private static readonly Dictionary<string, string> House = new(StringComparer.Ordinal)
    {
        ["Top.cs"] = "class Top { High high; Left left; Low low; Value value; }",
        ["Value.cs"] = "class Value { }",
        ["Other.cs"] = "static class Other { public static void Extend(this Value value) { } }",
        ["High/High.cs"] = "class High { public Left Left = new(); }",
        ["High/Deep/Deep.cs"] = "class Deep : High { }",
        ["Left/Left.cs"] = "class Left { public static int Count; public class Nested; }",
        ["Right/Right.cs"] = "class Right { Low low; }",
        ["Low/Low.cs"] = "class Low { Value value; }",
    };

    [Fact]
    public void A_house_that_keeps_the_table_has_no_violations() => Assert.Empty(Check("Value.cs", House["Value.cs"]));

    [Theory]
    [InlineData("Low/Low.cs", "class Low { Left left; }", "Low/Low.cs:1 (Low, level 1) uses Left of Left/Left.cs (Left, level 2).")]
    [InlineData("Left/Left.cs", "class Left { void M(object o) { _ = o is Right; } }", "Left/Left.cs:1 (Left, level 2) uses Right of Right/Right.cs (Right, level 2).")]
    [InlineData("Value.cs", "class Value { Low low; }", "Value.cs:1 (the root's values, level 0) uses Low of Low/Low.cs (Low, level 1).")]
    [InlineData("High/High.cs", "class High { public Left Left = new(); Top top; }", "High/High.cs:1 (High, level 3) uses Top of Top.cs (the root's top, level 4).")]
    [InlineData("Low/Low.cs", "\nusing static Left;\nclass Low { int M() => Count; }", "Low/Low.cs:2 (Low, level 1) uses Left of Left/Left.cs (Left, level 2).")]
    [InlineData("Low/Low.cs", "class Low { object M(System.Collections.Generic.List<Left.Nested> l) => l; }", "Low/Low.cs:1 (Low, level 1) uses Left of Left/Left.cs (Left, level 2).", "Low/Low.cs:1 (Low, level 1) uses Nested of Left/Left.cs (Left, level 2).")]
    [InlineData("Right/Right.cs", "class Right { void M() { var l = new High().Left; } }", "Right/Right.cs:1 (Right, level 2) uses Left of Left/Left.cs (Left, level 2).", "Right/Right.cs:1 (Right, level 2) uses High of High/High.cs (High, level 3).")]
    public void A_use_of_a_higher_level_or_a_neighbour_is_found(string path, string text, params string[] violations) =>
        Assert.Equal(violations, Check(path, text));

    [Fact]
    public void A_folder_that_the_table_does_not_know_is_found() =>
        Assert.Equal(["Attic/Box.cs is in a folder that the table does not know."], Check("Attic/Box.cs", "class Box;"));

    [Fact]
    public void A_name_that_does_not_bind_is_found() =>
        Assert.Contains("CS0246", Assert.Single(Check("Low/Low.cs", "class Low { Nowhere nowhere; }")), StringComparison.Ordinal);

    private static IReadOnlyList<string> Check(string path, string text) =>
        LayerCheck.Violations(Table, new Dictionary<string, string>(House, StringComparer.Ordinal) { [path] = text }, "House");
}
