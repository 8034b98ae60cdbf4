"""Imports run downwards only: the floors of the house, checked on the source as it stands."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Top floor first. A module may import its own floor and those below; stages may not import each other.
FLOORS = (
    ("flows",),
    ("jobs.run_stage", "jobs.clean_stream"),
    ("jobs.clean_batch",),
    ("jobs.plan",),
    ("jobs.pipeline",),
    ("jobs.stages",),
    ("jobs.release", "jobs.review", "jobs.tools"),
    ("jobs.sources",),
    ("jobs.lake",),
    ("jobs.cleaning",),
    ("jobs.similarity", "jobs.generation", "jobs.formats", "jobs.privacy", "jobs.text"),
    ("jobs.spec", "jobs.config", "jobs.record", "jobs.record_schema"),
)
SPARK = ("pyspark", "delta")
ENGINES = (*SPARK, "prefect", "great_expectations")
# What must import in a blink and without Java. jobs.sources is here too: collect runs it inside Spark's workers.
PLAIN = (
    "jobs.cleaning",
    "jobs.formats",
    "jobs.privacy",
    "jobs.text",
    "jobs.similarity",
    "jobs.generation",
    "jobs.tools",
    "jobs.sources",
    "jobs.spec",
    "jobs.config",
    "jobs.record",
    "jobs.record_schema",
)
GATE = "jobs.lake.gate"
SESSION = "jobs.lake.session"


def name_of(path: Path) -> str:
    """The dotted name of a source file: jobs/lake/session.py is jobs.lake.session."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


SOURCES = {name_of(path): path for folder in ("jobs", "flows") for path in sorted((ROOT / folder).rglob("*.py"))}


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def imports_of(tree: ast.Module, module: str, is_package: bool) -> Iterator[tuple[str, int]]:
    """Every module imported anywhere in the file, inside functions and under TYPE_CHECKING too, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = module.split(".")
                parent = parts[: len(parts) - node.level + is_package]
                base = ".".join([*parent, base] if base else parent)
            for alias in node.names:
                # `from jobs.lake import gate` imports jobs.lake.gate; `from jobs.record import Record` does not.
                longer = f"{base}.{alias.name}"
                yield (longer if longer in SOURCES else base), node.lineno


IMPORTS = {
    module: list(imports_of(ast.parse(path.read_text("utf-8")), module, path.name == "__init__.py"))
    for module, path in SOURCES.items()
}


def floor_of(module: str) -> int | None:
    for height, packages in enumerate(FLOORS):
        if any(within(module, package) for package in packages):
            return height
    return None


def place(module: str, line: int) -> str:
    return f"{SOURCES[module].relative_to(ROOT)}:{line}"


def test_every_module_has_a_floor() -> None:
    homeless = [str(SOURCES[m].relative_to(ROOT)) for m in SOURCES if floor_of(m) is None and m != "jobs"]
    assert not homeless, "give these a floor in tests/test_layers.py and DESIGN's house"


def test_imports_run_downwards() -> None:
    wrong = []
    for module, imported in IMPORTS.items():
        here = floor_of(module)
        for target, line in imported:
            there = floor_of(target)
            if here is not None and there is not None and there < here:
                wrong.append(f"{place(module, line)} imports {target}, which stands above it")
    assert not wrong


def test_stages_do_not_import_each_other() -> None:
    wrong = [
        f"{place(module, line)} imports {target}"
        for module, imported in IMPORTS.items()
        for target, line in imported
        if within(module, "jobs.stages") and target.startswith("jobs.stages.") and target != module
    ]
    assert not wrong, "what two stages share belongs into jobs/lake or lower"


@pytest.mark.parametrize("package", PLAIN)
def test_plain_python_imports_no_engine(package: str) -> None:
    assert not imports_from(package, ENGINES)


def test_jobs_know_nothing_of_flows_or_prefect() -> None:
    assert not imports_from("jobs", ("flows", "prefect"))


def test_flows_hold_no_spark() -> None:
    # launch.py starts the session and hands it to a stage; it asks nothing of it.
    assert not imports_from("flows", SPARK, allowed={"flows.launch"}), (
        "a flow says what runs when; Spark's expressions are a stage's"
    )


def test_only_the_gate_imports_great_expectations() -> None:
    assert not imports_from("jobs", ("great_expectations",), allowed={GATE})
    assert not imports_from("flows", ("great_expectations",))


def imports_from(package: str, forbidden: tuple[str, ...], allowed: Set[str] = frozenset()) -> list[str]:
    """Where a module of ``package``, but for the ``allowed`` ones, imports something of a ``forbidden`` package."""
    return [
        f"{place(module, line)} imports {target}"
        for module, imported in IMPORTS.items()
        for target, line in imported
        if within(module, package) and module not in allowed and any(within(target, name) for name in forbidden)
    ]


def test_only_session_builds_a_spark_session() -> None:
    """No ``SparkSession.builder``, ``SparkSession(...)`` or ``SparkContext(...)`` anywhere else, tests included."""
    wrong = []
    others = [path for folder in ("jobs", "flows", "tests", "examples") for path in (ROOT / folder).rglob("*.py")]
    for path in others:
        if name_of(path) == SESSION:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            built = isinstance(node, ast.Attribute) and node.attr == "builder" and named(node.value) == "SparkSession"
            called = isinstance(node, ast.Call) and named(node.func) in {"SparkSession", "SparkContext"}
            if built or called:
                wrong.append(f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}")
    assert not wrong, "call jobs.lake.session.start_session; tests ask for the fixture `spark`"


def named(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
