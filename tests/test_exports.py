"""A story handed on: every file is opened by somebody else's reader."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest
from imageio_ffmpeg import count_frames_and_secs, read_frames
from PIL import Image
from pypdf import PdfReader

from storygptv.lettering import DEJAVU, Letters, is_right_to_left, missing_glyphs
from storygptv.studio.comic import PAPER, draw_comic
from storygptv.studio.exports import export
from storygptv.studio.film import SECONDS, shots

TITLE = "Mia & <Leo>"
CAPTIONS = ["Mia läuft über die Straße, cœur léger.", "<script>alert(1)</script> She waves.", "He runs.", "x " * 400]


def pictures(count: int = 4) -> list[Image.Image]:
    return [Image.new("RGB", (32, 32), (40 * n, 120, 200)) for n in range(count)]


@pytest.fixture
def out(tmp_path):
    def write(name: str, captions=CAPTIONS, **options):
        assert export(tmp_path / name, TITLE, pictures(len(captions)), captions, **options) == ""
        return tmp_path / name

    return write


def words(text: str) -> str:
    return " ".join(text.split())


def test_a_book_says_every_caption_on_its_page(out):
    book = PdfReader(out("b.pdf"))
    assert [words(page.extract_text()) for page in book.pages] == [words(text) for text in (TITLE, *CAPTIONS)]
    assert book.metadata.title == TITLE
    assert [len(page.images) for page in book.pages] == [1] * 5


def test_no_letter_of_a_book_leaves_its_page(out):
    book = PdfReader(out("b.pdf", captions=["x" * 1_000, "word " * 200]))
    for page in book.pages:
        spots = []
        page.extract_text(
            visitor_text=lambda text, _, place, *__, spots=spots: text.strip() and spots.append(place[4:6])
        )
        assert spots and all(0 < x < page.mediabox.width and 0 < y < page.mediabox.height for x, y in spots)


class Page(HTMLParser):
    """What a browser would see."""

    def __init__(self):
        super().__init__()
        self.tags, self.text, self.pictures = [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        attributes = dict(attributes)
        assert not {"onclick", "onload", "onerror"} & set(attributes)
        if tag == "img":
            self.pictures.append(attributes["src"])

    def handle_data(self, data):
        self.text.append(data)


def test_a_page_holds_everything_and_captions_are_text(out):
    page = Page()
    page.feed(out("s.html").read_text(encoding="utf-8"))
    assert "script" not in page.tags and "link" not in page.tags
    assert all(words(caption) in words(" ".join(page.text)) for caption in CAPTIONS)
    assert len(page.pictures) == 4
    for source, picture in zip(page.pictures, pictures(), strict=True):
        shown = Image.open(io.BytesIO(base64.b64decode(source.removeprefix("data:image/png;base64,"))))
        assert np.array_equal(np.asarray(shown), np.asarray(picture))


def test_a_comic_book_is_a_picture_a_page(out):
    with zipfile.ZipFile(out("s.cbz")) as book:
        assert book.testzip() is None and book.namelist() == [*(f"000{n}.png" for n in (1, 2, 3, 4)), "ComicInfo.xml"]
        for name in book.namelist()[:4]:
            Image.open(io.BytesIO(book.read(name))).load()
        info = ElementTree.fromstring(book.read("ComicInfo.xml"))
    assert (info.findtext("Title"), info.findtext("PageCount")) == (TITLE, "4")


def test_films_last_as_long_as_their_frames(out):
    gif = Image.open(out("s.gif", captions=CAPTIONS[:2]))
    lasts = 0
    for n in range(gif.n_frames):
        gif.seek(n)
        lasts += gif.info["duration"]
    assert lasts == pytest.approx(2_000 * SECONDS) and gif.info["loop"] == 0
    film = out("s.mp4", captions=CAPTIONS[:2])
    assert count_frames_and_secs(str(film)) == (48 * SECONDS, pytest.approx(2 * SECONDS, abs=0.1))
    seen = read_frames(str(film))
    about = next(seen)
    first = np.frombuffer(next(seen), np.uint8).reshape(*about["size"][::-1], 3)
    assert about["codec"] == "h264" and np.abs(first[250, 250].astype(int) - (0, 120, 200)).max() < 12


def test_a_film_comes_nearer_and_its_caption_stands():
    grid = Image.fromarray(np.random.default_rng(0).integers(0, 255, (32, 32, 3), np.uint8))
    film = [np.asarray(shot) for shot in shots([grid], ["She waves."], 96, 4)]
    assert len(film) == 4 * SECONDS and film[0].shape[0] % 16 == 0
    assert np.array_equal(film[0][:96], np.asarray(grid.resize((96, 96), Image.Resampling.BICUBIC)))
    assert all((a[:96] != b[:96]).any() for a, b in zip(film, film[1:], strict=False))
    assert all(np.array_equal(film[0][96:], shot[96:]) for shot in film)


@pytest.mark.parametrize("columns", [None, 1, 3])
def test_a_comic_covers_no_picture_and_keeps_its_margins(columns):
    page = np.asarray(draw_comic(TITLE, pictures(), CAPTIONS, columns=columns, cell_width=96))
    margin = 96 // 12
    edges = (page[:margin], page[-margin:], page[:, :margin], page[:, -margin:])
    assert all((edge == np.array(Image.new("RGB", (1, 1), PAPER))[0, 0]).all() for edge in edges)
    for picture in pictures():  # but for its frame, all of it is there
        assert (page == picture.getpixel((0, 0))).all(-1).sum() == (96 - 4) * (96 - 2)
    with pytest.raises(ValueError, match="captions: expected one a picture"):
        draw_comic("", [], [])


def test_what_a_png_is_says_its_name_or_layout(out):
    sheets = {name: out(f"{name}.png").read_bytes() for name in ("story", "comic")}
    assert sheets["story"] != sheets["comic"]
    assert out("x.png", layout="comic").read_bytes() == sheets["comic"]
    assert out("x.png", layout="comic", columns=1).read_bytes() != sheets["comic"]


def test_fonts_are_those_that_have_the_glyphs():
    assert missing_glyphs("Łódź — cœur") == missing_glyphs("Где Миа?") == missing_glyphs("איפה מיה؟ أين ميا") == ""
    assert missing_glyphs("a\U0010fffdb\U0010fffd") == "\U0010fffd"
    assert Letters("Где Миа?").fonts == (DEJAVU,)
    assert [is_right_to_left(text) for text in ("Mia אב", "12 מיה", "ميا", "")] == [False, True, True, False]


def test_what_cannot_be_written_is_refused(tmp_path):
    told = ("T", pictures(1), ["a"])
    for name, options, sentence in [
        ("s.doc", {}, "ends in .png, .pdf, .html, .gif, .mp4, .cbz, got"),
        ("s.pdf", {"layout": "comic"}, "a png may be a storyboard or a comic"),
        ("s.png", {"font": tmp_path / "none.ttf"}, "font: expected a font file"),
    ]:
        with pytest.raises(ValueError, match=sentence):
            export(tmp_path / name, *told, **options)
    with pytest.raises(ValueError, match="no drawn frame yet"):
        export(tmp_path / "s.png", "T", [], [])
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_which_glyphs_are_missing(tmp_path, command):
    story = {"title": "T", "characters": [], "model": "toon", "settings": {}}
    frame = {"text": "She waves \U0010fffd.", "image": "frames/001.png", "seed": 1}
    (tmp_path / "frames").mkdir()
    pictures(1)[0].save(tmp_path / "frames/001.png")
    (tmp_path / "story.json").write_text(json.dumps(story | {"frames": [frame]}))
    status, text, err = command("export", tmp_path, "--to", tmp_path / "comic.png")
    assert status == 0 and "comic.png" in text and "no font here has \U0010fffd" in err
    status, _, err = command("export", tmp_path, "--to", tmp_path / "comic.png")
    assert status == 2 and "comic.png exists" in err
