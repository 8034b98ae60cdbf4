import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from jobs.lake.packed import cells_of, gathered, lines_of, pack, to_lines, unpack

INT64 = st.integers(-(2**63), 2**63 - 1)


@given(st.lists(st.tuples(st.integers(0, 5), INT64, INT64), max_size=60))
def test_what_is_packed_for_a_cell_comes_out_of_its_package(lines: list[tuple[int, int, int]]) -> None:
    cell, a, b = (np.array([line[k] for line in lines], np.int64) for k in range(3))
    packed = pack(cell, [a, b])
    assert packed.column("cell").to_pylist() == sorted({line[0] for line in lines})
    for number, package in zip(packed.column("cell").to_pylist(), packed.column("packed"), strict=True):
        found = unpack([pa.array([package.as_py()], pa.binary())], 2)
        assert list(zip(*(column.tolist() for column in found), strict=True)) == [
            line[1:] for line in lines if line[0] == number
        ]


def test_packages_come_out_one_after_the_other_and_nulls_not_at_all() -> None:
    first, second = (np.arange(n, dtype=np.int64).tobytes() for n in (2, 4))
    column = pa.array([first, None, second], pa.binary())
    assert [found.tolist() for found in unpack([column], 2)] == [[0, 0, 1], [1, 2, 3]]
    assert [found.tolist() for found in unpack([], 3)] == [[], [], []]


def test_lines_of_a_matrix_go_there_and_back() -> None:
    matrix = np.array([[1, -2], [3, 4], [5, 6]], np.int64)
    column = to_lines(matrix, np.array([False, True, False]))
    assert column.null_count == 1
    assert lines_of(column.drop_null()).tolist() == [[1, -2], [5, 6]]
    assert len(lines_of(pa.array([], pa.binary()))) == 0


@given(st.lists(INT64, min_size=1, max_size=50), st.integers(1, 64))
def test_equal_keys_go_to_one_cell(keys: list[int], cells: int) -> None:
    found = cells_of(np.array(keys * 2, np.int64), cells)
    assert (found[: len(keys)] == found[len(keys) :]).all()
    assert ((found >= 0) & (found < cells)).all()


def test_neighbouring_numbers_are_spread_over_the_cells() -> None:
    assert np.bincount(cells_of(np.arange(10_000), 8), minlength=8).min() > 1_000


def test_batches_are_gathered_and_none_is_lost() -> None:
    batches = [pa.RecordBatch.from_pydict({"x": list(range(n))}) for n in (3, 0, 4, 1)]
    tables = list(gathered(batches, 5))
    assert [table.num_rows for table in tables] == [7, 1]


def test_lines_of_a_slice_and_of_a_column_with_nulls_are_those_of_its_values() -> None:
    matrix = np.arange(12, dtype=np.int64).reshape(6, 2)
    column = to_lines(matrix, np.array([False, True, False, False, True, False]))
    assert lines_of(column).tolist() == [[0, 1], [4, 5], [6, 7], [10, 11]]
    assert lines_of(column.slice(2, 3)).tolist() == [[4, 5], [6, 7]]
