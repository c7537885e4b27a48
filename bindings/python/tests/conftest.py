"""What the tests share."""

import os
import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import steeple

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def square():
    """Layers that interpolate x^2 at 5 points of [0, 1], as arrays; the error is 1/64."""
    knots = np.arange(4) / 4
    slopes = np.array([0.25, 0.5, 0.5, 0.5])
    return [(np.ones((4, 1)), -knots, "relu"), (slopes[None, :], np.zeros(1), None)]


@pytest.fixture(scope="session")
def answer(square):
    """What is proved of them: the error is 1/64."""
    return steeple.verify(square, "x^2", {"x": (0, 1)}, tolerance=Fraction(1, 64))


def run(*command, **options):
    """Runs a command, and returns what `subprocess.run` does."""
    # Its own environment, because `readline` changes that of this process behind Python's back.
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "100"}
    return subprocess.run(command, capture_output=True, env=environment, timeout=120, **options)


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    """The program `steeple`, whose path the variable STEEPLE has; skipped without it."""
    path = os.environ.get("STEEPLE")
    if not path:
        pytest.skip("set STEEPLE to the path of the program to compare with it")
    # Its name is in its help.
    link = tmp_path_factory.mktemp("bin") / "steeple"
    link.symlink_to(Path(path).resolve())
    return link
