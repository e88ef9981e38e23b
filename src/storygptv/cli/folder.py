"""What a command checks of where it is to write, before it begins."""

from __future__ import annotations

from pathlib import Path

from storygptv.files import check_writable


def check_new_folder(path: Path, overwrite: bool) -> None:
    """ValueError unless `path` is a writable folder, or can become one, and is empty or to be overwritten."""
    check_writable(path)
    if not overwrite and path.is_dir() and any(path.iterdir()):
        raise ValueError(f"--out: the folder {path} is not empty; name another or add --overwrite")


def check_new_file(path: Path, overwrite: bool, option: str = "--out") -> None:
    """ValueError unless `path` can be written as a file and is not there, or is to be overwritten."""
    if path.is_dir():
        raise ValueError(f"{option}: expected a file, got the folder {path}")
    check_writable(path.absolute().parent, option)
    if not overwrite and path.exists():
        raise ValueError(f"{option}: {path} exists; name another or add --overwrite")
