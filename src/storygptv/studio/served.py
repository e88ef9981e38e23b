"""What the page shows and hands out as files: small pictures and exports, in a folder that goes with the server."""

from __future__ import annotations

import hashlib
import secrets
import shutil
import tempfile
import time
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

from PIL import Image

from storygptv.files import write_whole
from storygptv.studio.projects import digest

SIDE = 512  # pixels at most of a picture on the page
EXPORT_SECONDS = 3600  # after which an export that was handed out is thrown away


class Served:
    """A temporary folder of files that Gradio may serve. A picture's name is made of what is in it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="storygptv-")).resolve()
        (self.folder / "exports").mkdir()

    def close(self) -> None:
        """Throw everything away."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def picture(self, file: Path) -> str:
        """The address of a picture file, made small.

        Raises:
            ValueError: it is no picture.
        """
        try:
            content = file.read_bytes()
            small = self.folder / f"{hashlib.sha256(content).hexdigest()[:40]}.webp"
            if not small.exists():
                with Image.open(BytesIO(content)) as picture:
                    _write(small, picture)
        except (OSError, SyntaxError, Image.DecompressionBombError) as error:
            raise ValueError(f"{file.name}: expected a picture ({error})") from error
        return _address(small)

    def portrait(self, picture: Image.Image) -> str:
        """The address of a picture that is in memory."""
        small = self.folder / f"{digest(picture)}.webp"
        if not small.exists():
            _write(small, picture)
        return _address(small)

    def new_export(self, name: str, ending: str) -> Path:
        """A file to export to, in a folder of its own whose name nobody guesses; old ones are thrown away."""
        for folder in (self.folder / "exports").iterdir():
            if folder.stat().st_mtime < time.time() - EXPORT_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
        folder = self.folder / "exports" / secrets.token_hex(16)
        folder.mkdir()
        return folder / f"{name}.{ending}"


def _write(file: Path, picture: Image.Image) -> None:
    small = picture.convert("RGB")
    small.thumbnail((SIDE, SIDE))
    write_whole(file, lambda to: small.save(to, "WEBP", quality=92))


def _address(file: Path) -> str:
    return f"gradio_api/file={quote(str(file))}"
