"""`python -m steeple` is the program, and the module says what the program says."""

import json
import shutil
import sys
from fractions import Fraction

import pytest
import steeple
from conftest import run

SPEC = """
[target]
formula = "x^2"
domain = { x = [0, 1] }
[network]
builder = "interpolant"
cells = 4
[claim]
tolerance = "1/64"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("program")
    (folder / "square.toml").write_text(SPEC)
    steeple.build(SPEC).network.to_json(folder / "net.json")
    (folder / "broken.json").write_text("{")
    return folder


VERIFY = ["verify", "net.json", "--target", "x^2", "--domain", "x=0..1"]
COMMANDS = [
    (0, ["--version"]),
    (0, ["--help"]),
    (0, ["catalogue"]),
    (0, ["build", "square.toml", "--out", "out"]),
    (0, [*VERIFY, "--tolerance", "1/64"]),
    (1, [*VERIFY, "--tolerance", "1/65"]),
    (2, ["verify", "missing.json", "--target", "x", "--domain", "x=0..1"]),
    (2, ["verify", "broken.json", "--target", "x", "--domain", "x=0..1"]),
    (2, ["no-such-command"]),
    (2, []),
    (3, ["verify", "net.json", "--target", "sin(3*x)", "--domain", "x=0..1", "--gap", "1e-9", "--max-boxes", "2"]),
]


@pytest.mark.parametrize(("code", "arguments"), COMMANDS, ids=[" ".join(arguments) for _, arguments in COMMANDS])
def test_the_same_output_and_exit_code(program, folder, code, arguments):
    ours = run(sys.executable, "-m", "steeple", *arguments, cwd=folder)
    shutil.rmtree(folder / "out", ignore_errors=True)
    theirs = run(program, *arguments, cwd=folder)
    assert ours.returncode == theirs.returncode == code
    assert ours.stdout == theirs.stdout
    # Times differ.
    def plain(error):
        return [line for line in error.decode().splitlines() if " s" not in line and " ms" not in line]

    assert plain(ours.stderr) == plain(theirs.stderr)


def test_a_closed_pipe_is_no_traceback(folder):
    done = run(sys.executable, "-c", "import sys; sys.stdout.close(); from steeple.__main__ import main; main()", cwd=folder)
    assert b"Traceback" not in done.stderr


QUESTIONS = [
    ("x^2", dict(tolerance=Fraction(1, 64))),
    ("x^2", dict(tolerance=Fraction(1, 65))),
    ("sin(3*x)", dict(gap=Fraction(1, 1000))),
    ("sin(3*x)", dict(norm="l1")),
    ("x^2", dict(norm="l2", portable=True)),
    ("exp(x)", dict(gap=Fraction(1, 10**6), max_boxes=30)),
]


@pytest.mark.parametrize(("target", "options"), QUESTIONS, ids=str)
def test_the_same_answer_as_the_program(program, folder, tmp_path, target, options):
    certificate = tmp_path / "certificate.steeple"
    flags = []
    for name, value in options.items():
        flags += [f"--{name.replace('_', '-')}"] + ([] if value is True else [str(value)])
    command = [program, "verify", "net.json", "--target", target, "--domain", "x=0..1", *flags,
               "--format", "json", "--certificate", str(certificate)]  # fmt: skip
    theirs = json.loads(run(*command, cwd=folder).stdout)
    ours = steeple.verify(folder / "net.json", target, {"x": (0, 1)}, **options)
    assert ours.certificate == certificate.read_bytes()
    found = ours.to_dict()
    for part in ("verdict", "claim", "error", "witness"):
        assert found.get(part) == theirs.get(part), part
