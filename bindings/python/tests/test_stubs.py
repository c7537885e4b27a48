"""The stub of the native module says what the module has."""

import ast
import inspect
from pathlib import Path

import pytest
import steeple
from steeple import _native

STUB = ast.parse((Path(steeple.__file__).parent / "_native.pyi").read_text())


def public(names):
    return {name for name in names if not name.startswith("_")}


def declared(body):
    """The names that a stub declares, with the parameters of functions."""
    found = {}
    for node in body:
        if isinstance(node, ast.FunctionDef):
            every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            found[node.name] = [argument.arg for argument in every if argument.arg not in ("self", "cls")]
        elif isinstance(node, ast.ClassDef):
            found[node.name] = declared(node.body)
        elif isinstance(node, ast.AnnAssign):
            found[node.target.id] = None
    return {name: value for name, value in found.items() if not name.startswith("_")}


MODULE = declared(STUB.body)


def test_the_same_names():
    assert public(MODULE) == public(vars(_native))


@pytest.mark.parametrize("name", sorted(MODULE))
def test_the_same_members_and_parameters(name):
    thing, said = getattr(_native, name), MODULE[name]
    if isinstance(said, dict):
        assert public(said) == public(vars(thing)), name
        members = {key: (getattr(thing, key), parameters) for key, parameters in said.items()}
    else:
        members = {name: (thing, said)}
    for key, (member, parameters) in members.items():
        if not callable(member) or parameters is None:
            continue
        found = [parameter for parameter in inspect.signature(member).parameters if parameter != "self"]
        assert found == parameters, key
