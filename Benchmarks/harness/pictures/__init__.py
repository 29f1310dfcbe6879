"""docs/pictures/*.svg from a result, by matplotlib: one picture a file. Colours are those of Okabe and Ito, which colour-blind readers tell
apart, and no picture depends on colour alone."""

from ..process import BenchError


class NoFigures(Exception):
    """A result lacks what a picture shows."""


def draw_all(document, directory, extension="svg"):
    """Draws every picture that the result has figures for; returns the exit status."""
    try:
        from . import growth, latency, lookup, rates, stages, style
    except ImportError as error:
        raise BenchError(f"cannot draw: {error} (Debian's package python3-matplotlib: scripts/install-dependencies bench)") from error
    directory.mkdir(parents=True, exist_ok=True)
    status = 0
    for name, picture in (("growth", growth), ("rates", rates), ("lookup", lookup), ("latency", latency), ("stages", stages)):
        path = directory / f"{name}.{extension}"
        try:
            style.save(picture.draw(document), path, document)
            print(path)
        except NoFigures as error:
            print(f"{path}: not drawn: {error}")
            status = 1
    return status
