"""Functions of an ELF binary and their instructions, by way of nm and objdump (binutils, AT&T syntax, x86-64)."""

import bisect
import re
import subprocess
from dataclasses import dataclass

INSTRUCTION = re.compile(r"^\s*([0-9a-f]+):\t(.*)$")
DIRECT_TARGET = re.compile(r"^([0-9a-f]+)(?:\s+<([^>]*)>)?$")
# Through the global offset table: objdump names the symbol that the dynamic linker puts there.
TABLE_TARGET = re.compile(r"^\*0x[0-9a-f]+\(%rip\)\s+#\s+[0-9a-f]+\s+<([^>+]+)@[^>]*>$")
ADDRESS_TAKEN = re.compile(r"^-?0x[0-9a-f]+\(%rip\),%\w+\s+#\s+([0-9a-f]+)\b")
PREFIXES = {"bnd", "notrack", "rep", "repz", "repnz", "data16", "cs", "ds", "addr32"}


class BinaryError(Exception):
    """What is wrong with the binary or the tools, for a person."""


@dataclass(frozen=True)
class Function:
    name: str
    start: int
    end: int


@dataclass(frozen=True)
class Instruction:
    address: int
    mnemonic: str
    operands: str
    is_locked: bool

    @property
    def is_call(self):
        return self.mnemonic in ("call", "callq")

    @property
    def is_branch(self):
        return self.is_call or self.mnemonic.startswith("j")

    @property
    def writes_atomically(self):
        """Locks a cache line: a lock prefix, or an exchange with memory, which locks without one."""
        return self.is_locked or (self.mnemonic.startswith("xchg") and "(" in self.operands)


class Binary:
    def __init__(self, path):
        self.path = str(path)
        if "elf64-x86-64" not in run("objdump", "-f", self.path):
            raise BinaryError(f"{path} is no x86-64 program")
        self.functions = read_functions(run("nm", "--defined-only", "--numeric-sort", "--print-size", self.path))
        self.starts = [function.start for function in self.functions]

    def named(self, pattern):
        """The functions whose whole symbol matches a regular expression."""
        return [function for function in self.functions if re.fullmatch(pattern, function.name)]

    def at(self, address):
        """The function that an address lies in, or None."""
        position = bisect.bisect_right(self.starts, address) - 1
        if position >= 0 and address < self.functions[position].end:
            return self.functions[position]
        return None

    def instructions(self, function):
        text = run(
            "objdump", "--disassemble", "--no-show-raw-insn", f"--start-address={function.start}",
            f"--stop-address={function.end}", self.path)
        return [parse(match) for match in map(INSTRUCTION.match, text.splitlines()) if match]

    def target(self, instruction):
        """Where a branch goes: a Function, the name of an external function, an address nobody names, or None when it is indirect."""
        direct = DIRECT_TARGET.match(instruction.operands)
        if direct:
            address = int(direct[1], 16)
            return self.at(address) or external_name(direct[2]) or address
        table = TABLE_TARGET.match(instruction.operands)
        return external_name(table[1]) if table else None

    def taken(self, instruction):
        """The function whose address an instruction takes, or None. Functions that the compiler has merged are called in this way."""
        match = ADDRESS_TAKEN.match(instruction.operands) if instruction.mnemonic.startswith("lea") else None
        function = self.at(int(match[1], 16)) if match else None
        return function if function and function.start == int(match[1], 16) else None


def read_functions(listing):
    """From the lines of nm: those with a size, one for each address."""
    functions = {}
    for line in listing.splitlines():
        fields = line.split()
        if len(fields) == 4 and fields[2] in "tTwWiV":
            start, size = int(fields[0], 16), int(fields[1], 16)
            functions.setdefault(start, Function(fields[3], start, start + size))
    if not functions:
        raise BinaryError("the binary has no symbols: it must not be stripped")
    return [functions[start] for start in sorted(functions)]


def parse(match):
    words = match[2].split()
    is_locked = "lock" in words
    while len(words) > 1 and (words[0] in PREFIXES or words[0] == "lock"):
        words = words[1:]
    mnemonic = words[0].split(",")[0] if words else ""
    return Instruction(int(match[1], 16), mnemonic, " ".join(words[1:]), is_locked)


def external_name(annotation):
    """`malloc` of `malloc@plt` or `malloc@@GLIBC_2.2.5`; None where there is no name, or one with an offset."""
    if not annotation or "+" in annotation:
        return None
    return annotation.split("@")[0]


def run(*command):
    try:
        result = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        raise BinaryError(f"{command[0]} is missing: install binutils") from None
    if result.returncode != 0:
        raise BinaryError(result.stderr.strip() or f"{command[0]} failed")
    return result.stdout


def demangle(names):
    """Symbols -> what a person calls them; C names stay."""
    try:
        text = "\n".join(names)
        result = subprocess.run(["swift-demangle", "--compact", "--simplified"], input=text, capture_output=True, text=True, check=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        raise BinaryError("swift-demangle is missing: it comes with the Swift toolchain, which must be on PATH") from None
    return dict(zip(names, result.stdout.splitlines()))
