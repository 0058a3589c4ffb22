using CeleryNet.Throughput.Peers;

namespace CeleryNet.Throughput.Report;

/// <summary>Draws figures: for each a bar per peer, as long as its median, with a line from the least to the most.</summary>
internal static class BarChart
{
    private const double Width = 800;
    private const double Margin = 16;
    private const double BarsLeft = 150;
    private const double BarsWidth = 420;
    private const double HeadHeight = 36;
    private const double TitleHeight = 28;
    private const double RowHeight = 22;
    private const double BarHeight = 14;
    private const double GapHeight = 10;
    private const double CapHeight = 6;

    // From the middle of a row to the line its letters stand on.
    private const double BaseLine = 4;

    public static string Write(Chart chart, IReadOnlyList<Figure> figures, SampleSet samples)
    {
        var rows = figures.Sum(figure => samples.Peers(figure).Count);
        var height = HeadHeight + (figures.Count * (TitleHeight + GapHeight)) + (rows * RowHeight) + Margin;
        var most = figures.ToDictionary(figure => figure, figure => Most(figure, samples));
        using var svg = new Svg(Width, height, chart.Title);
        svg.Text(Margin, 26, chart.Title, isBold: true, size: 15);
        svg.Text(Width - Margin, 26, "bar: median of the rounds, line: least to most", "end", isFaint: true, size: 11);
        var y = HeadHeight;
        foreach (var figure in figures)
        {
            svg.Text(Margin, y + 18, $"{figure.Title} [{figure.Unit}]", isBold: true);
            svg.Text(Width - Margin, y + 18, figure.Unit is "tasks/s" or "calls/s" ? "more is better" : "less is better", "end", isFaint: true, size: 11);
            y += TitleHeight;
            var scale = BarsWidth / (chart.SharesScale ? most.Values.Max() : most[figure]);
            foreach (var peer in samples.Peers(figure))
            {
                Row(svg, y, peer, Spread.Of(samples.Values(figure, peer).Values), scale);
                y += RowHeight;
            }

            y += GapHeight;
        }

        return svg.Finish();
    }

    private static double Most(Figure figure, SampleSet samples)
        => Math.Max(samples.Peers(figure).Max(peer => samples.Values(figure, peer).Values.Max()), double.Epsilon);

    private static void Row(Svg svg, double y, string peer, Spread spread, double scale)
    {
        var middle = y + (RowHeight / 2);
        var isVariant = peer != Peer.CeleryNet.Name && peer != Peer.Celery.Name && peer != Peer.Raw.Name;
        svg.Text(BarsLeft - 8, middle + BaseLine, peer, "end");
        svg.Bar(BarsLeft, middle - (BarHeight / 2), spread.Median * scale, BarHeight, Colour(peer), isVariant ? 0.55 : 1);
        var text = NumberText.Of(spread.Median);
        if (spread.Min < spread.Max)
        {
            var (from, to) = (BarsLeft + (spread.Min * scale), BarsLeft + (spread.Max * scale));
            svg.Line(from, middle, to, middle);
            svg.Line(from, middle - (CapHeight / 2), from, middle + (CapHeight / 2));
            svg.Line(to, middle - (CapHeight / 2), to, middle + (CapHeight / 2));
            text += $" ({NumberText.Of(spread.Min)} to {NumberText.Of(spread.Max)})";
        }

        svg.Text(BarsLeft + (spread.Max * scale) + 8, middle + BaseLine, text);
    }

    private static string Colour(string peer)
        => peer.StartsWith(Peer.CeleryNet.Name, StringComparison.Ordinal) ? "#4493f8"
        : peer.StartsWith(Peer.Celery.Name, StringComparison.Ordinal) ? "#57ab5a"
        : "#9198a1";
}
