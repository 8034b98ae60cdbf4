"""Whether a standalone master is asked, and what is said when nobody answers."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from jobs.lake.standalone import problem_with


@pytest.fixture
def listening() -> Iterator[str]:
    """An address at which somebody listens; the kernel accepts for it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("master", ["local[*]", "yarn", "k8s://https://host:6443", ""])
def test_other_masters_are_not_asked(master: str) -> None:
    assert problem_with(master) is None


def test_one_master_that_answers_is_enough(listening: str) -> None:
    assert problem_with(f"spark://{listening}") is None
    assert problem_with(f"spark://127.0.0.1:1,{listening}") is None


def test_nobody_answers() -> None:
    assert problem_with("spark://127.0.0.1:1") == "127.0.0.1:1: Connection refused"


@pytest.mark.parametrize(
    "master", ["spark://", "spark://host", "spark://:7077", "spark://host:port", "spark://host:99999999"]
)
def test_an_address_that_is_none_is_told_so(master: str) -> None:
    assert problem_with(master)
