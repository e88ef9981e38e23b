"""The studio in a real browser: what a person sees, presses and takes away. Screenshots go to $STORYGPTV_SHOTS."""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from pathlib import Path

import pytest
import torch
from conftest import launch_chromium, pipeline_of, portrait, tiny_char_ldm
from PIL import Image

from storygptv.cast import Cast
from storygptv.pipeline import PipelineConfig
from storygptv.project import DEFAULTS, Project
from storygptv.story import Frame, Story
from storygptv.studio.desk import KINDS, MAX_FRAMES
from storygptv.studio.film import SECONDS

pytestmark = pytest.mark.browser

NAMES = {"Mia": "she", "Leo": "he", "Mrs. Plum": "she", "Biscuit": "he"}
CAST = Cast(
    characters=[{"name": name, "pronoun": pronoun} for name, pronoun in NAMES.items()],
    portraits={name: portrait(colour) for name, colour in zip(NAMES, ("red", "blue", "purple", "brown"), strict=True)},
)
PICTURES = "#board .card > img"
OURS = (".board", ".status", ".cast", ".counted p", "h1", "h2", "h2 + p")  # what of the page is our own markup
IS_OURS = "([target, ours]) => Boolean(document.querySelector(target)?.closest(ours))"
NEW_FILE = """([was, ending]) => {
  const link = document.querySelector('#taken a[download]');
  return link && link.href !== was && link.download.endsWith('.' + ending) && !document.querySelector('#take').disabled;
}"""
WAIT = 60_000  # ms; a busy machine is slow


