"""Where the cycles of a packet go, stage by stage."""

from . import NoFigures, style

COLOURS = [style.SKY, style.YELLOW, style.ORANGE, style.GREEN, style.BLUE, style.PURPLE, style.VERMILLION, style.GREY]
DARK = {style.BLUE, style.VERMILLION, style.GREY, style.GREEN}
# In this order for each number of pairs.
TITLES = {
    "encap": "encapsulation", "encap-ipv6": "encapsulation, IPv6", "decap": "decapsulation", "decap-ipv6": "decapsulation, IPv6",
}
# Narrower segments have no room for their figure, in cycles.
LABELLED_CYCLES_MIN = 4


def draw(document):
    rows = [row for row in (document.get("micro") or {}).get("results", []) if row["name"].startswith("stage_")]
    if not rows:
        raise NoFigures("the result has no stages")
    bars = sorted({(row["variant"], row["entries"]) for row in rows}, key=lambda bar: (bar[1], list(TITLES).index(bar[0])))
    names = list(dict.fromkeys(row["name"] for row in rows))
    # Both directions begin with a stage of their own: keep these beside each other.
    names.sort(key=lambda name: name not in ("stage_classify", "stage_validate"))
    cycles = {(row["variant"], row["entries"], row["name"]): row["cycles_median"] for row in rows}
    drawn, axes = style.figure(width=8.4, height=0.75 * len(bars) + 1.6)
    axis = axes[0][0]
    ends = [0.0] * len(bars)
    for name, colour in zip(names, COLOURS):
        values = [cycles.get((*bar, name), 0) for bar in bars]
        segments = axis.barh(
            range(len(bars)), values, left=ends, color=colour, edgecolor="white", height=0.62, label=name.removeprefix("stage_"))
        words = [f"{value:.0f}" if value >= LABELLED_CYCLES_MIN else "" for value in values]
        axis.bar_label(segments, words, label_type="center", fontsize=8, color="white" if colour in DARK else "black")
        ends = [end + value for end, value in zip(ends, values)]
    for place, end in enumerate(ends):
        axis.text(end + max(ends) * 0.01, place, f"{end:.0f}", va="center", fontweight="bold")
    axis.set_yticks(range(len(bars)), [f"{TITLES[variant]}\n{style.count(entries)} pairs" for variant, entries in bars])
    axis.invert_yaxis()
    axis.grid(axis="y", visible=False)
    axis.grid(axis="x", visible=True)
    axis.set_xlabel("cycles per packet, each stage measured on its own")
    axis.set_xlim(0, max(ends) * 1.08)
    axis.legend(loc="upper center", bbox_to_anchor=(0.45, 1.16), ncol=len(names), fontsize=8.5, columnspacing=1.0, handlelength=1.2)
    return drawn
