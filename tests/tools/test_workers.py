from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from jobs.tools.workers import in_order


@given(st.integers(0, 30), st.integers(0, 6))
def test_results_come_in_order_and_no_more_than_so_many_wait(count: int, most: int) -> None:
    read = given_back = 0

    def items() -> Iterator[int]:
        nonlocal read
        for number in range(count):
            read += 1
            yield number

    with ThreadPoolExecutor(2) as pool:

        def submit(number: int) -> Future[int]:
            return pool.submit(lambda: -number)

        for number, result in in_order(submit, items(), most):
            assert (number, result) == (given_back, -given_back)
            given_back += 1
            assert read - given_back <= most
    assert given_back == count
