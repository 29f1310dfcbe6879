"""What all pictures share."""

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot

BLUE, ORANGE, GREEN, SKY, VERMILLION, PURPLE, YELLOW, GREY = (
    "#0072B2", "#E69F00", "#009E73", "#56B4E9", "#D55E00", "#CC79A7", "#F0E442", "#7F7F7F")

pyplot.rcParams.update({
    "font.family": "DejaVu Sans", "font.size": 10, "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True,
    "axes.grid": True, "axes.grid.axis": "y", "grid.color": "#DDDDDD", "axes.titlesize": 11, "axes.titleweight": "bold",
    "legend.frameon": False, "figure.facecolor": "white", "hatch.linewidth": 0.6,
    # The same result gives the same file.
    "svg.hashsalt": "viaduct",
})

# Whose bar or line it is: (name in the result, label, colour, hatch).
CANDIDATES = [
    ("testpmd io", "testpmd io (devices alone)", "#BBBBBB", ""),
    ("testpmd mac", "testpmd mac", GREY, ""),
    ("viaduct", "Viaduct", BLUE, ""),
    ("Open vSwitch, static flows", "Open vSwitch, static flows", ORANGE, "//"),
    ("Open vSwitch, learning", "Open vSwitch, learning bridge", VERMILLION, "\\\\"),
]


def figure(width=8.0, height=4.4, columns=1, **options):
    return pyplot.subplots(1, columns, figsize=(width, height), squeeze=False, **options)


def save(drawn, path, document):
    """Closes the picture under a line that says where its figures are from."""
    machine = document.get("machine", {})
    words = [machine.get("cpu"), f"{machine.get('cores')} cores", "2 MiB pages" if document.get("hugepages") else "4 KiB pages",
             f"DPDK {machine.get('dpdk')}", document.get("time", "")[:10]]
    drawn.text(0.995, 0.008, ", ".join(str(word) for word in words if word), ha="right", va="bottom", fontsize=7, color=GREY)
    drawn.tight_layout(rect=(0, 0.03, 1, 1))
    drawn.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None, dpi=110)
    pyplot.close(drawn)


def count(number):
    return f"{number // 1_000_000} million" if number >= 1_000_000 else f"{number:,}"
