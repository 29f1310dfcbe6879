"""A lookup in the MAC table against DPDK's hash table."""

from .. import micro
from . import NoFigures, style

WIDTH = 0.36
TABLES = [
    (-WIDTH / 2, "rte_hash", "rte_hash_lookup_bulk_data (lock-free)", {"color": style.ORANGE, "hatch": "//"}),
    (WIDTH / 2, "viaduct", "Viaduct's MAC table", {"color": style.BLUE}),
]


def draw(document):
    measured = document.get("micro") or {}
    ratios = micro.lookup_ratios(measured)
    if not ratios:
        raise NoFigures("the result has no MAC lookups beside rte_hash")
    cycles = {(row["variant"], row["entries"]): row["cycles_median"] for row in measured["results"] if row["name"] == "mac_lookup"}
    drawn, axes = style.figure(width=6.4, height=4.0)
    axis = axes[0][0]
    sizes = sorted(ratios)
    for offset, variant, label, looks in TABLES:
        values = [cycles[variant, entries] for entries in sizes]
        places = [place + offset for place in range(len(sizes))]
        bars = axis.bar(places, values, WIDTH * 0.94, edgecolor="white", label=label, **looks)
        shares = ["" if variant == "rte_hash" else f" ({ratios[entries]:.2f}x)" for entries in sizes]
        axis.bar_label(bars, [f"{value:.0f}{share}" for value, share in zip(values, shares)], padding=2, fontsize=9)
    axis.set_xticks(range(len(sizes)), [f"{style.count(entries)} entries" for entries in sizes])
    axis.set_ylabel("cycles per key, bursts of 32")
    axis.margins(y=0.12)
    axis.legend(loc="upper left")
    return drawn
