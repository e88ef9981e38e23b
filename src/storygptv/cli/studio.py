"""`storygptv app`: the studio in the browser."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from storygptv.cli import report
from storygptv.cli.options import (
    DeviceOption,
    Dtype,
    DtypeOption,
    ModelOption,
    Protocol,
    QuantisationOption,
    as_recorded,
    drawing_settings,
)
from storygptv.story import Story

studio_app = typer.Typer()


@studio_app.command()
def app(
    projects: Annotated[Path, typer.Option("--projects", help="Folder of the stories.")] = Path("stories"),
    model: ModelOption = "toon",
    device: DeviceOption = "cpu",
    dtype: DtypeOption = Dtype.float32,
    quantisation: QuantisationOption = None,
    host: Annotated[str, typer.Option("--host", help="Address to listen on; others than this machine's: --public.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535, help="From 7860 the first free one.")] = None,
    public: Annotated[
        bool, typer.Option("--public", help="Let other machines in, with the password in STORYGPTV_PASSWORD.")
    ] = False,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")] = False,
) -> None:
    """The studio in the browser: tell a story, see it drawn, change it, keep it."""
    password = os.environ.get("STORYGPTV_PASSWORD")
    from storygptv import cli
    from storygptv.studio.server import check_host, check_installed, open_page, wait_until_stopped

    check_host(host, public, password)
    check_installed()  # before the model is loaded
    from storygptv.studio.desk import Desk
    from storygptv.studio.drawing import DrawingQueue
    from storygptv.studio.projects import Projects

    folder = Projects(projects)
    packed = None if quantisation is None else quantisation.value
    queue = DrawingQueue(lambda: cli.load_pipeline(model, device, dtype, packed), as_recorded(model))
    with report.working("Loading the model"):
        pipeline = queue.start()
    settings = drawing_settings(0, None, None, device, dtype, Protocol.paper, quantisation)
    desk = Desk(folder, queue, pipeline, settings)
    try:
        page = open_page(desk, Story.shipped("demo"), host, port, public, password)
        typer.echo(f"The studio: {page.local_url}\nStories:    {folder.root}\nCtrl-C ends it.")
        if browser:
            typer.launch(page.local_url)
        wait_until_stopped()
        page.close(verbose=False)
    finally:
        desk.close()
