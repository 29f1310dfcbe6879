"""The check of instructions tells a worker's own from those of libraries and of others, and finds changes in either direction."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from hotpath.callgrind import CallgrindError, below
from hotpath.limits import Limits, LimitsError, compare

CHECK = ROOT / "scripts/check-instructions"
# What callgrind writes, without the parts that do not matter here: one entry that calls a function and a library, another one that calls
# the same function.
PROFILE = """\
positions: line
events: Ir

ob=/program
fl=???
fn=stageOne'main
0 100
cfn=shared'stageOne'main
calls=4 0
0 48
cob=/library.so
cfn=send'stageOne'main
calls=1 0
0 1000
0 5

fn=shared'stageOne'main
+3 40
-2 8

fn=shared'stageTwo'main
* 7

ob=/library.so
fn=send'stageOne'main
0 1000

ob=/program
fn=main
0 0
"""


def test_own_instructions_are_told_by_entry_without_those_of_libraries():
    assert below(PROFILE, "/program", ["stage*"]) == {"stageOne": 153, "stageTwo": 7}


def test_instructions_below_no_entry_are_an_error():
    with pytest.raises(CallgrindError, match="7 instructions of shared belong to no entry"):
        below(PROFILE, "/program", ["stageOne"])


def limits(**stages):
    return Limits("x86-64-v2", 3, {"encap": stages})


def findings(known, counted):
    return [comparison.finding for comparison in compare(known, {"encap": counted}) if comparison.finding]


@pytest.mark.parametrize("counted", [97.1, 100, 102.9])
def test_a_change_within_the_limit_is_none(counted):
    assert findings(limits(act=100), {"act": counted}) == []


@pytest.mark.parametrize("counted, words", [(104, "4.0 % more"), (96, "4.0 % fewer")])
def test_more_and_fewer_instructions_are_both_found(counted, words):
    assert findings(limits(act=100), {"act": counted}) == [f"act of encap executes {words} instructions: {counted} per packet, not 100"]


def test_a_new_stage_and_one_that_is_gone_are_found():
    assert findings(limits(act=100), {"flood": 50}) == ["flood of encap is new", "act of encap was not counted"]


def test_limits_that_are_written_are_read_again(tmp_path):
    limits(act=100.5).write(tmp_path / "limits.json")
    assert Limits.read(tmp_path / "limits.json") == limits(act=100.5)


def test_a_missing_file_says_how_to_make_one(tmp_path):
    with pytest.raises(LimitsError, match="--update writes it"):
        Limits.read(tmp_path / "none.json")


def check(*arguments, **environment):
    environment = {"PATH": "/usr/bin:/bin", **environment}
    return subprocess.run([CHECK, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL, env=environment)


def test_a_build_for_another_cpu_is_skipped_aloud():
    result = check(MARCH="native")
    assert result.returncode == 0
    assert "SKIPPED: MARCH=native" in result.stdout
    assert result.stdout.splitlines()[-1] == "0 passed, 0 failed, 1 skipped"


def test_a_missing_binary_is_no_pass(tmp_path):
    result = check(tmp_path / "nothing")
    assert result.returncode == 2
    assert "run make build" in result.stderr


def test_a_program_that_fails_is_no_pass(tmp_path):
    result = check("/bin/false", "--file", write(tmp_path))
    assert result.returncode == 2
    assert "ended with status 1" in result.stderr


def write(directory):
    path = directory / "limits.json"
    path.write_text(json.dumps({"cpu": "x86-64-v2", "limit_percent": 3, "instructions_per_packet": {}}))
    return path
