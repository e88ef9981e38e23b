"""Pickles of strangers: plain data comes back, everything else is refused before it runs."""

from __future__ import annotations

import os
import pickle
from collections import OrderedDict

import numpy as np
import pytest

from storygptv.data.pickles import load_plain

PLAIN = {
    "ids": ["s_01_e_25_shot_004015_004089", "Zoë"],
    "labels": {"a": [0, 1, 1]},
    "array": np.arange(6, dtype=np.float32).reshape(2, 3),
    "number": np.int64(3),
    "set": {1, 2},
    "mixed": (None, True, 1.5, b"\xff\x00", OrderedDict(a=1)),
}


class Runs:
    """Unpickled by the standard library, it makes a folder."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_plain_data_comes_back(tmp_path, protocol):
    (tmp_path / "labels.pkl").write_bytes(pickle.dumps(PLAIN, protocol))
    loaded = load_plain(tmp_path / "labels.pkl")
    assert {k: v for k, v in loaded.items() if k != "array"} == {k: v for k, v in PLAIN.items() if k != "array"}
    np.testing.assert_array_equal(loaded["array"], PLAIN["array"], strict=True)


@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: {"label": [x]}, lambda x: np.array([x], dtype=object)])
def test_what_would_run_is_refused_by_name_and_does_not_run(tmp_path, wrap):
    victim = tmp_path / "made"
    (tmp_path / "labels.pkl").write_bytes(pickle.dumps(wrap(Runs(victim))))
    with pytest.raises(ValueError, match=r"labels\.pkl: must hold only plain .* got (posix|nt)\.mkdir"):
        load_plain(tmp_path / "labels.pkl")
    assert not victim.exists()


@pytest.mark.parametrize("name", ["builtins\neval", "builtins\ngetattr", "numpy\nload", "numpy.core.multiarray\nabc"])
def test_no_other_function_can_be_named(tmp_path, name):
    (tmp_path / "labels.pkl").write_bytes(f"c{name}\n.".encode())
    with pytest.raises(ValueError, match="must hold only plain"):
        load_plain(tmp_path / "labels.pkl")


def test_bytes_are_made_of_latin1_alone(tmp_path):
    (tmp_path / "labels.pkl").write_bytes(b"c_codecs\nencode\n(X\x01\x00\x00\x00aX\x05\x00\x00\x00rot13tR.")
    with pytest.raises(ValueError, match="rot13"):
        load_plain(tmp_path / "labels.pkl")


def test_a_file_that_was_cut_short_or_is_no_pickle_is_refused(tmp_path):
    whole = pickle.dumps(PLAIN)
    for content in (b"", b"not a pickle", whole[:10], whole[: len(whole) // 2], whole[:-1]):
        (tmp_path / "labels.pkl").write_bytes(content)
        with pytest.raises(ValueError, match=r"labels\.pkl"):
            load_plain(tmp_path / "labels.pkl")
