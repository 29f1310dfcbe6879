"""Packets a second of all candidates, beside each other."""

from .. import result
from . import NoFigures, style

WIDTH = 0.16


def draw(document):
    rows = result.peer_rows(document)
    sizes = sorted({row["macs"] for row in rows})
    if not sizes:
        raise NoFigures("the result has no peers")
    drawn, axes = style.figure(width=4.6 * len(sizes) + 0.6, height=4.6, columns=len(sizes), sharey=True)
    for axis, macs in zip(axes[0], sizes):
        for position, direction in enumerate(("encap", "decap")):
            candidates = next((row["candidates"] for row in rows if row["macs"] == macs and row["direction"] == direction), {})
            group(axis, position, candidates, labelled=position == 0)
        axis.set_title(f"{style.count(macs)} pairs of MACs")
        axis.set_xticks((0, 1), ("encapsulation", "decapsulation"))
    axes[0][0].set_ylabel("million packets a second, one worker")
    handles, labels = axes[0][0].get_legend_handles_labels()
    drawn.legend(handles, labels, loc="upper center", ncol=3, fontsize=9)
    drawn.suptitle(" \n ", fontsize=11)
    return drawn


def group(axis, position, candidates, labelled):
    for index, (name, label, colour, hatch) in enumerate(style.CANDIDATES):
        rate = candidates.get(name, {}).get("megapackets_per_second")
        place = position + (index - (len(style.CANDIDATES) - 1) / 2) * WIDTH
        bars = axis.bar(place, rate or 0, WIDTH * 0.92, color=colour, hatch=hatch, edgecolor="white", label=label if labelled else None)
        axis.bar_label(bars, [f"{rate:.1f}" if rate else "-"], padding=2, fontsize=8)
