"""Foreign pickles, read without running anything of theirs: plain containers, numbers, texts and numpy arrays."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np


def _to_bytes(text: str, encoding: str) -> bytes:
    """What protocol 2 calls `_codecs.encode` for: bytes written as text."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"_codecs.encode to {encoding!r}")
    return text.encode(encoding)


# What plain data is built by; the numpy functions are those that numpy's own pickles name.
_BUILDERS: dict[str, Callable] = {
    "builtins.set": set,
    "__builtin__.set": set,
    "collections.OrderedDict": OrderedDict,
    "_codecs.encode": _to_bytes,
    "numpy.ndarray": np.ndarray,
    "numpy.dtype": np.dtype,
    "numpy.core.multiarray._reconstruct": np.zeros(0).__reduce__()[0],
    "numpy.core.numeric._frombuffer": np.zeros(1).__reduce_ex__(5)[0],
    "numpy.core.multiarray.scalar": np.float64(0).__reduce__()[0],
}


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        path = f"{module}.{name}".replace("numpy._core.", "numpy.core.", 1)
        if path not in _BUILDERS:
            raise pickle.UnpicklingError(path)
        return _BUILDERS[path]


def load_plain(path: Path) -> Any:
    """What the pickle `path` holds. Raises ValueError where it names anything but plain data, or is cut short."""
    with path.open("rb") as file:
        try:
            return _PlainUnpickler(file, encoding="latin1").load()
        except pickle.UnpicklingError as error:
            rule = "must hold only plain containers, numbers, texts and numpy arrays"
            raise ValueError(f"{path}: {rule}, got {error}") from error
        except (EOFError, IndexError, KeyError, TypeError, AttributeError, ImportError, UnicodeDecodeError) as error:
            raise ValueError(f"{path}: is not a whole pickle ({type(error).__name__}: {error})") from error
