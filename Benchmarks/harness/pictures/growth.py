"""How the gateway's own cycles grow with the number of MACs, beside peers."""

from .. import bar, result
from ..matrix import CURVE
from . import NoFigures, style

# VPP's bridge domain with learning, own cycles, as published for another machine of this size (2 cores, 2.7 GHz, AVX-512, version 26.06).
VPP = {"encap": {1000: 128, 100_000: 308}, "decap": {1000: 122, 100_000: 327}}
TICKS = [25, 50, 100, 200, 400, 800, 1600, 3200]


def draw(document):
    drawn, axes = style.figure(columns=2, sharey=True)
    highest = 0
    for axis, direction, title in zip(axes[0], ("encap", "decap"), ("encapsulation", "decapsulation")):
        ours, theirs = viaduct(document, direction), open_vswitch(document, direction)
        if not ours:
            raise NoFigures("the result has no growth curve (a quick run measures none)")
        line(axis, ours, "Viaduct", style.BLUE, "o", above=False)
        line(axis, theirs, "Open vSwitch (best set-up)", style.VERMILLION, "s")
        axis.plot(*zip(*sorted(VPP[direction].items())), linestyle="none", marker="D", markersize=7, markerfacecolor="none",
                  markeredgecolor=style.GREEN, label="VPP 26.06, published, other machine")
        highest = max([highest, *ours.values(), *theirs.values(), *VPP[direction].values()])
        axis.set(title=title, xscale="log", yscale="log", xlabel="pairs of MACs")
        axis.set_xticks(CURVE, [str(macs) if macs < 10_000 else f"{macs // 1000}k" if macs < 1_000_000 else "1M" for macs in CURVE])
        axis.minorticks_off()
    axes[0][0].set_yticks(TICKS, TICKS)
    axes[0][0].set_ylim(18, highest * 1.6)
    axes[0][0].minorticks_off()
    axes[0][0].set_ylabel("own cycles per packet (log)")
    handles, labels = axes[0][0].get_legend_handles_labels()
    drawn.legend(handles, labels, loc="upper center", ncol=3, bbox_to_anchor=(0.5, 1.0), fontsize=9)
    drawn.subplots_adjust(top=0.85)
    drawn.suptitle(" ", fontsize=6)
    return drawn


def line(axis, points, label, colour, marker, above=True):
    if not points:
        return
    axis.plot(*zip(*sorted(points.items())), color=colour, marker=marker, label=label)
    for macs, cycles in points.items():
        axis.annotate(f"{cycles:.0f}", (macs, cycles), textcoords="offset points", xytext=(0, 7 if above else -15), ha="center",
                      fontsize=8, color=colour)


def viaduct(document, direction):
    found = {macs: bar.value(bar.matrix(document, f"{direction} curve {macs}"), "own") for macs in CURVE}
    # What noise has turned negative has no place on a logarithmic scale.
    return {macs: cycles for macs, cycles in found.items() if cycles and cycles > 1}


def open_vswitch(document, direction):
    """The better set-up without the devices."""
    found = {}
    for row in result.peer_rows(document):
        candidates = row["candidates"]
        totals = [figures["cycles"]["median"] for name, figures in candidates.items() if name.startswith("Open vSwitch")]
        if row["direction"] == direction and totals and "devices alone" in candidates:
            found[row["macs"]] = min(totals) - candidates["devices alone"]["cycles"]["median"]
    return found
