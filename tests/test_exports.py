"""A story handed on: every file is opened by somebody else's reader."""

from __future__ import annotations

import base64
import io
import json
import unicodedata
import zipfile
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest
from imageio_ffmpeg import count_frames_and_secs, read_frames
from PIL import Image
from pypdf import PdfReader

from storygptv.lettering import DEJAVU, Letters, missing_glyphs
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


HARD = {
    "a thousand signs": "!" * 1_000,
    "a long word": "Donaudampfschiffahrtselektrizitätenhauptbetriebswerkbauunterbeamte" * 3,
    "from the right": "מיה מוצאת עפיפון (12:30).",
    "vowels": "مِيَا says Hello (42%) ثم تذهب",
    "both ways": "Mia says שלום עולם to Leo and مرحبا to Nora.",
    "page numbers of another library": "{nb} of {nb}",
    "markup": "<b>bold</b> & <script>x</script>",
    "controls": "She\x00 waves\x1b\ud800.",
}


@pytest.mark.parametrize("kind", ["png", "pdf", "html", "cbz"])
def test_hard_captions_are_written_by_every_kind(out, kind):
    file = out(f"s.{kind}", captions=list(HARD.values()))
    if kind == "pdf":
        pages = [words(page.extract_text()) for page in PdfReader(file).pages[1:]]
        said = dict(zip(HARD, pages, strict=True))
        for name in ("a thousand signs", "a long word"):
            assert said[name].replace(" ", "") == HARD[name]
        assert said["page numbers of another library"] == HARD["page numbers of another library"]
        assert said["controls"] == "She waves."
        assert all(word in said["both ways"] for word in ("Mia says", "שלום עולם", "to Leo and", "مرحبا"))
        assert unicodedata.normalize("NFKC", said["vowels"]).count("مِيَا") == 1


def test_what_no_font_has_is_shown_as_unknown_in_a_book(tmp_path):
    assert export(tmp_path / "b.pdf", "T", pictures(1), ["She waves \U0010fffd."]) == "\U0010fffd"
    assert PdfReader(tmp_path / "b.pdf").pages[1].extract_text() == "She waves \N{REPLACEMENT CHARACTER}."


@pytest.mark.skipif(missing_glyphs("她在公园里走") != "", reason="no font here has Chinese characters")
def test_chinese_is_lettered_in_every_kind(out):
    captions = ["她在公园里走。", "Mia 说：我们回家吧！"]
    assert missing_glyphs("".join(captions)) == ""
    said = [words(page.extract_text()) for page in PdfReader(out("s.pdf", captions=captions)).pages[1:]]
    assert said == [words(caption) for caption in captions]
    for kind in ("png", "cbz", "gif"):
        her, him = (out(f"s.{kind}", captions=[f"{who}在走。"]).read_bytes() for who in "她他")
        assert her != him  # two signs, not the box of an unknown one twice


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
    assert (info.findtext("Title"), info.findtext("PageCount"), info.findtext("Manga")) == (TITLE, "4", None)


def test_a_comic_book_says_that_it_is_read_from_the_right(out):
    with zipfile.ZipFile(out("s.cbz", captions=[HARD["from the right"]] * 2)) as book:
        info = ElementTree.fromstring(book.read("ComicInfo.xml"))
    assert info.findtext("Manga") == "YesAndRightToLeft"


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
    film = [np.asarray(shot) for shot in next(shots([grid], ["She waves."], 96, 4))]
    assert len(film) == 4 * SECONDS and film[0].shape[0] % 16 == 0
    assert np.array_equal(film[0][:96], np.asarray(grid.resize((96, 96), Image.Resampling.BICUBIC)))
    assert all((a[:96] != b[:96]).any() for a, b in zip(film, film[1:], strict=False))
    assert all(np.array_equal(film[0][96:], shot[96:]) for shot in film)


def framed(size: tuple[int, int]) -> Image.Image:
    """A blue picture whose left and right, or upper and lower ends are red."""
    picture = Image.new("RGB", size, "blue")
    end = max(size) // 8
    for box in [(0, 0, end, size[1]), (size[0] - end, 0, *size)] if size[0] > size[1] else [
        (0, 0, size[0], end), (0, size[1] - end, *size)
    ]:  # fmt: skip
        picture.paste("red", box)
    return picture


@pytest.mark.parametrize("size", [(64, 16), (16, 64)])
def test_a_picture_that_is_not_square_is_shown_whole(size):
    comic = np.asarray(draw_comic("", [framed(size)], ["a"], cell_width=96))
    film = next(next(shots([framed(size)], ["a"], 96, 4)))
    for shown in (comic, np.asarray(film)):
        red = (np.abs(shown.astype(int) - (255, 0, 0)) < 30).all(-1)
        blue = (np.abs(shown.astype(int) - (0, 0, 255)) < 30).all(-1)
        assert 0.15 < red.sum() / (red | blue).sum() < 0.35  # a quarter is


def test_a_caption_too_long_for_a_film_moves_up_while_its_picture_is_seen():
    told = "She waves and waves. " * 60
    long, short = shots([Image.new("RGB", (32, 32))] * 2, [told, "She waves."], 96, 2)
    long, short = list(long), list(short)
    assert {shot.size for shot in (*long, *short)} == {(96, 144)}  # a foot of half a picture
    assert len(short) == 2 * SECONDS and len(long) > 10 * len(short)
    feet = [np.asarray(shot)[96:] for shot in long]
    assert (feet[0] != feet[-1]).any() and (feet[-1][:20] < 200).any()  # to its last lines


def test_a_gif_keeps_the_colours_of_its_pictures(out):
    with Image.open(out("s.gif", captions=CAPTIONS[:2])) as gif:
        gif.seek(gif.n_frames - 1)
        assert np.abs(np.array(gif.convert("RGB").getpixel((100, 100)), int) - (40, 120, 200)).max() <= 8


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


def test_what_cannot_be_written_is_refused(tmp_path):
    told = ("T", pictures(1), ["a"])
    for name, options, sentence in [
        ("s.doc", {}, "ends in .png, .pdf, .html, .gif, .mp4, .cbz, got"),
        ("s.pdf", {"layout": "comic"}, "a png may be a storyboard or a comic"),
        ("s.pdf", {"columns": 2}, "columns: are of a png, got 2"),
        ("s.html", {"font": tmp_path / "f.ttf"}, "font: a browser letters an html in its own"),
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
