"""The hot path check catches what it is there for: planted by a worker made for the purpose, compiled and disassembled for real."""

import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
CHECK = HERE.parent.parent / "scripts/check-hot-path"


def compiled(source, directory, *flags):
    binary = directory / Path(source).stem
    command = ["swiftc", "-O", "-parse-as-library", "-module-name", "Dataplane", *flags, str(source), "-o", str(binary)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return binary


def check(binary, *options):
    return subprocess.run([CHECK, binary, *options], capture_output=True, text=True, stdin=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    return tmp_path_factory.mktemp("hot-path")


@pytest.fixture(scope="module")
def planted(directory):
    return check(compiled(HERE / "planted.swift", directory), "--minimum", "1")


@pytest.fixture(scope="module")
def clean(directory):
    return compiled(HERE / "clean.swift", directory)


@pytest.mark.parametrize("function, finding", [
    ("Worker.retains()", "calls swift_retain, which no worker may"),
    ("Worker.retains()", "calls swift_release, which no worker may"),
    ("Worker.allocates()", "calls swift_allocObject, which no worker may"),
    ("Worker.accesses()", "calls swift_beginAccess, which no worker may"),
    ("Worker.initialisesLazily()", "calls swift_once, which no worker may"),
    ("Worker.takesHeap()", "calls malloc, which no worker may"),
    ("Worker.jumpsToHeap()", "calls malloc, which no worker may"),
    ("Worker.deepest()", "calls calloc, which no worker may"),
    ("Worker.prints()", "calls $ss5print"),
    ("Worker.asksKernel()", "calls getppid, which is not reviewed"),
    ("Worker.sleeps()", "calls nanosleep, which is not reviewed"),
    ("Worker.callsPointer()", "calls through a pointer in 1 places, reviewed are 0"),
    ("Worker.locks()", "locks a cache line in 1 places, reviewed are 0"),
])
def test_what_a_worker_must_not_do_is_found_and_named(planted, function, finding):
    assert planted.returncode == 1
    assert any(f"{function} {finding}" in line for line in planted.stderr.splitlines()), planted.stderr


def test_the_summary_counts_the_findings(planted):
    assert planted.stdout.splitlines()[-1].endswith(f"{len(planted.stderr.splitlines())} findings")


def test_a_clean_worker_passes(clean):
    result = check(clean, "--minimum", "1")
    assert (result.returncode, result.stderr) == (0, "")
    assert "Worker.choose(_:)" in result.stdout


def test_a_walk_that_reaches_too_little_is_no_pass(clean):
    result = check(clean)
    assert result.returncode == 2
    assert "the walk has lost its way" in result.stderr


def test_a_binary_without_the_worker_is_no_pass(directory):
    source = directory / "empty.swift"
    source.write_text("@main enum Main { static func main() {} }\n")
    result = check(compiled(source, directory))
    assert result.returncode == 2
    assert "where does a worker start?" in result.stderr


def test_a_stripped_binary_is_no_pass(clean, directory):
    stripped = directory / "stripped"
    subprocess.run(["strip", "-o", stripped, clean], check=True)
    result = check(stripped)
    assert result.returncode == 2
    assert "must not be stripped" in result.stderr


def test_a_missing_binary_is_no_pass(directory):
    result = check(directory / "nothing")
    assert result.returncode == 2
    assert "run make build" in result.stderr
