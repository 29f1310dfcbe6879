"""Latency through vhost-user ports, percentiles at two loads."""

from ..latency import rate_name
from . import NoFigures, style

WIDTH = 0.26
PERCENTILES = (("p50", "p50"), ("p99", "p99"), ("p99_9", "p99.9"))
FORWARDERS = style.CANDIDATES[:3]


def draw(document):
    forwarders = (document.get("latency") or {}).get("forwarders") or {}
    loads = sorted({load for forwarder in forwarders.values() for load in forwarder.get("loads", {})}, key=int)
    if not loads:
        raise NoFigures("the result has no latencies")
    drawn, axes = style.figure(columns=len(loads), sharey=True)
    for axis, load in zip(axes[0], loads):
        for index, (name, label, colour, hatch) in enumerate(FORWARDERS):
            found = forwarders.get(name, {}).get("loads", {}).get(load)
            if found:
                places = [place + (index - 1) * WIDTH for place in range(len(PERCENTILES))]
                values = [found[key] for key, _ in PERCENTILES]
                bars = axis.bar(places, values, WIDTH * 0.92, color=colour, hatch=hatch, edgecolor="white", label=label.split(" (")[0])
                axis.bar_label(bars, [f"{value:.0f}" if value >= 10 else f"{value:.1f}" for value in values], padding=2, fontsize=7)
        axis.set(title=f"{load} % of its {rate_name(forwarders)}", yscale="log")
        axis.margins(y=0.15)
        axis.yaxis.set_major_formatter("{x:g}")
        axis.set_xticks(range(len(PERCENTILES)), [label for _, label in PERCENTILES])
    axes[0][0].set_ylabel("microseconds (log)")
    axes[0][0].legend(loc="upper left", fontsize=9)
    return drawn
