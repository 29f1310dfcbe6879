"""Instructions per packet as they were when somebody last looked, and what has changed since."""

import json
from dataclasses import dataclass


class LimitsError(Exception):
    """What is wrong with the file of limits, for a person."""


@dataclass(frozen=True)
class Limits:
    """``instructions``: {direction: {stage: instructions per packet}}. A count may differ by ``percent`` either way."""

    cpu: str
    percent: float
    instructions: dict

    @staticmethod
    def read(path):
        try:
            document = json.loads(path.read_text())
            return Limits(document["cpu"], document["limit_percent"], document["instructions_per_packet"])
        except FileNotFoundError:
            raise LimitsError(f"{path} is missing: scripts/check-instructions --update writes it") from None
        except (ValueError, KeyError) as error:
            raise LimitsError(f"{path} cannot be read: {error}") from None

    def write(self, path):
        document = {"cpu": self.cpu, "limit_percent": self.percent, "instructions_per_packet": self.instructions}
        path.write_text(json.dumps(document, indent=2) + "\n")


@dataclass(frozen=True)
class Comparison:
    direction: str
    stage: str
    expected: float = None
    counted: float = None
    percent: float = 0

    @property
    def change(self):
        """Per cent; None where one of the two figures is missing."""
        if not self.expected or self.counted is None:
            return None
        return (self.counted / self.expected - 1) * 100

    @property
    def finding(self):
        """What is wrong, or None."""
        name = f"{self.stage} of {self.direction}"
        if self.expected is None:
            return f"{name} is new"
        if self.counted is None:
            return f"{name} was not counted"
        if abs(self.change) > self.percent:
            direction = "more" if self.change > 0 else "fewer"
            return f"{name} executes {abs(self.change):.1f} % {direction} instructions: {self.counted} per packet, not {self.expected}"
        return None


def compare(limits, counted):
    """A comparison for each stage that was expected or counted, in the order of the counts."""
    comparisons = []
    for direction in dict.fromkeys([*counted, *limits.instructions]):
        now, before = counted.get(direction, {}), limits.instructions.get(direction, {})
        for stage in dict.fromkeys([*now, *before]):
            comparisons.append(Comparison(direction, stage, before.get(stage), now.get(stage), limits.percent))
    return comparisons
