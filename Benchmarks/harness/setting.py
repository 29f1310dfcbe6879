"""Where and how everything is measured: the same for all candidates of a run."""

from dataclasses import dataclass
from pathlib import Path


# On 4 KiB pages Open vSwitch does not try with fewer buffers when it does not get the 262144 that it would like.
OVS_MIB = 1200


@dataclass(frozen=True)
class Setting:
    core: int
    other_cores: list
    hugepages: bool
    # Length of one window of one candidate, and how often all candidates take turns.
    seconds: float
    rounds: int
    quick: bool
    # Where the executables are.
    binaries: Path

    def binary(self, name):
        return self.binaries / name

    @property
    def lcores(self):
        """EAL's argument for a main thread on the other cores and one worker on the measured core."""
        return f"--lcores=0@({','.join(map(str, self.other_cores))}),1@{self.core}"

    def eal_memory(self, frame_count):
        """EAL's arguments for a pool that holds a stream of ``frame_count`` frames."""
        mib = 128 + frame_count // 350
        return ["--in-memory", f"--socket-mem={mib}"] if self.hugepages else pages_of_4_kib(mib)

    def ovs_memory(self, frame_count):
        """The same for Open vSwitch, whose buffers are larger and which takes as many as it gets."""
        mib = 192 + frame_count // 220
        if self.hugepages:
            return ["--no-pci", "--in-memory", f"--socket-limit={mib}"]
        # It would add --in-memory, which excludes --no-huge, if --legacy-mem did not tell it not to.
        return ["--no-pci", "--legacy-mem", *pages_of_4_kib(OVS_MIB)]


def pages_of_4_kib(mib):
    return ["--no-huge", "-m", str(mib), "--iova-mode=va", "--no-shconf"]
