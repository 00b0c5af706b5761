using System.Globalization;
using System.Net;
using System.Text;

namespace XmppRpc.Benchmarks.Peers.Results;

/// <summary>Horizontal bars as an SVG that reads on light and dark pages.</summary>
internal static class BarPlot
{
    private const int Width = 720, Bar = 16, Row = 22, Label = 190, Top = 34;

    public static string Draw(string title, IReadOnlyList<(string Label, double Value, bool IsOurs)> bars)
    {
        var most = bars.Select(static bar => bar.Value).DefaultIfEmpty(1).Max();
        var height = Top + bars.Count * Row + 8;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" width=\"{Width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">\n");
        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"8\" y=\"20\" font-size=\"14\" fill=\"#222222\">{WebUtility.HtmlEncode(title)}</text>\n");
        for (var i = 0; i < bars.Count; i++)
        {
            var (label, value, isOurs) = bars[i];
            var (y, length) = (Top + i * Row, value / most * (Width - Label - 90));
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Label - 6}\" y=\"{y + 12}\" text-anchor=\"end\" fill=\"#222222\">{WebUtility.HtmlEncode(label)}</text>");
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Label}\" y=\"{y}\" width=\"{length:0.0}\" height=\"{Bar}\" fill=\"{(isOurs ? "#1f6feb" : "#9aa4b2")}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Label + length + 5:0.0}\" y=\"{y + 12}\" fill=\"#222222\">{value:N0}</text>\n");
        }
        return svg.Append("</svg>\n").ToString();
    }
}
