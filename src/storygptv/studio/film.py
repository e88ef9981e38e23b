"""A story as a film: a gentle pan and zoom over each picture, its caption below."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageDraw, ImageOps

from storygptv.lettering import LINE, Block, largest_size

PAPER, INK = "#fffdf8", "#2b2b33"
SECONDS = 3.0  # a picture
SECONDS_A_LINE = 2.0  # and longer for each line of its caption that is not seen at first
SMALLEST_LETTERS = 10  # pixels
ZOOM = 0.08  # how much nearer the picture comes
PANS = ((0.0, 0.5), (1.0, 0.5), (0.5, 0.0), (0.5, 1.0))  # towards where, frame after frame


def shots(
    pictures: Sequence[Image.Image], captions: Sequence[str], side: int, fps: int, font_file: Path | None = None
) -> Iterator[Iterator[Image.Image]]:  # fmt: skip
    """The film, picture of the story after picture: `side` pixels wide, and as high as its longest caption asks, both
    divisible by 16. A caption that takes more than half as much room as a picture even in small letters moves up while
    its picture is seen, which is then seen longer."""
    pad, largest = side // 24, side // 20
    told = lambda size: [Block(caption, size, side - 2 * pad, font_file) for caption in captions]  # noqa: E731
    room = lambda blocks: max(block.height for block in blocks) + 2 * pad  # noqa: E731
    size = largest_size(largest, SMALLEST_LETTERS, lambda size: room(told(size)) <= side / 2)
    blocks = told(size)
    foot = -(-min(room(blocks), side // 2) // 16) * 16
    for n, (picture, block) in enumerate(zip(pictures, blocks, strict=True)):
        hidden = max(0, block.height + 2 * pad - foot)
        count = round((SECONDS + hidden / (size * LINE) * SECONDS_A_LINE) * fps)
        whole = ImageOps.pad(picture.convert("RGB"), (side, side), color=PAPER)
        letters = Image.new("RGB", (side, foot + hidden), PAPER)
        block.draw(ImageDraw.Draw(letters), (pad, pad), INK)
        yield _shots_of(whole, letters, foot, PANS[n % len(PANS)], count)


def _shots_of(
    whole: Image.Image, letters: Image.Image, foot: int, pan: tuple[float, float], count: int
) -> Iterator[Image.Image]:  # fmt: skip
    """`count` shots of one picture, nearer from one to the next, over its letters, of which `foot` pixels are seen."""
    side, hidden = whole.width, letters.height - foot
    card = Image.new("RGB", (side, side + foot), PAPER)
    for k in range(count):
        seen = side / (1 + ZOOM * k / count)
        left, top = pan[0] * (side - seen), pan[1] * (side - seen)
        near = whole.resize((side, side), Image.Resampling.BICUBIC, box=(left, top, left + seen, top + seen))
        card.paste(near, (0, 0))
        above = round(hidden * k / max(1, count - 1))
        card.paste(letters.crop((0, above, side, above + foot)), (0, side))
        yield card.copy()


def write_gif(
    file: BinaryIO, title: str, pictures: Sequence[Image.Image], captions: Sequence[str], font: Path | None = None
) -> None:  # fmt: skip
    """An animated GIF, 384 pixels wide, 5 pictures a second, for ever; each picture of the story in its own colours."""

    def reduced() -> Iterator[Image.Image]:
        for film_of_one in shots(pictures, captions, 384, 5, font):
            palette = None
            for shot in film_of_one:
                palette = palette or shot.quantize(256, Image.Quantize.FASTOCTREE)
                yield shot.quantize(palette=palette, dither=Image.Dither.NONE)

    film = reduced()
    next(film).save(file, "GIF", save_all=True, append_images=film, duration=200, loop=0, comment=title.encode())


def write_mp4(
    file: BinaryIO, title: str, pictures: Sequence[Image.Image], captions: Sequence[str], font: Path | None = None
) -> None:  # fmt: skip
    """A film in H.264, 576 pixels wide, 24 pictures a second. Raises ValueError without imageio-ffmpeg."""
    try:
        from imageio_ffmpeg import write_frames
    except ImportError as error:
        raise ValueError('mp4: needs imageio-ffmpeg; pip install "storygptv[export]"') from error
    with tempfile.TemporaryDirectory() as folder:
        path, writer = Path(folder) / "film.mp4", None
        for shot in chain.from_iterable(shots(pictures, captions, 576, 24, font)):
            if writer is None:
                options = ["-preset", "veryfast", "-metadata", f"title={title}"]
                writer = write_frames(str(path), shot.size, fps=24, quality=7, output_params=options)
                writer.send(None)
            writer.send(shot.tobytes())
        writer.close()
        with path.open("rb") as film:
            shutil.copyfileobj(film, file)
