"""Files and folders that are whole or absent, whenever the program is stopped."""

from __future__ import annotations

import json
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO


def check_writable(path: Path, option: str = "--out") -> None:
    """ValueError unless files can be made in the folder `path`, or in the nearest one above that exists."""
    try:
        nearest = next(folder for folder in (path.absolute(), *path.absolute().parents) if folder.exists())
        if not nearest.is_dir():
            raise ValueError(f"{option}: {nearest} is a file, expected a folder")
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        raise ValueError(f"{option}: the folder {path} cannot be written ({error.strerror})") from error


def write_json(path: Path, data: Any) -> Path:
    """Write `data` as readable JSON, whole or not at all."""
    text = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    return write_whole(path, lambda file: file.write(text.encode()))


def write_whole(path: Path, write: Callable[[BinaryIO], Any]) -> Path:
    """Let `write` fill a temporary file beside `path`, then give it its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.partial")
    try:
        with partial.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def write_whole_folder(path: Path, write: Callable[[Path], Any]) -> Path:
    """Let `write` fill a new folder beside `path`, then put it in its place."""
    partial = path.with_name(f".{path.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        write(partial)
        put_in_place(partial, path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return path


def put_in_place(folder: Path, path: Path) -> None:
    """Give a folder the name of another, which is thrown away once this is there."""
    replaced = path.with_name(f".{path.name}.replaced")
    shutil.rmtree(replaced, ignore_errors=True)
    if path.exists():
        path.rename(replaced)
    folder.rename(path)
    shutil.rmtree(replaced, ignore_errors=True)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C waits until the block is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: waiting.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if waiting:
        raise KeyboardInterrupt


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Within the block no other process, or thread, changes `folder` so; what a killed one left half written is gone.

    Raises:
        ValueError: another is at it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = _lock(folder)
    try:
        for partial in (*folder.glob(".*.partial"), *folder.glob("*/.*.partial")):
            if partial.is_file():
                partial.unlink()
        yield
    finally:
        if lock is not None:
            os.close(lock)


def _lock(folder: Path) -> int | None:
    try:
        import fcntl
    except ImportError:  # on Windows a folder cannot be locked
        return None
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise ValueError(f"{folder}: another storygptv is at work in it") from error
    return lock


@dataclass(frozen=True)
class Change:
    """Files of a folder that get other names together with a new `record` in the JSON `file`: `moves` are of old names
    and new ones, None to throw away. Cut off anywhere, it is found by `cut_off`, and `carry_out` does what is left."""

    folder: Path
    file: str
    record: Any
    moves: list[tuple[str, str | None]]

    PLAN, UNDER_WAY = ".change.json", ".changing.json"  # while files are taken up, while they are put down

    @classmethod
    def cut_off(cls, folder: Path) -> Change | None:
        """The change that was begun in a folder and not done. Raises ValueError if it cannot be read."""
        for name in (cls.PLAN, cls.UNDER_WAY):
            if (folder / name).exists():
                plan = json.loads((folder / name).read_text(encoding="utf-8"))
                return cls(folder, plan["file"], plan["record"], [tuple(move) for move in plan["moves"]])
        return None

    @classmethod
    def give_up(cls, folder: Path) -> None:
        """Forget a change that was begun in a folder, and throw away what it had taken up."""
        for file in (folder / cls.PLAN, folder / cls.UNDER_WAY, *folder.glob("*/.*.moving"), *folder.glob(".*.moving")):
            file.unlink(missing_ok=True)

    def carry_out(self) -> None:
        """First every file is taken up, then every one is put down, then the record is written."""
        plan, under_way = self.folder / self.PLAN, self.folder / self.UNDER_WAY
        taken = [(self.folder / old).with_name(f".{n}.moving") for n, (old, _) in enumerate(self.moves)]
        if not under_way.exists():
            write_json(plan, {"file": self.file, "record": self.record, "moves": self.moves})
            for (old, _), between in zip(self.moves, taken, strict=True):
                if not between.exists():
                    (self.folder / old).rename(between)
            plan.rename(under_way)
        for (_, new), between in zip(self.moves, taken, strict=True):
            if between.exists() and new is None:
                between.unlink()
            elif between.exists():
                between.rename(self.folder / new)
        write_json(self.folder / self.file, self.record)
        under_way.unlink()
