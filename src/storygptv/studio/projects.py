"""The folder of all projects: which names they may have, what is in it, and pictures that people put in."""

from __future__ import annotations

import hashlib
import time
import unicodedata
from contextlib import suppress
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from storygptv.files import check_writable, write_whole
from storygptv.project import RECORD, Project
from storygptv.records import images_of
from storygptv.story import Story

MAX_NAME_CHARS, MAX_NAME_BYTES = 80, 200  # of a project's folder; file systems have 255 bytes
RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10))}  # on Windows
KEPT_SECONDS = 3600  # of a picture that was put in for a story
UPLOAD_FORMATS = ("PNG", "JPEG", "WEBP")
MAX_UPLOAD_BYTES = 10_000_000
MAX_UPLOAD_PIXELS = 25_000_000


class Projects:
    """The projects in the folder `root`, each a folder of its own under a name that cannot lead out of it."""

    def __init__(self, root: Path) -> None:
        check_writable(root, "--projects")
        root.mkdir(parents=True, exist_ok=True)
        self.root = root.resolve()

    def path(self, name: str) -> Path:
        """The folder of the project `name`, there or not.

        Raises:
            ValueError: a name that is no plain name of a folder, or one that leads elsewhere.
        """
        check_name(name)
        path = self.root / name
        if path.is_symlink() or path.resolve() != path:
            raise ValueError(f"story: {name!r} leads out of the projects folder")
        return path

    def open(self, name: str) -> Project:
        """The project `name`. Raises ValueError if it is none, or as `path` does."""
        path = self.path(name)
        if not (path / RECORD).is_file():
            raise ValueError(f"story: there is none called {name!r}")
        outside = ValueError(f"story: what is in {name!r} leads out of the projects folder")
        if any((path / each).is_symlink() for each in (RECORD, "frames")):
            raise outside
        project = Project.open(path)
        if any((path / image).is_symlink() for image in images_of(project.drawn)):
            raise outside
        if not all(frame.image.is_relative_to(path) for frame in project.waiting if frame.image):
            raise outside
        return project

    def names(self) -> list[str]:
        """The names of all projects, the one changed last first."""
        found = []
        for folder in self.root.iterdir():
            try:
                changed = (self.path(folder.name) / RECORD).stat().st_mtime_ns
            except (ValueError, OSError):
                continue  # no project, or none that may be opened
            found.append((-changed, folder.name))
        return [name for _, name in sorted(found)]

    def create(self, story: Story, model: str, settings: dict[str, Any]) -> Project:
        """A new project, named after its title; its story.json is written, nothing is drawn."""
        path = self._new_folder(story.title)
        project = Project(path, story, model, settings)
        project.save()
        return project

    def keep_picture(self, picture: Image.Image) -> Path:
        """Keep a picture that begins a story, until that has a copy of it; the file that a frame can name."""
        for file in (self.root / ".given").glob("*.png"):
            with suppress(FileNotFoundError):  # another upload has thrown it away
                if time.time() - file.stat().st_mtime > KEPT_SECONDS:
                    file.unlink()
        return write_whole(self.root / ".given" / f"{digest(picture)}.png", lambda file: picture.save(file, "PNG"))

    def _new_folder(self, title: str) -> Path:
        name = name_for(title)
        n = 1
        while True:
            path = self.path(name if n == 1 else f"{name} {n}")
            try:
                path.mkdir()
                return path
            except FileExistsError:
                n += 1


def digest(picture: Image.Image) -> str:
    """A name for a picture that no other picture has."""
    return hashlib.sha256(repr((picture.mode, picture.size)).encode() + picture.tobytes()).hexdigest()[:40]


def check_name(name: str) -> None:
    """ValueError unless `name` is a plain name of a folder: one part, letters that are seen, not hidden, not long."""
    if not isinstance(name, str) or not name.strip():
        raise ValueError("story: expected the name of one, got none")
    if len(name) > MAX_NAME_CHARS or len(name.encode(errors="replace")) > MAX_NAME_BYTES:
        raise ValueError(f"story: a name has at most {MAX_NAME_CHARS} characters, got {len(name)}")
    unseen = any(unicodedata.category(char)[0] == "C" or char in '/\\:*?"<>|' for char in name)
    reserved = name.partition(".")[0].rstrip().upper() in RESERVED
    if unseen or reserved or name[0] in ". " or name[-1] in ". " or unicodedata.normalize("NFC", name) != name:
        raise ValueError(f"story: expected the plain name of one, got {name!r}")


def name_for(title: str) -> str:
    """A project's name made of a title: what a folder's name cannot hold is left out."""
    kept = "".join(
        char if char.isalnum() or unicodedata.category(char)[0] == "M" or char in " -_'!,&()" else " "
        for char in unicodedata.normalize("NFC", title)
    )
    short = " ".join(kept.split())[: MAX_NAME_CHARS - 10].encode()[: MAX_NAME_BYTES - 10].decode(errors="ignore")
    name = short.strip(" .") or "A story"
    if name.upper() in RESERVED:
        name = f"The story of {name}"
    return unicodedata.normalize("NFC", name)


def read_upload(path: str | Path) -> Image.Image:
    """A picture that somebody put in, upright RGB. What it is its content says, not its name.

    Raises:
        ValueError: no PNG, JPEG or WebP, or one with too many bytes or pixels.
    """
    size = Path(path).stat().st_size
    if size > MAX_UPLOAD_BYTES:
        raise ValueError(f"picture: at most {MAX_UPLOAD_BYTES / 1e6:.0f} MB, got {size / 1e6:.1f} MB")
    try:
        with Image.open(path, formats=UPLOAD_FORMATS) as picture:
            width, height = picture.size
            if width * height > MAX_UPLOAD_PIXELS:  # as its head says, before anything is unpacked
                raise ValueError(
                    f"picture: at most {MAX_UPLOAD_PIXELS / 1e6:.0f} million pixels, got {width} x {height}"
                )
            return ImageOps.exif_transpose(picture).convert("RGB")
    except Image.DecompressionBombError as error:
        raise ValueError(f"picture: at most {MAX_UPLOAD_PIXELS / 1e6:.0f} million pixels, got many more") from error
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise ValueError(f"picture: expected a whole {', '.join(UPLOAD_FORMATS)}, got something else") from error
