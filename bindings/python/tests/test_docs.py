"""The examples in docstrings and in the pages run, and print what they say."""

import doctest
import importlib
import pkgutil
import re

import pytest
import steeple
from conftest import REPOSITORY

MODULES = sorted(
    name
    for _, name, _ in pkgutil.walk_packages(steeple.__path__, "steeple.")
    if name != "steeple.__main__" and not name.startswith("steeple.distributed")
)


@pytest.mark.parametrize("name", ["steeple", *MODULES])
def test_docstrings(name):
    module = importlib.import_module(name)
    failed, tried = doctest.testmod(module, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert failed == 0


def examples_of(text):
    """The blocks of Python in a page, one after the other, as one test."""
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return "\n".join(blocks)


@pytest.mark.parametrize("page", ["docs/python.md"])
def test_pages(page, tmp_path, monkeypatch):
    text = examples_of((REPOSITORY / page).read_text())
    monkeypatch.chdir(tmp_path)
    test = doctest.DocTestParser().get_doctest(text, {}, page, page, 0)
    assert len(test.examples) > 10
    report = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    runner.run(test, out=report.append)
    assert not runner.summarize(verbose=False).failed, "".join(report)


def test_public_names_have_docstrings_with_examples():
    for name in steeple.__all__:
        thing = getattr(steeple, name)
        if isinstance(thing, type) and issubclass(thing, BaseException) or not callable(thing):
            continue
        assert thing.__doc__, name
        if not isinstance(thing, type):
            assert ">>>" in thing.__doc__, f"{name} has no example"
