"""Medians of what took turns."""

from statistics import median


def spread(values):
    """{"median", "minimum", "maximum"} with two digits, or nothing for no values."""
    values = [value for value in values if value is not None]
    if not values:
        return None
    return {"median": round(median(values), 2), "minimum": round(min(values), 2), "maximum": round(max(values), 2)}


def median_ratio(numerators, denominators):
    """The median of the ratios within each round: what drifts from round to round cancels out."""
    ratios = [a / b for a, b in zip(numerators, denominators) if a is not None and b]
    return round(median(ratios), 3) if ratios else None


def megapackets(cycles, hertz):
    """Million packets a second that ``cycles`` for each allow."""
    return round(hertz / cycles / 1e6, 2) if cycles else None
