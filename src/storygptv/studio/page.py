"""The studio's page: Gradio's components around the desk. The page in the browser keeps the name of the story that is
open, and so outlives the server."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storygptv.project import DEFAULTS
from storygptv.story import MAX_NAME_CHARS, MAX_TEXT_CHARS, MAX_TITLE_CHARS, Story
from storygptv.studio.desk import KINDS, MAX_CHARACTERS, MAX_CONTINUED, MAX_FRAMES, SETTINGS, Desk
from storygptv.studio.projects import MAX_UPLOAD_BYTES, MAX_UPLOAD_PIXELS
from storygptv.studio.served import EXPORT_SECONDS

if TYPE_CHECKING:
    import gradio as gr

HERE = Path(__file__).parent
ONE, BOXES = "As one text", "Frame by frame"
BELOW = "Below each: whom the model took the text to mean, and how surely."
READY = "An example story is ready: press Draw."
SHOW_STATUS = "() => document.getElementById('status').scrollIntoView({block: 'nearest'})"
WRONG = (ValueError, OSError)  # what a person, or a full disk, can cause
NUM_BOXES = 24  # frames that can be told one by one
TICK = 0.2  # seconds between two looks at a drawing
MORE = f"Up to {MAX_FRAMES} frames of up to {MAX_TEXT_CHARS:,} characters."


@dataclass
class Tab:
    """What the events of one visit share: the story that is looked at, so that what follows another one ends, and what
    is typed on the left, so that what was typed while a story was drawn is not written over."""

    story: str | None = None
    typed: tuple[str, ...] | None = None


def build(desk: Desk, example: Story) -> "gr.Blocks":
    """The page of a desk; a new visitor finds `example` ready to draw."""
    import gradio as gr

    def counted_of(story: Story) -> str:
        return _counted(f"{len(story.frames)} of at most {MAX_FRAMES} frames. {desk.warned(story)}")

    model, empty = desk.pipeline.config, desk.view(None, READY)
    kept = (EXPORT_SECONDS, EXPORT_SECONDS)  # how often Gradio looks for its copies of files, and how old they become
    with gr.Blocks(title="storygptv", analytics_enabled=False, fill_width=True, delete_cache=kept) as page:
        # the name of the story that is open: the browser keeps it, and so outlives the server
        current = gr.Textbox(elem_id="current", container=False)
        tab = gr.State(Tab())
        shown_boxes = gr.State(0)
        with gr.Row(elem_classes="top"):
            gr.HTML("<h1>storygptv</h1>", apply_default_css=False)
            opened = gr.Dropdown(
                desk.projects.names(), value=None, label="Open a story", elem_id="open", scale=0, min_width=260
            )
            new = gr.Button("New story", elem_id="new", scale=0, min_width=140)
        with gr.Row(elem_classes="desk"):
            with gr.Column(scale=4, min_width=310, elem_classes="side"):
                gr.HTML("<h2>The story</h2>", apply_default_css=False)
                title = gr.Textbox(
                    example.title, label=f"Title, up to {MAX_TITLE_CHARS} characters", max_length=MAX_TITLE_CHARS,
                    elem_id="title",
                )  # fmt: skip
                how_many = f"One by one up to {NUM_BOXES} frames, as one text up to {MAX_FRAMES}."
                how = gr.Radio([ONE, BOXES], value=ONE, label="Told", info=how_many, elem_id="how")
                text = gr.Textbox(
                    _lines(example), label="Story", info=f"A line a frame; a single paragraph is split. {MORE}",
                    lines=9, max_lines=18, max_length=MAX_FRAMES * (MAX_TEXT_CHARS + 1), elem_id="text",
                )  # fmt: skip
                boxes = [
                    gr.Textbox(
                        "", label=f"Frame {n}", lines=2, max_length=MAX_TEXT_CHARS, visible=False, elem_id=f"box-{n}"
                    )
                    for n in range(1, NUM_BOXES + 1)
                ]
                add = gr.Button("Add a frame", visible=False, size="sm", elem_id="add")
                counted = gr.HTML(
                    counted_of(example), elem_classes="counted", elem_id="counted", apply_default_css=False
                )
                with gr.Row():
                    draw = gr.Button("Draw", variant="primary", elem_id="draw", min_width=100)
                    stop = gr.Button("Stop", interactive=False, elem_id="stop", min_width=80)
                    save = gr.Button("Save", elem_id="save", min_width=80)
                with gr.Accordion("The cast", open=True, elem_id="cast-fold"):
                    cast = gr.HTML(empty.cast, elem_id="cast", apply_default_css=False)
                    names = gr.Textbox(
                        label="Names of your own", lines=2, elem_id="names",
                        info='A line each: "Anna = Mia" lends Mia\'s looks to your Anna.'
                        f" Up to {MAX_CHARACTERS} names of up to {MAX_NAME_CHARS} characters.",
                    )  # fmt: skip
                with gr.Accordion("Settings", open=False, elem_id="settings"):
                    seed = gr.Number(
                        0, label="Seed", info=f"Same seed, same pictures. {_range('seed')}", precision=0, elem_id="seed"
                    )
                    steps = gr.Number(
                        model.num_inference_steps, label="Denoising steps", info=f"More take longer. {_range('steps')}",
                        precision=0, elem_id="steps",
                    )  # fmt: skip
                    guidance = gr.Number(
                        model.guidance_scale, label="Guidance", step=0.5, elem_id="guidance",
                        info=f"How closely to follow the text. {_range('guidance')}",
                    )  # fmt: skip
                    picture = gr.File(
                        label=f"A picture of your own for frame 1 (PNG, JPEG or WebP, {MAX_UPLOAD_BYTES // 10**6} MB,"
                        f" {MAX_UPLOAD_PIXELS // 10**6} million pixels at most)",
                        file_types=[".png", ".jpg", ".jpeg", ".webp"], type="filepath", elem_id="picture", height=120,
                    )  # fmt: skip
            with gr.Column(scale=7, min_width=310, elem_classes="main"):
                gr.HTML(f"<h2>The pictures</h2><p>{BELOW}</p>", apply_default_css=False)
                status = gr.HTML(empty.status, elem_id="status", apply_default_css=False)
                board = gr.HTML(
                    elem_id="board", apply_default_css=False, js_on_load=(HERE / "page.js").read_text(encoding="utf-8")
                )
                with gr.Row(elem_classes="after"):
                    with gr.Row(elem_classes="pair"):
                        count = gr.Number(
                            2, label=f"More, up to {MAX_CONTINUED}", precision=0, elem_id="count", min_width=140,
                            scale=1,
                        )  # fmt: skip
                        go_on = gr.Button(
                            "Continue the story", elem_id="go-on", interactive=False, min_width=170, scale=2
                        )
                    with gr.Row(elem_classes="pair"):
                        kind = gr.Dropdown(list(KINDS), label="Take away as", elem_id="kind", min_width=215, scale=2)
                        columns = gr.Number(
                            0, label="Panels a row", precision=0, elem_id="columns", min_width=140,
                            scale=1,
                        )  # fmt: skip
                        take = gr.Button("Export", elem_id="take", interactive=False, min_width=100, scale=1)
                taken = gr.File(label="Your file", visible=False, elem_id="taken", height=80)

        told = [title, how, text, names, *boxes]
        drawn_with = [seed, steps, guidance]
        view = [current, board, status, cast, draw, stop, save, go_on, take, opened, taken]
        told_in = [how, text, *boxes, add, shown_boxes]
        telling = [*told_in, counted]
        fields = [title, names, *telling, *drawn_with, picture]

        nothing_new = [gr.skip()] * len(view)  # a generator that yields nothing would empty them

        def shown(name: str | None, said: str = "", wrong: bool = False, another: bool = False) -> list[Any]:
            """Updates of `view` for a story; where it does not open, for none, with the reason. A file to take away
            stays, if it is not of `another` story."""
            return looked_at(name, said, wrong, another)[0]

        def looked_at(name: str | None, said: str, wrong: bool, another: bool) -> tuple[list[Any], bool]:
            """As `shown`, and whether it shows a story that is being drawn."""
            try:
                seen = desk.view(name, said, wrong)
            except WRONG as error:
                name, seen = None, desk.view(None, desk.sentence(error), wrong=True)
            ready = bool(seen.drawn) and not seen.busy
            names = desk.projects.names()
            return [
                name, seen.board, seen.status, seen.cast, gr.update(interactive=not seen.busy),
                gr.update(interactive=seen.busy), gr.update(interactive=not seen.busy),
                gr.update(interactive=ready), gr.update(interactive=bool(seen.drawn)),
                gr.update(choices=names, value=name), gr.update(visible=False) if another else gr.skip(),
            ], seen.busy  # fmt: skip

        def only(said: str, also: "dict[gr.Component, Any] | None" = None) -> list[Any]:
            """Updates of `view` that tell `said` and change what `also` names, and nothing else."""
            updates = {status: said} | (also or {})
            return [updates.get(each, gr.skip()) for each in view]

        async def followed(
            tab: Tab, name: str | None, said: str = "", wrong: bool = False
        ) -> AsyncIterator[tuple[list[Any], bool]]:
            """A story as it is drawn, until it is, or another is looked at: the whole of it at each new frame, in
            between how far it is. With each update comes whether it is over: the one that says that it is drawn is the
            last, and what is to change with it must go along."""
            before = told = None
            another, tab.story = tab.story != name, name
            while name:
                task, busy, update = desk.queue.of(name), True, None
                now = task and (task, task.state, task.frames)
                if before is None or now != before:
                    update, busy = await asyncio.to_thread(looked_at, name, said, wrong, another and before is None)
                    before = now or ()
                elif (sentence := desk.status(name, said, wrong)) != told and desk.queue.busy(name):
                    told = sentence
                    update = only(sentence)
                if tab.story != name:
                    yield nothing_new, True
                    return
                if update is not None:
                    yield update, not busy
                if not busy:
                    return
                await asyncio.sleep(TICK)
            yield await asyncio.to_thread(shown, None, said, wrong, another), True

        def story_of(title: str, how: str, text: str, names: str, *boxes: str, picture: str | None = None) -> Story:
            return desk.told(title, text if how == ONE else list(boxes), names, picture)

        def settled(story: Story, project_settings: dict[str, Any]) -> list[Any]:
            """Updates of `fields` for a story that is opened, or the example."""
            texts = [frame.text for frame in story.frames]
            own = "\n".join(f"{c.name} = {c.plays}" if c.plays else c.name for c in story.characters)
            asked = DEFAULTS | project_settings
            return [
                story.title, own, *told_as(_way(story), texts), counted_of(story),
                asked["seed"], asked["steps"] or model.num_inference_steps,
                model.guidance_scale if asked["guidance"] is None else asked["guidance"], None,
            ]  # fmt: skip

        def told_as(how: str, texts: list[str]) -> list[Any]:
            """Updates of `told_in` for texts told in one way or the other."""
            one = how == ONE
            visible = 0 if one else min(max(len(texts) + 1, 3), NUM_BOXES)
            padded = [*texts, *[""] * NUM_BOXES][:NUM_BOXES]
            return [
                how, gr.update(value="\n".join(texts), visible=one),
                *(gr.update(value=each, visible=n < visible) for n, each in enumerate(padded)),
                gr.update(visible=not one and visible < NUM_BOXES), visible,
            ]  # fmt: skip

        # --- what happens when

        async def drawing(
            tab: Tab, before: str | None, picture: str | None, seed: Any, steps: Any, guidance: Any, *typed: str
        ):
            """Updates of `view` and of the picture, which is the story's once it is taken."""

            def asked() -> tuple[Story, str]:
                story = story_of(*typed, picture=picture)
                return story, desk.draw(before, story, desk.drawing_settings(before, seed, steps, guidance))

            try:
                story, name = await asyncio.to_thread(asked)
            except WRONG as error:
                said = desk.sentence(error)
                yield [*only(desk.status(before, said, wrong=True)), gr.skip()]
                if before and desk.queue.busy(before):  # by another tab
                    async for update, _ in followed(tab, before, said, wrong=True):
                        yield [*update, gr.skip()]
                return
            said = f"{told_anew(before, name)} {desk.warned(story)}".strip()
            own_picture = None
            async for update, _ in followed(tab, name, said):
                yield [*update, own_picture]
                own_picture = gr.skip()

        def saving(before: str | None, picture: str | None, seed: Any, steps: Any, guidance: Any, *typed: str):
            try:
                story = story_of(*typed, picture=picture)
                name = desk.save(before, story, desk.drawing_settings(before, seed, steps, guidance))
            except WRONG as error:
                return [*only(desk.status(before, desk.sentence(error), wrong=True)), gr.skip()]
            said = told_anew(before, name) or f"Saved as {name}."
            return [*shown(name, said, another=name != before), None]

        def told_anew(before: str | None, name: str) -> str:
            """A sentence where what was open stays, and a new story begins."""
            if not before or before == name:
                return ""
            return f"What is drawn of {before} was told otherwise and stays; this is a new story, {name}."

        def as_told(name: str, typed: tuple[str, ...]) -> bool:
            """Whether a story is what is typed on the left."""
            try:
                story, there = story_of(*typed), desk.projects.open(name).story
            except ValueError:
                return False
            tell = lambda each: (each.title, each.characters, [frame.text for frame in each.frames])  # noqa: E731
            return tell(story) == tell(there)

        async def changing(tab: Tab, name: str | None, change: Callable[[], None], typed: tuple[str, ...]):
            """Updates of `view` and `telling` while a story is changed; what is typed on the left goes along, if it was
            the story, and stayed so."""
            same = [gr.skip()] * len(telling)
            tab.typed = typed
            try:
                along = bool(name) and await asyncio.to_thread(as_told, name, typed)
                await asyncio.to_thread(change)
            except WRONG as error:
                async for update, _ in followed(tab, name, desk.sentence(error), wrong=True):
                    yield [*update, *same]
                return
            async for update, over in followed(tab, name):
                goes_along = over and along and tab.story == name and tab.typed == typed
                yield [*update, *(await asyncio.to_thread(told_now, name, typed[1]) if goes_along else same)]

        def told_now(name: str, how: str) -> list[Any]:
            """Updates of `telling` for a story as it is now, told as before if it can be."""
            try:
                story = desk.projects.open(name).story
            except WRONG:  # it is gone, as the status says
                return [gr.skip()] * len(telling)
            how = BOXES if how == BOXES and len(story.frames) <= NUM_BOXES else _way(story)
            return [*told_as(how, [frame.text for frame in story.frames]), counted_of(story)]

        async def acting(tab: Tab, name: str | None, event: gr.EventData, *typed: str):
            async for update in changing(tab, name, lambda: desk.act(name, dict(event._data or {})), typed):
                yield update

        async def going_on(tab: Tab, name: str | None, count: Any, *typed: str):
            async for update in changing(tab, name, lambda: desk.go_on(name, int(count or 0)), typed):
                yield update

        def taking(name: str | None, kind: str, columns: Any):
            writing = {take: gr.update(interactive=False), taken: gr.update(visible=False)}
            yield only(desk.status(name, "Writing the file; a film takes longest."), writing)
            again = {take: gr.update(interactive=True)}
            try:
                file, warning = desk.export(name, kind, columns or 0)
            except WRONG as error:
                yield only(desk.status(name, desk.sentence(error), wrong=True), again)
                return
            ready = again | {taken: gr.update(value=str(file), visible=True)}
            yield only(desk.status(name, f"{file.name} is ready. {warning}".strip()), ready)

        def opening(tab: Tab, name: str | None = None):
            tab.story = name
            if not name:
                return [*settled(example, {}), *shown(None, READY, another=True)]
            try:
                project = desk.projects.open(name)
            except WRONG as error:
                return [*[gr.skip()] * len(fields), *shown(None, desk.sentence(error), wrong=True, another=True)]
            return [*settled(project.story, project.settings), *shown(name, another=True)]

        def arriving(request: gr.Request, tab: Tab):
            name = request.query_params.get("story")
            if name:
                return opening(tab, name)
            choices = gr.update(choices=desk.projects.names())  # all else is on the page as it was built
            return [choices if each is opened else gr.skip() for each in (*fields, *view)]

        async def following(tab: Tab, name: str | None):
            yield nothing_new
            if name and desk.queue.busy(name):
                async for update, _ in followed(tab, name):
                    yield update

        def counting(tab: Tab, *typed: str) -> str:
            tab.typed = typed
            try:
                return counted_of(story_of(*typed))
            except ValueError as error:
                return _counted(desk.sentence(error))

        def switching(how: str, text: str, *boxes: str):
            texts = [each for each in boxes if each.strip()] if how == ONE else []
            try:
                if how == BOXES and text.strip():
                    texts = [frame.text for frame in Story.from_text(text).frames]
                if len(texts) > NUM_BOXES:
                    raise ValueError(f"frame by frame a story has at most {NUM_BOXES} frames, got {len(texts)}")
            except ValueError as error:
                return [*told_as(ONE, text.splitlines()), desk.status(None, desk.sentence(error), wrong=True)]
            return [*told_as(how, texts), gr.skip()]

        def adding(visible: int):
            boxes = [gr.update(visible=n <= visible) for n in range(NUM_BOXES)]
            return [*boxes, gr.update(visible=visible + 1 < NUM_BOXES), visible + 1]

        quiet = {"show_progress": "hidden", "api_visibility": "private"}
        here = [tab, current]
        page.load(arriving, tab, [*fields, *view], **quiet).then(following, here, view, **quiet)
        opened.input(opening, [tab, opened], [*fields, *view], **quiet).then(following, here, view, **quiet)
        new.click(opening, tab, [*fields, *view], **quiet)
        draw.click(drawing, [*here, picture, *drawn_with, *told], [*view, picture], **quiet)
        save.click(saving, [current, picture, *drawn_with, *told], [*view, picture], **quiet)
        stop.click(desk.stop, current, None, **quiet)
        go_on.click(going_on, [*here, count, *told], [*view, *telling], **quiet)
        kind.input(lambda kind: gr.update(visible=KINDS[kind][1] is not None), kind, columns, **quiet)
        take.click(taking, [current, kind, columns], view, concurrency_limit=1, **quiet)
        board.act(acting, [*here, *told], [*view, *telling], **quiet)
        how.input(switching, [how, text, *boxes], [*told_in, status], **quiet)
        add.click(adding, shown_boxes, told_in[2:], **quiet)
        typing = [title.change, text.change, names.change, how.input, *(box.change for box in boxes)]
        gr.on(typing, counting, [tab, *told], counted, trigger_mode="always_last", **quiet)
        for button in (draw, go_on):  # on a phone the pictures are further down
            button.click(None, None, None, js=SHOW_STATUS)
    page.queue(default_concurrency_limit=None)
    return page


def _lines(story: Story) -> str:
    return "\n".join(frame.text for frame in story.frames)


def _way(story: Story) -> str:
    """As one text, unless that would be split into other frames: a story of one frame that has several sentences."""
    return ONE if len(Story.from_text(_lines(story)).frames) == len(story.frames) else BOXES


def _range(setting: str) -> str:
    least, most = SETTINGS[setting]
    return f"{least} to {most:,}."


def _counted(sentence: str) -> str:
    return f"<p>{escape(sentence.strip())}</p>"
