"""Instructions that functions of a program execute, counted by valgrind's callgrind: the same in each run, however busy the machine is."""

import json
import os
import re
import subprocess
from collections import Counter
from pathlib import Path

# Callers that callgrind tells apart: more than there are between an entry and the deepest function below it.
DEPTH = 8
SECONDS_MAX = 240
COST = re.compile(r"^(?:\d+|\*|[+-]\d+) (\d+)$")


class CallgrindError(Exception):
    """Why there are no counts, for a person."""


def count(program, arguments, entries, directory):
    """Runs a program and counts below the functions ``entries``: patterns of callgrind's, with * for any characters. Returns what the
    program printed, as JSON, and the instructions that it executed itself, libraries left out, by symbol of the entry."""
    # Valgrind 3.19 cannot read the compiler's debugging information; symbols are enough.
    copy = Path(directory) / Path(program).name
    run(["objcopy", "--strip-debug", str(program), str(copy)], 60)
    output = Path(directory) / "callgrind.out"
    command = [
        "valgrind", "--tool=callgrind", f"--callgrind-out-file={output}", "--compress-strings=no", "--compress-pos=no",
        f"--separate-callers={DEPTH}", *(f"--toggle-collect={entry}" for entry in entries), str(copy), *arguments]
    printed = run(command, SECONDS_MAX)
    return json.loads(printed), below(output.read_text(), str(copy), entries)


def run(command, seconds):
    """What a command prints. Dictionaries of Swift's have the same order in each run."""
    environment = {**os.environ, "SWIFT_DETERMINISTIC_HASHING": "1"}
    try:
        result = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds, env=environment, start_new_session=True)
    except FileNotFoundError:
        raise CallgrindError(f"{command[0]} is missing: run scripts/install-dependencies") from None
    except subprocess.TimeoutExpired:
        raise CallgrindError(f"{command[0]} did not end within {seconds} s") from None
    if result.returncode != 0:
        raise CallgrindError(f"{command[0]} ended with status {result.returncode}: {last_words(result)}")
    return result.stdout


def last_words(result):
    lines = [line for line in (result.stdout + result.stderr).splitlines() if line.strip()]
    return " | ".join(lines[-3:]) or "it said nothing"


def below(text, program, entries):
    """Instructions of the program's own code by the entry that they are executed below. ``text`` is a file of callgrind's whose functions
    carry their callers: function'caller'caller."""
    patterns = [re.compile(re.escape(entry).replace(r"\*", ".*")) for entry in entries]
    totals = Counter()
    for function, instructions in own_costs(text, program):
        entry = next((name for name in function.split("'") if any(pattern.fullmatch(name) for pattern in patterns)), None)
        if entry is None:
            raise CallgrindError(f"{instructions} instructions of {function.split(chr(39))[0]} belong to no entry: DEPTH is too small")
        totals[entry] += instructions
    return totals


def own_costs(text, program):
    """(function, instructions) for each line of cost that is a function's own, not its callees'."""
    module = function = None
    is_call = False
    for line in text.splitlines():
        if line.startswith("ob="):
            module = line[3:]
        elif line.startswith("fn="):
            function = line[3:]
        elif line.startswith("calls="):
            is_call = True
        elif (cost := COST.match(line)):
            if not is_call and module == program and int(cost[1]) > 0:
                yield function, int(cost[1])
            is_call = False
