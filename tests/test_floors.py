"""The house has floors: data walks one way, and no module reaches up."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import imagelab

ROOT = Path(imagelab.__file__).parent

FLOORS = {
    "errors": 0,
    "naming": 1,
    "catalog": 1,
    "frozen": 1,
    "pictures": 1,
    "usage": 1,
    "asked": 1.5,
    "question": 2.25,
    "judged": 4,
    "request": 2,
    "watching": 2,
    "underway": 2,
    "vote": 2,
    "simulator": 2,
    "pricing": 3,
    "references": 3,
    "showing": 2.5,
    "spending": 2.5,
    "exchange": 3,
    "records": 3,
    "sweep": 4,
    "unfinished": 4,
    "progress": 4,
    "futile": 5,
    "pictured": 4,
    "keeping": 5,
    "pipeline": 5,
    "planning": 5,
    "replaying": 5,
    "runner": 6,
    "connections": 6,
    "bookkeeping": 6.5,
    "deciding": 6.5,
    "insight": 7,
    "actions": 8,
    "views": 8,
    "voting": 8,
    "judging": 8.5,
    "comparison": 9,
    "lab": 10,
    "opened": 10,
    "__init__": 11,
    "__main__": 11,
}
"""The floor of each module or wing; within a wing there are only no circles."""

# The door may be imported for its version and types only by what stands above it.
MODULES = sorted(path.relative_to(ROOT).with_suffix("") for path in ROOT.rglob("*.py"))


def name_of(module: Path) -> str:
    """Give the dotted name of a module, ``imagelab`` itself being ``imagelab.__init__``."""
    return ".".join(("imagelab", *module.parts))


def all_imports_of(module: Path) -> Iterator[str]:
    """Walk everything a module imports: late and type-only imports too."""
    tree = ast.parse((ROOT / module).with_suffix(".py").read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative imports hide where they lead"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imports_of(module: Path) -> list[str]:
    """List what a module imports from the house."""
    return [found for found in all_imports_of(module) if found.split(".")[0] == "imagelab"]


def libraries_of(module: Path) -> set[str]:
    """Name the libraries that a module imports."""
    return {found.split(".")[0] for found in all_imports_of(module)}


def wing_of(dotted: str) -> str:
    """Give the wing or module directly under ``imagelab`` that a dotted name belongs to."""
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in FLOORS else "__init__"


def module_of(dotted: str) -> str:
    """Give the module that a dotted import leads to, without the name taken from it."""
    parts = dotted.split(".")
    while parts and not (ROOT.parent.joinpath(*parts).with_suffix(".py")).is_file():
        if ROOT.parent.joinpath(*parts, "__init__.py").is_file():
            return ".".join((*parts, "__init__"))
        parts.pop()
    return ".".join(parts)


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_every_module_has_a_floor(module: Path) -> None:
    """Every module belongs to a wing that has a floor."""
    assert module.parts[0] in FLOORS


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_no_module_imports_from_its_own_floor_or_above(module: Path) -> None:
    """A module imports only from floors below its own, or from its own wing."""
    own = module.parts[0]
    if own == "__init__":
        return
    for found in imports_of(module):
        wing = wing_of(found)
        assert wing == own or FLOORS[wing] < FLOORS[own], f"{module} imports {found}"


def test_no_circle_of_imports() -> None:
    """Following imports never leads back to where one began."""
    graph = {
        name_of(module): {module_of(found) for found in imports_of(module)} for module in MODULES
    }

    def walk(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail, name))
        for target in graph.get(name, ()):
            # A package's own docstring file imports nothing of the package.
            if target != name:
                walk(target, (*trail, name))

    for name in graph:
        walk(name, ())


def test_only_the_client_imports_openai() -> None:
    """The SDK is met in one module."""
    importing = {name_of(module) for module in MODULES if "openai" in libraries_of(module)}
    assert importing == {"imagelab.exchange.client"}


def test_only_the_records_know_sql() -> None:
    """The database is met in one wing."""
    importing = {module.parts[0] for module in MODULES if "sqlalchemy" in libraries_of(module)}
    assert importing == {"records"}
