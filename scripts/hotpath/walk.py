"""Everything that is reachable from a function by calls, jumps and addresses taken, and what it does on the way."""

from collections import Counter
from dataclasses import dataclass, field

from .binary import Function


@dataclass
class Visit:
    """One function that a worker executes."""

    function: Function
    instruction_count: int = 0
    # Names of the functions called that are not the project's, with the number of places.
    external: Counter = field(default_factory=Counter)
    # Addresses of calls and jumps through a pointer, and of instructions that lock a cache line or enter the kernel.
    indirect: list = field(default_factory=list)
    atomic: list = field(default_factory=list)
    system: list = field(default_factory=list)


def walk(binary, roots, stops):
    """Visits each reachable function once. ``stops`` is a compiled expression: functions of such a name are noted
    as called, and not entered."""
    visits, waiting, seen = [], list(roots), {root.start for root in roots}
    while waiting:
        visit, callees = examine(binary, waiting.pop(0), stops)
        visits.append(visit)
        for callee in callees:
            if callee.start not in seen:
                seen.add(callee.start)
                waiting.append(callee)
    return visits


def examine(binary, function, stops):
    visit, callees = Visit(function), []
    instructions = binary.instructions(function)
    for position, instruction in enumerate(instructions):
        visit.instruction_count += 1
        if instruction.writes_atomically:
            visit.atomic.append(instruction.address)
        if instruction.mnemonic in ("syscall", "sysenter", "int"):
            visit.system.append(instruction.address)
        taken = binary.taken(instruction)
        if taken:
            callees.append(taken)
        if instruction.is_branch and not is_switch(instructions, position):
            follow(binary, instruction, visit, callees, stops)
    return visit, callees


def is_switch(instructions, position):
    """A jump through a table of offsets, which stays in its function: the offset is loaded just before."""
    jump = instructions[position]
    if jump.is_call or not jump.operands.startswith("*%"):
        return False
    before = instructions[max(0, position - 4):position]
    return any(load.mnemonic.startswith("movs") and ",4)" in load.operands for load in before)


def follow(binary, instruction, visit, callees, stops):
    target = binary.target(instruction)
    if target is None:
        visit.indirect.append(instruction.address)
    elif not isinstance(target, Function):
        visit.external[target if isinstance(target, str) else hex(target)] += 1
    elif stops.fullmatch(target.name):
        visit.external[target.name] += 1
    elif target != visit.function:
        callees.append(target)
