"""The studio as a web server: on this machine alone unless it is told otherwise, and calling nobody outside."""

from __future__ import annotations

import hmac
import importlib.util
import os
import signal
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storygptv.story import Story
from storygptv.studio.desk import Desk
from storygptv.studio.projects import MAX_UPLOAD_BYTES

if TYPE_CHECKING:
    import gradio as gr

HERE = Path(__file__).parent
LOCAL = ("127.0.0.1", "localhost", "::1")
MIN_PASSWORD_CHARS = 8
CONTRAST = {  # of the theme's colours, so that all of it can be read
    "button_primary_background_fill": "*primary_600", "button_primary_background_fill_hover": "*primary_700",
    "block_info_text_color": "*neutral_600", "block_info_text_color_dark": "*neutral_300",
    "body_text_color_subdued": "*neutral_600", "body_text_color_subdued_dark": "*neutral_300",
    "block_title_text_color": "*neutral_700", "block_label_text_color": "*neutral_700",
}  # fmt: skip
# Gradio compiles templates in the browser, hence unsafe-eval; nothing may come from, or go to, another host.
POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'self'; object-src 'none';"
    " form-action 'self'; base-uri 'self'; frame-ancestors 'self'"
)


def check_host(host: str, public: bool, password: str | None) -> None:
    """ValueError unless only this machine reaches the studio, or others may on purpose, by a password."""
    if host in LOCAL:
        return
    if not public:
        raise ValueError(f"--host: {host} lets other machines in; add --public and a password if they are to be")
    if len(password or "") < MIN_PASSWORD_CHARS:
        raise ValueError(
            f"--public: needs a password of at least {MIN_PASSWORD_CHARS} characters in STORYGPTV_PASSWORD"
        )


def check_installed() -> None:
    """ValueError where Gradio is missing."""
    if importlib.util.find_spec("gradio") is None:
        raise ValueError('the studio needs Gradio: pip install "storygptv[app]"')


def open_page(
    desk: Desk, example: Story, host: str = "127.0.0.1", port: int | None = None, public: bool = False,
    password: str | None = None,
) -> gr.Blocks:  # fmt: skip
    """Serve the desk's page in threads of its own; `local_url` of what is returned says where.

    Raises:
        ValueError: as `check_host` and `check_installed`, or the port is taken.
    """
    check_host(host, public, password)
    check_installed()
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio as gr
    from starlette.middleware import Middleware

    from storygptv.studio.page import build

    page = build(desk, example)
    font, mono = ("system-ui", "sans-serif"), ("ui-monospace", "monospace")
    theme = gr.themes.Default(primary_hue="indigo", neutral_hue="slate", font=font, font_mono=mono)
    try:
        page.launch(
            server_name=host, server_port=port, prevent_thread_lock=True, quiet=True, share=False, ssr_mode=False,
            pwa=False, mcp_server=False, enable_monitoring=False, run_history=False, footer_links=[],
            allowed_paths=[str(desk.served.folder)], max_file_size=MAX_UPLOAD_BYTES,
            auth=(lambda _, given: _same(given, password)) if password else None,
            auth_message="Any user name, and the studio's password.",
            app_kwargs={"middleware": [Middleware(KeptInside)]},
            theme=theme.set(**CONTRAST),
            css_paths=HERE / "page.css",
        )  # fmt: skip
    except OSError as error:
        raise ValueError(f"--port: {host} has no free port {port or 'of those that Gradio tries'} ({error})") from error
    return page


def wait_until_stopped() -> None:
    """Return at Ctrl-C or SIGTERM."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    while not stopped.wait(1.0):  # a wait without end would keep signals from being seen
        pass


class KeptInside:
    """ASGI middleware: every answer tells the browser to fetch nothing from other hosts, and to guess no types.
    Gradio's own files, whose names change with what is in them, may be kept."""

    HEADERS = (
        (b"content-security-policy", POLICY.encode()), (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
    )  # fmt: skip

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Callable, send: Callable) -> None:
        kept = [(b"cache-control", b"max-age=31536000, immutable")] if "/assets/" in scope.get("path", "") else []

        async def send_with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *self.HEADERS, *kept]
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def _same(given: str, password: str | None) -> bool:
    return hmac.compare_digest(given.encode(), (password or "").encode())