class Studio:
    """The command `storygptv app` in a process of its own."""

    def __init__(self, model: Path, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder, self.model, self.url = folder, model, f"http://127.0.0.1:{self.port}/"
        self.start()

    def start(self) -> None:
        words = ("app", "--model", self.model, "--projects", self.folder, "--port", str(self.port))
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen([sys.executable, "-m", "storygptv", *words], env=environment)
        end = time.monotonic() + 120
        while True:
            try:
                with urllib.request.urlopen(self.url, timeout=5):
                    return
            except OSError:
                assert self.process.poll() is None and time.monotonic() < end
                time.sleep(0.1)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def studio(tokenizer, tmp_path_factory):
    folder = tmp_path_factory.mktemp("studio")
    torch.manual_seed(0)
    pipeline = pipeline_of(tiny_char_ldm(tokenizer), tokenizer, CAST)
    pipeline.config = PipelineConfig(num_inference_steps=12)
    pipeline.save_pretrained(folder / "model", dtype=torch.float32)
    told = Story("Seen", (), tuple(Frame(text) for text in ("Mia and Leo walk.", "She waves.", "Biscuit runs.")))
    seen = Project(folder / "stories" / "Seen", told, str((folder / "model").resolve()), dict(DEFAULTS))
    list(seen.draw(pipeline))
    list(seen.redraw(pipeline, 1))
    studio = Studio(folder / "model", folder / "stories")
    yield studio
    studio.kill()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        yield browser
        browser.close()


@pytest.fixture
def visit(studio, browser):
    """visit("?story=...", width=..., ...) -> a page of a new visitor. In the end nothing was asked of another host,
    and no script of the page failed."""
    contexts, outside, errors = [], [], []

    def kept_inside(route) -> None:
        if route.request.url.startswith((studio.url, "data:", "blob:")):
            route.fallback()
        else:
            outside.append(route.request.url)
            route.abort()

    def new_visitor(query: str = "", width: int = 1280, **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        context.set_default_timeout(WAIT)
        context.route("**/*", kept_inside)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("dialog", lambda dialog: (errors.append(dialog.message), dialog.dismiss()))
        page.goto(studio.url + query)
        page.wait_for_selector("#cast li")
        page.wait_for_function("document.querySelector('#status .status') && document.querySelector('#draw')")
        return page

    yield new_visitor
    for context in contexts:
        context.close()
    assert not outside and not errors


@pytest.fixture
def shot(tmp_path):
    """shot(page, name): a screenshot of all of the page."""
    folder = Path(os.environ.get("STORYGPTV_SHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)

    def take(page, name: str, full_page: bool = True) -> None:
        page.screenshot(path=folder / f"{name}.png", full_page=full_page, animations="disabled")

    take.folder = folder
    return take


def tell(page, title: str, *texts: str) -> None:
    page.fill("#title textarea, #title input", title)
    page.fill("#text textarea", "\n".join(texts))


def how(page) -> str:
    return page.inner_text("#status")


def wait_for_status(page, words: str) -> None:
    page.wait_for_function(
        "words => document.querySelector('#status').innerText.includes(words)", arg=words, timeout=WAIT
    )


def pictures(page) -> list[str]:
    return page.eval_on_selector_all(PICTURES, "all => all.map(each => each.src)")


def captions(page) -> list[str]:
    return page.eval_on_selector_all(
        "#board .caption", "all => all.map(each => each.innerText.replace(/^\\d+\\s*/, ''))"
    )


def edit(page, number: int):
    page.click(f"[popovertarget=edit-{number - 1}] >> nth=0")
    page.wait_for_selector(f"#edit-{number - 1}:popover-open")
    return page.locator(f"#edit-{number - 1}")


def test_a_story_from_the_first_frame_to_the_last(studio, visit, shot):
    page = visit()
    wait_for_status(page, "An example story is ready")
    page.wait_for_function("document.querySelector('#counted').innerText.includes('8 of at most 60')")
    shot(page, "01-empty")
    page.evaluate(
        """() => { window.seen = []; new MutationObserver(() => {
          const now = document.querySelectorAll('#board .card > img').length;
          if (now !== window.seen.at(-1)) window.seen.push(now);
          if (document.querySelector('[role=progressbar]')) window.bar = true;
          if (document.querySelector('#status').innerText.includes(' left')) window.left = true;
        }).observe(document.body, {childList: true, subtree: true, characterData: true}); }"""
    )
    page.click("#draw")
    page.wait_for_selector(f"{PICTURES} >> nth=1")
    shot(page, "02-drawing")
    wait_for_status(page, "8 frames drawn.")
    seen = page.evaluate("window.seen")
    assert seen[-1] == 8 and seen == sorted(seen) and len(set(seen)) >= 4  # one after the other
    assert page.evaluate("window.bar") and page.evaluate("window.left")
    shot(page, "03-drawn")

    before = pictures(page)  # one is drawn anew, the rest stays
    page.click("[aria-label='Redraw frame 2']")
    page.wait_for_function("document.querySelectorAll('#board .card')[1].innerText.includes('version 2 of 2')")
    wait_for_status(page, "1 frame drawn.")
    after = pictures(page)
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, False, *[True] * 6]

    editor = edit(page, 6)  # another text, and all after it
    editor.locator("[data-of=text]").fill("Leo hugs him.")
    shot(page, "04-edit", full_page=False)
    editor.get_by_text("Redraw from here on").click()
    wait_for_status(page, "3 frames drawn.")
    onward = pictures(page)
    assert captions(page)[5] == "Leo hugs him."
    assert [a == b for a, b in zip(after, onward, strict=True)] == [*[True] * 5, *[False] * 3]

    edit(page, 2).locator("[aria-label='Version 1 of frame 2']").click()  # an earlier picture comes back
    page.wait_for_function(
        "was => document.querySelectorAll('#board .card > img')[1].src === was", arg=before[1], timeout=WAIT
    )
    page.click("#go-on")
    wait_for_status(page, "2 frames drawn.")
    assert len(pictures(page)) == 10
    shot(page, "05-continued")

    there = pictures(page)  # it is on disk: the page is reloaded, and somebody else opens it
    assert "story=" in page.url
    page.reload()
    page.wait_for_function("document.querySelectorAll('#board .card > img').length === 10")
    assert pictures(page) == there
    other = visit()
    other.click("#open input")
    other.get_by_role("option", name="Biscuit and the Ball").click()
    other.wait_for_function("document.querySelectorAll('#board .card > img').length === 10")
    assert pictures(other) == there and other.input_value("#text textarea").splitlines()[5] == "Leo hugs him."

    was, told = "", other.input_value("#text textarea").splitlines()[:8]  # what it told on may be any signs
    for kind, (ending, _) in KINDS.items():  # each export is a file that opens
        page.click("#kind input")
        page.get_by_role("option", name=kind).click()
        page.click("#take")
        page.wait_for_function(NEW_FILE, arg=[was, ending], timeout=4 * WAIT)  # a film takes its time
        was = page.eval_on_selector("#taken a[download]", "link => link.href")
        with page.expect_download() as downloading:
            page.click("#taken a[download]")
        check_file(Path(downloading.value.path()), ending, told, page.context.browser)
    shot(page, "06-exported")


def check_file(file: Path, ending: str, told: list[str], browser) -> None:
    """A file of a story of ten frames opens in a program that did not write it, and holds all that was told."""
    if ending == "pdf":
        said = " ".join(said_by("pdftotext", file, "-").split())
        assert [text for text in told if text not in said] == []
    elif ending == "cbz":
        pages = zipfile.ZipFile(file)
        assert pages.testzip() is None and len(pages.namelist()) == 10 + 1
    elif ending == "html":
        page = browser.new_context(offline=True).new_page()
        page.goto(file.rename(file.with_suffix(".html")).as_uri())
        said = page.inner_text("body")
        assert [text for text in told if text not in said] == []
        assert page.eval_on_selector_all("img", "all => all.filter((each) => each.naturalWidth > 0).length") == 10
        page.context.close()
    else:
        shown = "stream=codec_name,nb_read_frames:format=duration"
        film = json.loads(
            said_by("ffprobe", "-v", "error", "-count_frames", "-show_entries", shown, "-of", "json", file)
        )
        (stream,) = film["streams"]
        frames = int(stream["nb_read_frames"])
        assert stream["codec_name"] == {"mp4": "h264"}.get(ending, ending)
        if ending == "png":
            assert frames == 1
        else:
            seconds, rate = float(film["format"]["duration"]), {"mp4": 24, "gif": 5}[ending]
            assert seconds >= 10 * SECONDS and frames == pytest.approx(rate * seconds, abs=1)


def said_by(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, check=True, text=True, encoding="utf-8").stdout


def test_stopped_midway_it_goes_on(visit, shot):
    page = visit()
    tell(page, "Stopped", *(f"Mia walks {n}." for n in range(20)))
    page.click("#draw")
    page.wait_for_selector(PICTURES)
    page.click("#stop")
    wait_for_status(page, "Stopped: ")
    drawn = len(pictures(page))
    assert 1 <= drawn < 20 and f"Stopped: {drawn} of 20 frames" in how(page)
    shot(page, "07-stopped")
    there = pictures(page)
    page.click("#draw")
    page.wait_for_function("drawn => document.querySelectorAll('#board .card > img').length > drawn", arg=drawn)
    assert pictures(page)[:drawn] == there
    page.click("#stop")
    wait_for_status(page, "Stopped: ")


def test_what_is_told_goes_along_with_what_is_changed(visit):
    page = visit()
    tell(page, "Along", "Mia walks.", "She waves.")
    page.click("#draw")
    wait_for_status(page, "2 frames drawn.")
    page.click("#go-on")
    page.wait_for_function("document.querySelector('#text textarea').value.split('\\n').length === 4")
    assert page.input_value("#text textarea").startswith("Mia walks.\nShe waves.\n")
    page.click("#save")
    wait_for_status(page, "Saved as Along.")
    assert len(pictures(page)) == 4
    mine = page.input_value("#text textarea") + "\nLeo runs."  # what is typed meanwhile is not written over
    page.fill("#text textarea", mine)
    page.click("[aria-label='Redraw frame 2']")
    wait_for_status(page, "1 frame drawn.")
    page.wait_for_timeout(500)
    assert page.input_value("#text textarea") == mine


def test_another_story_is_not_disturbed_by_one_that_is_drawn(visit):
    page = visit()
    tell(page, "Long", *(f"Mia walks {n}." for n in range(50)))
    page.click("#draw")
    page.wait_for_selector(PICTURES)
    page.click("#new")
    page.wait_for_function("!document.querySelector('#board .card')")
    drawn_on = visit("?story=Long")
    there = len(pictures(drawn_on))
    drawn_on.wait_for_function("n => document.querySelectorAll('#board .card > img').length > n", arg=there)
    assert not pictures(page) and "An example story is ready" in how(page)
    tell(page, "Short", "Mia sits.")
    page.click("#draw")  # it waits for its turn
    drawn_on.click("#stop")
    wait_for_status(drawn_on, "Stopped: ")
    wait_for_status(page, "1 frame drawn.")
    assert captions(page) == ["Mia sits."]


def test_frame_by_frame_with_names_of_ones_own(studio, visit, shot, tmp_path):
    page = visit()
    page.fill("#title input, #title textarea", "Anna")
    page.get_by_label("Frame by frame").check()
    page.wait_for_selector("#box-8")
    assert page.input_value("#box-2 textarea") == "She gives him a ball."
    page.click("#add")
    page.wait_for_selector("#box-10")
    for n in range(3, 10):
        page.fill(f"#box-{n} textarea", "")
    page.fill("#box-1 textarea", "Anna meets a dragon.")
    page.fill("#names textarea", "Anna = Mia")
    Image.new("RGB", (60, 40), "green").save(tmp_path / "mine.png")
    page.click("#settings button")
    page.set_input_files("#picture input[type=file]", tmp_path / "mine.png")
    page.wait_for_function("document.querySelector('#picture').innerText.includes('mine')")
    page.wait_for_function("document.querySelector('#counted').innerText.startsWith('2 of')")
    shot(page, "08-frame-by-frame")
    page.click("#draw")
    wait_for_status(page, "2 frames drawn.")
    assert "your picture" in page.inner_text("#board .card >> nth=0") and "played by Mia" in page.inner_text("#cast")
    project = Project.open(studio.folder / "Anna")
    assert project.drawn[0]["seed"] is None and project.pictures()[0].size == (60, 40)


def test_one_frame_of_several_sentences_is_opened_as_one(visit):
    page = visit()
    page.fill("#title input, #title textarea", "One")
    page.get_by_label("Frame by frame").check()
    page.wait_for_selector("#box-8")
    for n in range(2, 9):
        page.fill(f"#box-{n} textarea", "")
    page.fill("#box-1 textarea", "Mia walks. She waves.")
    page.click("#draw")
    wait_for_status(page, "1 frame drawn.")
    again = visit("?story=One")
    assert again.input_value("#box-1 textarea") == "Mia walks. She waves."
    again.click("#draw")
    again.wait_for_function("document.querySelector('#counted').innerText.startsWith('1 of')")
    again.wait_for_timeout(500)
    assert captions(again) == ["Mia walks. She waves."]


def test_what_goes_wrong_is_a_sentence(visit, shot, tmp_path):
    page = visit()
    page.fill("#text textarea", "")
    page.click("#draw")
    page.wait_for_selector("#status [role=alert]")
    assert "The story is empty" in how(page)
    page.fill("#text textarea", "Anna runs.")
    page.fill("#names textarea", "Anna = Nobody")
    page.click("#draw")
    wait_for_status(page, "must be one of Mia")
    shot(page, "09-wrong")
    page.fill("#names textarea", "")
    (tmp_path / "no.png").write_text("<svg onload='alert(1)'/>")
    page.click("#settings button")
    page.set_input_files("#picture input[type=file]", tmp_path / "no.png")
    page.wait_for_function("document.querySelector('#picture').innerText.includes('no')")
    page.click("#draw")
    wait_for_status(page, "expected a whole PNG, JPEG, WEBP")
    lost = visit("?story=../../etc")
    wait_for_status(lost, "expected the plain name of one")
    shot(lost, "10-lost")


def test_a_caption_is_text(visit):
    nasty = "<img src=x onerror=alert(1)><script>alert(2)</script> ${alert(3)} {{value}} & \"'"
    page = visit()
    tell(page, nasty[:40], f"Mia says {nasty}", "She waves.")
    page.click("#draw")
    wait_for_status(page, "2 frames drawn.")
    assert captions(page)[0] == f"Mia says {nasty}"
    editor = edit(page, 1)
    assert editor.locator("[data-of=text]").input_value() == f"Mia says {nasty}"
    assert page.locator("#board script").count() == 0


def test_several_at_once_wait_their_turn_and_never_mix(visit, shot):
    people = [visit() for _ in range(8)]
    for n, page in enumerate(people):
        tell(page, f"Person {n}", *(f"Mia walks {n} {frame}." for frame in range(3)))
    for page in people:
        page.click("#draw")
    wait_for_status(people[-1], "before this one")
    shot(people[-1], "11-queue")
    for n, page in enumerate(people):
        wait_for_status(page, "3 frames drawn.")
        assert captions(page) == [f"Mia walks {n} {frame}." for frame in range(3)]


def test_by_keyboard(visit):
    page = visit()
    tell(page, "Keys", "Mia walks.", "She waves.")
    page.focus("#text textarea")
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "draw":
            break
    assert page.evaluate("document.activeElement.id") == "draw"
    page.keyboard.press("Enter")
    wait_for_status(page, "2 frames drawn.")
    page.focus("[popovertarget=edit-0]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#edit-0:popover-open")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('[popover]')?.id") == "edit-0"
    page.keyboard.press("Escape")
    page.wait_for_function("!document.querySelector('#edit-0').matches(':popover-open')")
    page.focus("#take")
    page.keyboard.press("Enter")
    page.wait_for_selector("#taken a[download]")
    page.focus("#open input")
    page.keyboard.press("Control+A")
    page.keyboard.type("Seen")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{PICTURES} >> nth=2")


@pytest.mark.parametrize("name", ["Killed", "Killed again"])  # a quick machine draws one story whole in ten rounds
def test_killed_in_mid_story_five_times_nothing_is_lost(studio, visit, name):
    page, moments, kept = visit(), random.Random(name), []
    tell(page, name, *(f"Leo runs {n}." for n in range(MAX_FRAMES)))
    for _ in range(5):
        page.click("#draw")
        page.wait_for_function("there => document.querySelectorAll('#board .card > img').length > there", arg=len(kept))
        time.sleep(moments.uniform(0, 0.2))
        studio.kill()
        project = Project.open(studio.folder / name)
        assert len(kept) < len(project.drawn) < MAX_FRAMES and len(project.pictures()) == len(project.drawn)
        now = [(project.path / frame["image"]).read_bytes() for frame in project.drawn]
        assert now[: len(kept)] == kept
        kept = now
        studio.start()
        page = visit(f"?story={name.replace(' ', '%20')}")
        page.wait_for_function(
            "there => document.querySelectorAll('#board .card > img').length === there", arg=len(kept)
        )


def test_a_tab_goes_on_when_the_server_was_started_again(studio, visit):
    page = visit()
    tell(page, "Restarted", "Leo runs.", "He waves.")
    page.click("#draw")
    wait_for_status(page, "2 frames drawn.")
    there = [Path(address).name for address in pictures(page)]
    studio.kill()
    studio.start()
    page.click("#go-on")
    page.wait_for_function("document.querySelectorAll('#board .card > img').length === 4")
    assert [Path(address).name for address in pictures(page)][:2] == there
    assert len(Project.open(studio.folder / "Restarted").drawn) == 4


def test_what_is_typed_into_an_editor_goes_with_its_frame(studio, visit):
    page = visit()
    tell(page, "Typed", "Leo runs.", "He waves.", "Mia sits.")
    page.click("#draw")
    wait_for_status(page, "3 frames drawn.")
    editor = edit(page, 3)
    editor.locator("[data-of=text]").fill("Mia waves.")
    other = visit("?story=Typed")  # somebody else puts a frame before it
    edit(other, 1).locator("[data-of=after]").fill("She sits.")
    other.get_by_text("Tell and draw it").locator("visible=true").click()
    wait_for_status(other, "1 frame drawn.")
    page.locator("#go-on").dispatch_event("click")  # this page sees it only now
    page.wait_for_function("document.querySelectorAll('#board .card > img').length === 6")
    page.wait_for_selector("#edit-3:popover-open")
    assert page.input_value("#edit-3 [data-of=text]") == "Mia waves."
    assert page.input_value("#edit-2 [data-of=text]") == "He waves."
    page.locator("#edit-3").get_by_text("Redraw this frame").click()
    page.wait_for_function("document.querySelectorAll('#board .card')[3].innerText.includes('version 2 of 2')")
    assert captions(page)[:4] == ["Leo runs.", "She sits.", "He waves.", "Mia waves."]


def test_a_story_told_otherwise_is_a_new_one_and_says_so(studio, visit, tmp_path):
    page = visit()
    Image.new("RGB", (60, 40), "green").save(tmp_path / "mine.png")
    tell(page, "Otherwise", "Leo runs.", "He waves.")
    page.click("#settings button")
    page.set_input_files("#picture input[type=file]", tmp_path / "mine.png")
    page.wait_for_function("document.querySelector('#picture').innerText.includes('mine')")
    page.click("#draw")
    wait_for_status(page, "2 frames drawn.")
    page.wait_for_function("!document.querySelector('#picture').innerText.includes('mine')")  # it is the story's now
    page.click("[aria-label='Redraw frame 2']")
    wait_for_status(page, "1 frame drawn.")
    tell(page, "Otherwise", "Leo runs.", "He waves.", "Mia sits.")
    page.click("#draw")
    page.wait_for_function("document.querySelectorAll('#board .card > img').length === 3")
    assert not (studio.folder / "Otherwise 2").exists()
    tell(page, "Otherwise", "Leo sits.", "He waves.", "Mia sits.")
    page.click("#draw")
    wait_for_status(page, "What is drawn of Otherwise was told otherwise and stays; this is a new story, Otherwise 2.")
    page.fill("#steps input", "")
    page.click("#draw")
    wait_for_status(page, "Steps: 1 to 100, got none.")


def test_what_is_typed_while_a_story_is_drawn_stays(studio, visit):
    page = visit()
    tell(page, "Meanwhile", "Leo runs.", "He waves.")
    page.click("#draw")
    wait_for_status(page, "2 frames drawn.")
    editor = edit(page, 1)
    editor.locator("[data-of=after]").fill("She sits.")
    editor.get_by_text("Tell and draw it").click()
    wait_for_status(page, "1 frame drawn.")
    told = page.input_value("#text textarea").splitlines()  # what is typed is the story, and goes along
    assert told == captions(page) == ["Leo runs.", "She sits.", "He waves."]
    page.fill("#count input", "8")
    page.click("#go-on")
    page.wait_for_selector("#stop:not([disabled])")
    page.fill("#text textarea", "Leo runs.\nMia sleeps.")
    assert "8 frames drawn." not in how(page)
    wait_for_status(page, "8 frames drawn.")
    page.wait_for_timeout(500)
    assert page.input_value("#text textarea") == "Leo runs.\nMia sleeps."


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)])
def test_everybody_can_use_it(visit, shot, scheme, width):
    """axe-core finds nothing serious of ours; what it finds in Gradio's own markup is written down apart."""
    from axe_playwright_python.sync_playwright import Axe

    page = visit(width=width, color_scheme=scheme)
    name, ours, theirs = f"20-{scheme}-{width}", [], []

    def look(state: str, page=page) -> None:
        page.wait_for_timeout(300)
        shot(page, f"{name}-{state}", full_page=state != "edit")
        for violation in Axe().run(page).response["violations"]:
            for node in violation["nodes"]:
                target = " ".join(map(str, node["target"]))
                found = {"state": state, "rule": violation["id"], "impact": violation["impact"], "where": target}
                mine = page.evaluate(IS_OURS, [target, ", ".join(OURS)])
                (ours if mine else theirs).append(found)
        assert page.evaluate("document.documentElement.scrollWidth") <= width  # nothing to scroll sideways

    look("empty")
    page.goto(page.url + "?story=Seen")
    page.wait_for_selector(f"{PICTURES} >> nth=2")
    look("drawn")
    edit(page, 2)
    look("edit")
    page.keyboard.press("Escape")
    page.click("#settings button")
    look("settings")
    page.click("#take")
    page.wait_for_selector("#taken a[download]")
    look("exported")
    page.get_by_label("Frame by frame").check()
    page.wait_for_selector("#box-1")
    look("frame-by-frame")
    page.fill("#names textarea", "Anna = Nobody")
    page.click("#draw")
    page.wait_for_selector("#status .wrong")
    look("error")
    page.click("#new")
    page.wait_for_function("!document.querySelector('#board .card')")
    tell(page, f"Long {name}", *(f"Mia walks {n}." for n in range(MAX_FRAMES)))
    page.click("#draw")
    page.wait_for_selector(PICTURES)
    look("drawing")
    page.click("#stop")
    wait_for_status(page, "Stopped: ")
    look("stopped")
    page.click("#draw")
    waits, lost = (visit(query, width, color_scheme=scheme) for query in ("", "?story=../.."))
    tell(waits, f"Waits {name}", "Mia walks.")
    waits.click("#draw")
    wait_for_status(waits, "before this one")
    look("waiting", waits)
    lost.wait_for_selector("#status .wrong")
    look("lost", lost)
    (shot.folder / f"axe-{scheme}-{width}.json").write_text(json.dumps({"ours": ours, "gradio": theirs}, indent=1))
    assert not [each for each in ours if each["impact"] in ("serious", "critical")]
