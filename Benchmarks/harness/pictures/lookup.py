"""A lookup in the MAC table against DPDK's hash table."""

from .. import micro
from . import NoFigures, style

WIDTH = 0.36


def draw(document):
    measured = document.get("micro") or {}
    ratios = micro.lookup_ratios(measured)
    if not ratios:
        raise NoFigures("the result has no MAC lookups beside rte_hash")
    cycles = {(row["variant"], row["entries"]): row["cycles_median"] for row in measured["results"] if row["name"] == "mac_lookup"}
    drawn, axes = style.figure(width=6.4, height=4.0)
    axis = axes[0][0]
    sizes = sorted(ratios)
    for offset, variant, label, colour, hatch in (
            (-WIDTH / 2, "rte_hash", "rte_hash_lookup_bulk_data (lock-free)", style.ORANGE, "//"), (WIDTH / 2, "viaduct", "Viaduct's MAC table", style.BLUE, "")):
        values = [cycles[variant, entries] for entries in sizes]
        bars = axis.bar([place + offset for place in range(len(sizes))], values, WIDTH * 0.94, color=colour, hatch=hatch, edgecolor="white", label=label)
        words = [f"{value:.0f}" if variant == "rte_hash" else f"{value:.0f} ({ratios[entries]:.2f}x)" for value, entries in zip(values, sizes)]
        axis.bar_label(bars, words, padding=2, fontsize=9)
    axis.set_xticks(range(len(sizes)), [f"{style.count(entries)} entries" for entries in sizes])
    axis.set_ylabel("cycles per key, bursts of 32")
    axis.margins(y=0.12)
    axis.legend(loc="upper left")
    return drawn
