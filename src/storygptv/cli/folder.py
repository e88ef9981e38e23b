"""The folder a story is drawn into: frames/001.png ..., storyboard.png, story.json; each whole or absent."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from storygptv.story import Story

if TYPE_CHECKING:
    from PIL import Image

    from storygptv.pipeline import DrawnFrame

_FRAME_FILE = re.compile(r"\d{3,}\.png")


class StoryFolder:
    """A story on disk. `drawn` are story.json's records of the frames that are there."""

    def __init__(
        self,
        path: Path,
        story: Story,
        model: str,
        settings: dict[str, Any],
        drawn: Sequence[dict[str, Any]] = (),
    ) -> None:
        self.path, self.story, self.model, self.settings = path, story, model, settings
        self.drawn = list(drawn)

    @classmethod
    def open(cls, path: Path) -> StoryFolder:
        """The story drawn before into `path`.

        Raises:
            ValueError: no story.json there, or one that is not as `keep` wrote it.
        """
        file = path / "story.json"
        try:
            data = json.loads(file.read_text(encoding="utf-8"))
            texts = [frame["text"] for frame in data["frames"]]
            story = Story.from_dict({"title": data["title"], "characters": data["characters"], "frames": texts}, path)
            folder = cls(path, story, data["model"], dict(data["settings"]), data["frames"])
            missing = [frame["image"] for frame in folder.drawn if not (path / frame["image"]).is_file()]
        except OSError as error:
            raise ValueError(f"{file}: expected a story drawn before ({error.strerror})") from error
        except json.JSONDecodeError as error:
            raise ValueError(f"{file}: line {error.lineno}: malformed JSON: {error.msg}") from error
        except (KeyError, TypeError) as error:
            raise ValueError(f"{file}: not as `storygptv visualize` writes it ({error!r})") from error
        except ValueError as error:
            raise ValueError(f"{file}: {error}") from error
        if missing:
            raise ValueError(f"{file}: its picture {missing[0]} is missing")
        check_writable(path)
        return folder

    def pictures(self) -> list[Image.Image]:
        """The drawn frames, read back in order.

        Raises:
            ValueError: one of them is not a picture.
        """
        from PIL import Image

        pictures = []
        for frame in self.drawn:
            try:
                with Image.open(self.path / frame["image"]) as picture:
                    pictures.append(picture.convert("RGB"))
            except OSError as error:
                raise ValueError(f"{self.path / frame['image']}: expected a picture ({error})") from error
        return pictures

    def keep(self, frame: DrawnFrame) -> None:
        """Add a frame: its picture, then story.json. The first frame of a new story clears an older one."""
        with uninterrupted():
            if not self.drawn:
                self._clear()
            image = f"frames/{len(self.drawn) + 1:03d}.png"
            write_whole(self.path / image, lambda file: frame.image.save(file, "PNG"))
            self.drawn.append(
                {
                    "text": frame.text,
                    "image": image,
                    "seed": frame.seed,
                    "seconds": round(frame.seconds, 3),
                    "llm_seconds": round(frame.llm_seconds, 3),
                    "peak_memory_bytes": frame.peak_memory_bytes,
                }
            )
            record = {
                "title": self.story.title,
                "characters": self.story.to_dict()["characters"],
                "model": self.model,
                "settings": self.settings,
                "frames": self.drawn,
            }
            write_json(self.path / "story.json", record)

    def letter(self) -> Path:
        """Draw storyboard.png from the frames that are there and return its path."""
        from storygptv.storyboard import draw_storyboard

        sheet = draw_storyboard(self.story.title, self.pictures(), [frame["text"] for frame in self.drawn])
        with uninterrupted():
            return write_whole(self.path / "storyboard.png", lambda file: sheet.save(file, "PNG"))

    def _clear(self) -> None:
        (self.path / "frames").mkdir(parents=True, exist_ok=True)
        for file in (self.path / "frames").iterdir():
            if _FRAME_FILE.fullmatch(file.name):
                file.unlink()
        for name in ("story.json", "storyboard.png"):
            (self.path / name).unlink(missing_ok=True)


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
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            write(file)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def write_whole_folder(path: Path, write: Callable[[Path], Any]) -> Path:
    """Let `write` fill a new folder beside `path`, then put it in its place."""
    partial = path.with_name(f".{path.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        write(partial)
        shutil.rmtree(path, ignore_errors=True)
        partial.rename(path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return path


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
