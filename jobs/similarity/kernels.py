"""How the compiled kernels of this package are compiled, cached and kept apart.

numba compiles a kernel at its first call and caches the machine code in the ``__pycache__`` beside the source. CPU
seconds, measured: all kernels compiled for the first time 5.2; the first call of a later process 0.9, which is numba
setting itself up, the others 0.02; ``import numba`` 0.7. So modules that only may need a kernel import it inside the
function that runs it. Where the package's folder cannot be
written numba caches in the user's cache folder, or in ``NUMBA_CACHE_DIR`` when that is set; where there is none of
these (a package read from a zip by a Spark executor with no home), each process compiles anew.

numba watches the time stamp of the file in which a cached kernel stands and not of the files that it calls into. So a
kernel calls nothing outside its own file, and constants that it reads stand there too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numba
import numpy as np
import numpy.typing as npt

# What kernels take and return: contiguous, of the element type that each kernel names. Checked by numba, not by mypy.
Array: TypeAlias = npt.NDArray[Any]
Scalar: TypeAlias = Any


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function`` as machine code, without the interpreter's lock; cached where there is a place for it."""
    try:
        return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError as error:
        if "cannot cache" not in str(error):
            raise
        return numba.njit(nogil=True)(function)


def fixed(array: npt.ArrayLike, dtype: npt.DTypeLike | None = None) -> Array:
    """A contiguous read-only view, a copy only where it has to be.

    numba compiles a kernel anew for each mix of writable and read-only arrays, and Arrow's are read-only: all that a
    kernel only reads is handed over so.
    """
    view = np.ascontiguousarray(array, dtype=dtype).view()
    view.flags.writeable = False
    return view
