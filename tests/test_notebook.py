"""What a newcomer tries first: the notebook, executed as it is but for a short story and few steps, and the README's
example."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from PIL import Image
from pypdf import PdfReader

from storygptv import Project

ROOT = Path(__file__).parent.parent
NOTEBOOK = ROOT / "examples" / "story.ipynb"
SHORT = {"folder": "short", "seed": 3, "steps": 2, "text": "Mia walks in the park.\nShe greets Biscuit there."}


@pytest.fixture
def notebook() -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOK, as_version=4)


def parameters(notebook: nbformat.NotebookNode) -> int:
    """Where the cell with the settings is."""
    (index,) = (n for n, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", ()))
    return index


def test_it_is_clean_and_explains_itself(notebook):
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    before = [above.cell_type for above, cell in zip(notebook.cells, notebook.cells[1:], strict=False) if cell in code]
    assert before[0] == "markdown" and before.count("markdown") > len(code) / 2
    set_there = {
        name.id for cell in ast.parse(notebook.cells[parameters(notebook)].source).body for name in cell.targets
    }
    assert set_there == set(SHORT)


def test_it_draws_asks_changes_and_exports(notebook, tmp_path):
    settings = "\n".join(f"{name} = {value!r}" for name, value in SHORT.items())
    notebook.cells.insert(parameters(notebook) + 1, nbformat.v4.new_code_cell(settings))
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}}).execute()
    project = Project.open(tmp_path / "short")
    assert project.captions[:2] == ["Mia walks in the park.", "She gives Leo a ball."] and len(project.captions) == 3
    assert project.versions(1) == [1, 2, 3] and project.settings["steps"] == 2
    said = {
        cell.id: "".join(out.get("text", "") for out in cell.outputs) for cell in notebook.cells if "outputs" in cell
    }
    assert all(name in said["explain"] for name in ("Mia", "Biscuit"))
    assert said["reopen"].splitlines()[-1] == f"3. {project.captions[2]}"
    shown = [
        cell.id for cell in notebook.cells for out in cell.get("outputs", ()) if "image/png" in out.get("data", {})
    ]
    assert shown == ["draw", "draw", "explain", "redraw", "restore", "onward", "tell-on", "comic"]
    pages = PdfReader(tmp_path / "short.pdf").pages[1:]
    assert [" ".join(page.extract_text().split()) for page in pages] == project.captions
    assert Image.open(tmp_path / "short.gif").n_frames == 3 * 15 and (tmp_path / "short.html").stat().st_size > 10_000


def test_the_example_of_the_readme_draws(tmp_path, monkeypatch, capsys):
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["001.png", "002.png", "003.png"]
    assert [line.split()[0] for line in lines] == ["1", "2", "3"] and lines[1].startswith("2 She throws it to him. ")
