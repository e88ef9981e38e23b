"""How the house is built: which way imports point, what is exported, and how fast the door opens."""

from __future__ import annotations

import ast
import os
import re
import resource
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest

import storygptv

PACKAGE = Path(storygptv.__file__).parent
# What a room may import of ours, besides itself. Nobody imports cli or studio; a room must be named here.
ARROWS = {
    "__main__": {"cli"},
    "story": {"scene"},
    "lettering": set(),
    "storyboard": {"lettering"},
    "files": set(),
    "records": {"story", "scene"},
    "given": {"story", "files"},
    "project": {"story", "storyboard", "files", "records", "given"},
    "names": set(),
    "scene": set(),
    "cores": set(),
    "cast": {"names", "files"},
    "drawable": {"cast", "scene"},
    "roles": {"names", "story"},
    "models": {"story", "names", "scene", "files"},
    "data": {"story", "names", "scene", "files", "cores"},
    "toon": {"data", "story", "scene"},
    "world": {"scene", "toon"},
    "reading": {"cast", "models", "scene", "story"},
    "session": {"models", "data", "story", "pipeline"},
    "scene_session": {"models", "drawable", "names", "scene", "story", "pipeline"},
    "protocol": {"pipeline"},
    "pipeline": {
        "cores",
        "session",
        "scene_session",
        "protocol",
        "models",
        "data",
        "story",
        "cast",
        "evaluation",
        "files",
        "names",
        "roles",
        "scene",
    },
    "training": {"world", "models", "data", "story", "storyboard", "cast", "pipeline", "evaluation", "files", "cores"},
    "evaluation": {"models", "data", "story", "names", "scene"},
    "baselines": {"models", "data", "story", "pipeline", "protocol"},
    "studio": {"pipeline", "story", "storyboard", "lettering", "project", "records", "files"},
    "cli": {
        "story",
        "scene",
        "reading",
        "cores",
        "storyboard",
        "files",
        "project",
        "cast",
        "models",
        "pipeline",
        "protocol",
        "data",
        "toon",
        "training",
        "evaluation",
        "baselines",
        "studio",
    },
}
# Libraries that come with an extra, and the rooms that may import them at the head of a file.
OPTIONAL = {
    "skia": {"toon", "world"},
    "gradio": set(),
    "ray": set(),
    "bitsandbytes": set(),
    "fpdf": set(),
    "imageio_ffmpeg": set(),
    "sacrebleu": set(),
}


def sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(file: Path) -> str:
    return file.relative_to(PACKAGE).with_suffix("").parts[0]


def imports(file: Path, statements: Iterable[ast.AST], deep: bool = True) -> set[str]:
    """The full names of what the statements of a source import, but for its type checker alone."""
    package = ("storygptv", *file.relative_to(PACKAGE).parent.parts)
    found = set()
    for node in statements:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *filter(None, [node.module])])
            found |= {f"{base}.{alias.name}" for alias in node.names}
        elif deep and not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            found |= imports(file, ast.iter_child_nodes(node))
    return found


def statements(file: Path) -> list[ast.stmt]:
    return ast.parse(file.read_text(encoding="utf-8")).body


@pytest.mark.parametrize("file", sources(), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_imports_point_the_right_way(file: Path) -> None:
    room = room_of(file)
    if room == "__init__":
        return
    for module in imports(file, statements(file)):
        parts = module.split(".")
        if parts[0] == "storygptv" and len(parts) > 1 and parts[1] != room:
            assert parts[1] in ARROWS[room], f"{room} must not import {module}"


@pytest.mark.parametrize("file", sources(), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_optional_libraries_stay_at_home(file: Path) -> None:
    at_the_head = {module.split(".")[0] for module in imports(file, statements(file), deep=False)}
    for library in at_the_head & set(OPTIONAL):
        assert room_of(file) in OPTIONAL[library], f"import {library} inside the function that needs it"


def packages(requirements: list[str]) -> set[str]:
    """The names in requirements, without our own extras."""
    return {re.match(r"[\w.-]+", line)[0].lower() for line in requirements if not line.startswith("storygptv[")}


def test_the_core_needs_no_gpu_web_or_cluster_package() -> None:
    project = tomllib.loads((PACKAGE.parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    core, extras = packages(project["dependencies"]), project["optional-dependencies"]
    assert not core & {
        "bitsandbytes", "flash-attn", "xformers", "triton", "deepspeed", "nvidia-ml-py", "cupy", "apex",
        "gradio", "fastapi", "flask", "starlette", "uvicorn", "streamlit", "aiohttp", "ray", "dask", "pyspark",
        "wandb", "mlflow", "torchvision",
    }  # fmt: skip
    assert {"ray", "quant", "dev"} <= set(extras)
    for name, requirements in extras.items():
        assert not core & packages(requirements), f"{name} asks for what the core has"


def test_losses_see_tensors_only() -> None:
    for file in (file for file in sources() if file.stem == "losses"):
        ours = imports(file, statements(file))
        assert not [module for module in ours if module.startswith("storygptv")]


def test_a_file_is_one_idea() -> None:
    long = {str(file): n for file in sources() if (n := len(file.read_text().splitlines())) > 450}
    assert not long
    assert not [file for file in sources() if file.stem in ("utils", "helpers", "common")]


def test_exported_names() -> None:
    assert storygptv.__all__ == [
        "Character",
        "DrawnFrame",
        "Frame",
        "Project",
        "Story",
        "StoryPipeline",
        "draw_storyboard",
    ]
    assert storygptv.__all__ == sorted(storygptv.__all__)
    for name in storygptv.__all__:
        assert getattr(storygptv, name).__name__ == name
    with pytest.raises(AttributeError):
        storygptv.nothing  # noqa: B018


def test_importing_costs_nothing() -> None:
    heavy = "{'torch', 'PIL', 'diffusers', 'transformers', 'datasets', 'skia'} & set(sys.modules)"
    code = f"import sys, storygptv, storygptv.cli, storygptv.baselines.config; heavy = {heavy}; assert not heavy, heavy"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_help_answers_in_half_a_second() -> None:
    command = [sys.executable, "-c", "from storygptv.cli import main; main()", "--help"]
    compiled = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}  # after the first time, as where it is installed
    seconds = []
    for _ in range(5):  # processor time: how busy the machine is otherwise is not our doing
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        shown = subprocess.run(command, check=True, capture_output=True, text=True, env=compiled).stdout
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert "visualize" in shown
    assert min(seconds) < 0.5
