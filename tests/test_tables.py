"""The grid behind the tables: what is kept, what is run again, and the page that is written of it."""

from __future__ import annotations

import argparse
import json
import sys
import threading
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import pytest

from storygptv.evaluation.coreference import TYPES
from storygptv.models.loading import BUNDLED

TABLES = Path(__file__).parent.parent / "recipes" / "tables"
sys.path.append(str(TABLES))

import run as recipe  # noqa: E402
from grid import Cell, Grid, Model, Scale  # noqa: E402
from measure import run_cell  # noqa: E402
from results import spread, write_results  # noqa: E402
from steps import Step, run_steps, steps_of  # noqa: E402


@pytest.fixture
def grid(tmp_path) -> Grid:
    return Grid.load("smoke", tmp_path, BUNDLED)


def test_the_grid_has_every_table_of_the_paper_s_it_is_to_have(tmp_path) -> None:
    grid = Grid.load("small", tmp_path, BUNDLED)
    tables = {cell.table for cell in grid.cells.values()}
    assert {"main", "stage_1", "stage_2", "image_tokens", "length", "bundled", "bundled_texts"} <= tables
    systems = {cell.system for cell in grid.cells.values() if cell.table == "main"}
    assert {"char_ldm_original_text", "ldm", "rule_resolver", "memory_attention", "autoregressive", "captions_only",
            "story_llm"} <= systems  # fmt: skip
    for table in ("length", "bundled_length"):
        frames = {cell.frames for cell in grid.cells.values() if cell.table == table}
        assert frames == {4, 10, 20, 40, 50, 100}
    images = {grid.settings(grid.models[name]).get("num_image_tokens", 8) for name in ("fused_r4", "text_r16")}
    assert images == {4, 16}
    for scale in (TABLES / "scales").glob("*.yaml"):
        assert set(Scale.load(scale).parts) == {model.part for model in grid.models.values()} - {None}


def test_what_was_measured_is_found_again(tmp_path) -> None:
    """A result whose name no cell has any more would be measured once more, and kept for nothing."""
    results = TABLES.parents[1] / "docs" / "results"
    grid = Grid.load("small", tmp_path, BUNDLED, results)
    files = lambda cell, seed: (grid.result_file(cell, seed), grid.captions_file(cell, seed))  # noqa: E731
    named = {file for cell in grid.cells.values() for seed in (0, 1, 2) for file in files(cell, seed)}
    assert set(results.glob("*.json")) <= named


def test_a_key_is_of_all_that_a_result_depends_on_and_of_nothing_else(grid) -> None:
    cell = grid.cells["story_llm"]
    key = grid.cell_key(cell, 0)
    assert key == Grid.load("smoke", grid.work / "elsewhere", BUNDLED).cell_key(cell, 0)
    assert key == grid.cell_key(replace(cell, name="other", table="stage_2", row="called otherwise"), 0)
    changed = [replace(cell, system="captions_only"), replace(cell, frames=4), replace(cell, model="captions_fused")]
    keys = {key, grid.cell_key(cell, 1), *(grid.cell_key(each, 0) for each in changed)}
    assert len(keys) == 5
    ldm = grid.scale.parts["ldm"] | {"steps": 3}
    longer = replace(grid, scale=replace(grid.scale, parts=grid.scale.parts | {"ldm": ldm}))
    assert longer.cell_key(cell, 0) != key  # through the two models that come before
    for name in ("bundled_lower", "t4_own_frame"):
        assert longer.cell_key(grid.cells[name], 0) == grid.cell_key(grid.cells[name], 0)
    assert grid.model_key("stage_1", 0) == grid.model_key("stage_1", 7) != grid.model_key("no_unet", 0)
    assert grid.model_key("ldm", 0) != grid.model_key("ldm", 7)
    asked = [grid.cells["texts_shown"], replace(cell, measure="texts"), cell]
    assert [grid.seeds_of(each, [1, 2]) for each in asked] == [[0], [1, 2], [1, 2]]


def test_another_reader_is_nothing_to_char_ldm_alone(grid, tmp_path) -> None:
    for part in ("unet", "reader", "judge"):
        (tmp_path / "toon" / part).mkdir(parents=True)
        (tmp_path / "toon" / part / "model.safetensors").write_bytes(b"before")
    (tmp_path / "toon" / "model_index.json").write_text("{}")
    keys = lambda: {  # noqa: E731
        name: replace(grid, bundled=tmp_path / "toon").cell_key(grid.cells[name], 0)
        for name in ("texts_resolved", "texts_captions", "bundled_rules", "bundled_captions")
    }
    before = keys()
    (tmp_path / "toon" / "model_index.json").write_text('{"scores": 1}')
    assert keys() == before
    (tmp_path / "toon" / "reader" / "model.safetensors").write_bytes(b"after")
    assert {name for name, key in keys().items() if key != before[name]} == {"texts_captions", "bundled_captions"}
    (tmp_path / "toon" / "unet" / "model.safetensors").write_bytes(b"after")
    assert {name for name, key in keys().items() if key == before[name]} == {"texts_resolved"}


def test_of_parts_that_are_left_out_nothing_is_a_key(grid, tmp_path) -> None:
    for part in ("unet", "fusion", "reader", "judge"):
        (tmp_path / "toon" / part).mkdir(parents=True)
        (tmp_path / "toon" / part / "model.safetensors").write_bytes(b"before")
    keys = lambda: {  # noqa: E731
        name: replace(grid, bundled=tmp_path / "toon").model_key(name, 0)
        for name in ("interleaved_fused", "ldm", "own_interleaved")
    }

    def changed(part: str) -> set[str]:
        before = keys()
        (tmp_path / "toon" / part / "model.safetensors").write_bytes(b"after")
        return {name for name, key in keys().items() if key != before[name]}

    assert changed("reader") == set()
    assert changed("unet") == {"interleaved_fused"}


def test_bad_grids_are_refused(tmp_path) -> None:
    with pytest.raises(ValueError, match="measure: must be one of pictures, texts, length, got 'smell'"):
        Cell("a", "main", "A", "ldm", "plain_ldm", "smell")
    with pytest.raises(ValueError, match="without: is of the parts of toon, got it of 'ldm'"):
        Model("a", "ldm", without=["unet"])
    with pytest.raises(ValueError, match="options: are of the part that is trained, and none is, got {'a': 1}"):
        Model("a", "toon", options={"a": 1})
    with pytest.raises(ValueError, match="without: is for a model of which no part is trained"):
        Model("a", "toon", "ldm", without=["unet"])
    with pytest.raises(ValueError, match="system: must be one of story_llm"):
        Cell("a", "main", "A", "gan", "plain_ldm")
    with pytest.raises(ValueError, match="huge.yaml: expected a YAML file, found none"):
        Grid.load("huge", tmp_path, BUNDLED)
    (tmp_path / "odd.yaml").write_text("size: 32\n")
    with pytest.raises(ValueError, match="odd.yaml: unknown key 'size', expected name, train_stories"):
        Scale.load(tmp_path / "odd.yaml")


def test_texts_are_measured_kept_and_not_measured_again(grid, tmp_path, monkeypatch, capsys) -> None:
    asked = ["--scale", "smoke", "--work", str(tmp_path), "--out", str(tmp_path / "results.md"), "--one-process"]
    assert recipe.main([*asked, "--only", "bundled_texts", "--seeds", "0", "1"]) == 0
    names = ("texts_as_told", "texts_resolved", "texts_captions", "texts_shown")
    told, *better = (grid.result(grid.cells[name], 0)["scores"] for name in names)
    assert told["num_frames"] == 10 and all(each["char_acc"] > told["char_acc"] for each in better)
    page = (tmp_path / "results.md").read_text()
    assert (
        "| rewritten by the rules |" in page and "![Who is meant: nothing is drawn](results/bundled_texts.svg)" in page
    )
    assert "| bundled_rules | 0 1 2 | `recipes/tables.sh --only bundled_rules --seeds 0 1 2` |" in page
    assert "texts_resolved |" not in page.partition("## Not run")[2]  # of texts one seed is all
    assert "Nothing of this has been run yet." in page
    ElementTree.parse(tmp_path / "results" / "bundled_texts.svg")
    monkeypatch.setattr(recipe, "run_one", lambda *_: pytest.fail("it is kept"))
    assert recipe.main([*asked, "--only", "texts_*"]) == 0
    assert (tmp_path / "results.md").read_text() == page
    with pytest.raises(SystemExit, match="--only: no cell or table is called nothing"):
        recipe.main([*asked, "--only", "nothing"])


def test_steps_are_the_models_that_are_needed_and_then_the_cells(grid) -> None:
    jobs = [(1, grid.cells[name]) for name in ("story_llm", "char_ldm_original", "t3_default", "bundled_upper")]
    waits = steps_of(grid, jobs)
    models = [step.name for step in waits if step.kind == "model"]
    assert sorted(models) == ["captioner", "char_ldm", "ldm", "no_unet", "own_interleaved", "sight"]
    assert waits[Step("model", "char_ldm", 1)] == {Step("model", "ldm", 1)}
    captioner = Step("model", "captioner", 0)  # the same one for all seeds
    assert waits[Step("cell", "story_llm", 1)] == {Step("model", "own_interleaved", 1), captioner}
    same = {Step("model", "char_ldm", 1), Step("cell", "char_ldm_original", 1)}
    assert waits[Step("cell", "t3_default", 1)] == same  # it is in another table, and found there
    assert waits[Step("cell", "bundled_upper", 1)] == set()
    for name in ("ldm", "char_ldm"):
        grid.model_folder(name, 1).mkdir(parents=True)
        (grid.model_folder(name, 1) / "whole").touch()
    assert Step("model", "ldm", 1) not in steps_of(grid, jobs)


def test_steps_run_several_at_a_time_after_what_they_wait_for(capsys) -> None:
    a, b, c, d, e = (Step("cell", name, 0) for name in "abcde")
    waits = {e: {d}, a: set(), b: {a}, d: {c}, c: set()}
    began, ended, together = [], [], threading.Barrier(2, timeout=60)

    def run(step: Step) -> bool:
        assert all(before in ended for before in waits[step])
        began.append(step)
        if step in (a, c):
            together.wait()  # neither ends before the other began
        ended.append(step)
        return step != d

    assert run_steps(waits, run, 2) == [e, d]  # what waits for one that failed is not run
    assert set(began) == {a, b, c, d} and c in began[:2]  # the longest chain begins first
    assert "1 of 5: c, seed 0" in capsys.readouterr().out
    began.clear()
    assert run_steps({a: set(), c: set(), d: {c}}, lambda step: not began.append(step)) == []
    assert began == [a, c, d]  # one at a time, in their order
    assert run_steps({b: {a}, c: set()}, lambda step: True, failed=[a]) == [b]


def test_cells_run_side_by_side_in_processes_of_their_own(tmp_path, monkeypatch, capfd) -> None:
    asked = ["--scale", "smoke", "--work", str(tmp_path), "--out", str(tmp_path / "results.md"), "--seeds", "0"]
    assert recipe.main([*asked, "--only", "texts_as_told", "texts_resolved", "--jobs", "2"]) == 0
    grid = Grid.load("smoke", tmp_path, BUNDLED)
    scores = [grid.result(grid.cells[name], 0)["scores"] for name in ("texts_as_told", "texts_resolved")]
    assert scores[0]["char_acc"] < scores[1]["char_acc"]
    said = capfd.readouterr().out
    assert "2 of 2: texts_resolved, seed 0" in said and "data test-" not in said
    assert "data test-" in "".join(log.read_text() for log in (tmp_path / "logs").iterdir())
    with pytest.raises(SystemExit):
        recipe.main([*asked, "--jobs", "0"])


def test_long_stories_are_timed_alone_with_all_cores(grid, monkeypatch) -> None:
    ran: list[tuple[str, int]] = []
    monkeypatch.setattr(recipe, "_in_its_process", lambda _, step, __, jobs: not ran.append((step.name, jobs)))
    jobs = [(0, grid.cells[name]) for name in ("memory_4", "story_llm_4", "rules")]
    assert recipe._run(grid, jobs, argparse.Namespace(jobs=3)) == []
    assert [each for each in ran if each[1] == 1] == ran[-2:] == [("memory_4", 1), ("story_llm_4", 1)]
    assert {"ldm", "memory_attention", "char_ldm", "own_interleaved"} < {name for name, jobs in ran if jobs == 3}
    ran.clear()
    monkeypatch.setattr(recipe, "_in_its_process", lambda _, step, __, jobs: step.name != "memory_attention")
    assert [step.name for step in recipe._run(grid, jobs, argparse.Namespace(jobs=3))] == [
        "memory_attention",
        "memory_4",
    ]
    monkeypatch.setattr(recipe, "num_cores", lambda: 16)
    assert recipe._share_of_cores(14, "cuda") == {"OMP_NUM_THREADS": "1", "LOCAL_WORLD_SIZE": "7"}
    assert recipe._share_of_cores(1, "cpu")["OMP_PROC_BIND"] == "true" and recipe._share_of_cores(1, "cuda") == {}


def test_a_model_is_trained_part_by_part_and_goes_on_where_it_was(grid, tiny_parts, monkeypatch, capsys) -> None:
    lines: list[str] = []
    cell = Cell("tiny", "stage_1", "Char-LDM", "rule_resolver", "char_ldm", frames=3)
    first = run_cell(grid, cell, 0, log=lines.append)
    trained = [line.split()[1].rpartition("-")[0] for line in lines if line.startswith("model ")]
    assert trained == ["ldm", "char_ldm"]
    folder = grid.model_folder("char_ldm", 0)
    caches = {(grid.model_folder(name, 0) / "training" / "cache").resolve() for name in ("no_unet", "ldm")}
    assert caches == {grid.work / "cache"} and any((grid.work / "cache").iterdir())  # of one model, and of all
    parts = {path.name for path in folder.iterdir() if path.is_dir()}
    assert {"vae", "judge", "unet", "fusion", "image_encoder", "text_encoder", "portraits"} <= parts
    assert first["num_frames"] == 6 and first["system"] == "rule_resolver"
    lines.clear()
    again = run_cell(grid, cell, 0, log=lines.append)
    assert not [line for line in lines if line.startswith("model ")]
    assert json.dumps(again | {"timings": 0}) == json.dumps(first | {"timings": 0})
    (folder / "whole").unlink()  # killed just before the end: nothing is trained twice
    run_cell(grid, cell, 0, log=lines.append)
    assert [line for line in lines if line.startswith(("model ", "resuming"))] == [
        f"model {folder.name}", "resuming at step 2 of 2"]  # fmt: skip
    length = run_cell(grid, replace(cell, measure="length", frames=4), 0, log=lines.append)
    assert length["num_frames"] == 4 and length["timings"]["seconds_per_frame"] > 0
    assert length["timings"]["peak_memory_mb"] > 100


def test_what_is_drawn_for_the_main_table_is_put_into_words(grid, tiny_parts, tmp_path) -> None:
    cell = Cell("tiny", "main", "Char-LDM", "char_ldm_alone", "char_ldm", frames=3)
    grid = replace(grid, cells={"tiny": cell})
    asked = argparse.Namespace(device="cpu", dtype="float32")
    assert grid.is_captioned(cell) and not grid.is_captioned(replace(cell, table="stage_1"))
    recipe.run_one(grid, cell, 0, asked)
    files = grid.result_file(cell, 0), grid.captions_file(cell, 0)
    drawn = sorted(grid.pictures_folder(cell, 0).glob("*/*.png"))
    assert len(drawn) == 6 and grid.is_done(cell, 0)
    scores, before = grid.result(cell, 0)["scores"], [file.read_bytes() for file in drawn]
    assert scores["char_acc"] is not None and 0 <= scores["bleu4"] <= 1 and 0 <= scores["captioner_cider"] <= 10
    write_results(grid, [0], tmp_path / "page.md")
    page = (tmp_path / "page.md").read_text()
    assert "| Looks kept | Given looks | BLEU-4 | CIDEr | Seeds |" in page and "of the true pictures 0." in page
    assert "## Not run" not in page
    kept = files[1].read_text()
    files[1].unlink()
    drawn[0].unlink()  # of another machine: what was measured is kept, what was drawn is not
    assert not grid.is_done(cell, 0) and write_results(grid, [0], tmp_path / "page.md") == [(cell, 0)]
    assert "| Looks kept | Given looks | BLEU-4 | CIDEr | Seeds |" in (tmp_path / "page.md").read_text()
    files[0].write_text(files[0].read_text().replace('"char_acc"', '"char_acc_elsewhere"'))
    recipe.run_one(grid, cell, 0, asked)  # both are measured again, of the same pictures
    assert files[1].read_text() == kept and "elsewhere" not in files[0].read_text()
    assert [file.read_bytes() for file in drawn] == before
    key = grid.captions_file(cell, 0)
    longer = replace(grid.scale, parts=grid.scale.parts | {"captioner": grid.scale.parts["captioner"] | {"steps": 3}})
    other = replace(grid, scale=longer)
    assert other.captions_file(cell, 0) != key and other.result_file(cell, 0) == files[0]


def test_the_page_has_means_spreads_and_curves(grid, tmp_path) -> None:
    def keep(name: str, seed: int, **scores) -> None:
        file = grid.result_file(grid.cells[name], seed)
        file.parent.mkdir(exist_ok=True)
        of_kind = {"resolved": 0.5, "mentions": 7, "interval": [0.25, 0.758]}
        references = dict.fromkeys(("all", *TYPES), of_kind)
        zeros = dict.fromkeys(("char_acc_pronoun_frames", "char_f1", "bg_acc", "bg_f1", "classifier_fid"), 0.0)
        whole = (
            {"num_stories": 2, "num_frames": 100, "references": references, "character_looks_kept": None}
            | zeros
            | scores
        )
        file.write_text(json.dumps({"device": "cpu", "dtype": "float32", "scores": whole}))

    keep("rules", 0, char_acc=0.5, character_looks_given_first=0.875, character_looks_chance=0.25)
    keep("rules", 1, char_acc=0.7)
    timings = {"seconds_per_frame": 2.0, "peak_memory_mb": 900.0}
    keep("memory_4", 0, char_acc=0.25, timings=timings)
    missing = write_results(grid, [0, 1], tmp_path / "page.md")
    page = (tmp_path / "page.md").read_text()
    assert "| rules in front of Char-LDM | 0.600 ± 0.141 |" in page and "| 0.500 ± 0.000 of 7 |" in page
    assert "of systems that see pictures; 0.250 is chance." in page and "|  | 0.875 |" in page
    assert "Do the claims hold here?" not in page  # there is nothing to compare with
    keep("story_llm", 0, char_acc=0.5)
    write_results(grid, [0, 1], tmp_path / "page.md")
    page = (tmp_path / "page.md").read_text()
    claim = "| is within 2 points of the rules on all mentions | both stages anew |"
    assert f"{claim} 0.500 (0.25 to 0.76) of 7 and 0.500 ± 0.000 of 7 | +0.0 | yes |" in page
    keep("plain_llm", 0, char_acc=0.25)
    keep("plain_llm", 1, char_acc=0.75)  # of a seed that the other has not
    keep("memory", 0, char_acc=0.485)
    write_results(grid, [0, 1], tmp_path / "page.md")
    page = (tmp_path / "page.md").read_text()
    assert "| over Char-LDM, not over a plain LDM (Table 7) | +3.9 | 0.500 and 0.250 | +25.0 | yes | 0 |" in page
    assert "| +10.7 | 0.500 and 0.485 | +1.5 | not told | 0 |" in page and "8 [IMG] tokens" not in page
    keep("t8_fuse_8", 0, char_acc=0.25)
    keep("t8_fuse_8", 1, char_acc=0.5)
    keep("t8_fuse_16", 0, char_acc=0.5)
    keep("t8_fuse_16", 1, char_acc=0.75)
    keep("t8_text_8", 0, char_acc=0.0)
    keep("t8_text_8", 1, char_acc=0.505)
    write_results(grid, [0, 1], tmp_path / "page.md")
    page = (tmp_path / "page.md").read_text()
    assert "| +2.6 | 0.375 and 0.625 | -25.0 (-25.0, -25.0) | **no** | 0 1 |" in page  # the other way round
    assert "| +1.9 | 0.375 and 0.253 | +12.2 (+25.0, -0.5) | not told | 0 1 |" in page  # seeds do not agree
    keep("texts_resolved", 0, char_acc=0.5)
    keep("texts_shown", 0, char_acc=0.5)
    write_results(grid, [0, 1], tmp_path / "page.md")
    page = (tmp_path / "page.md").read_text()
    both = "0.500 (0.25 to 0.76) of 7 and 0.500 (0.25 to 0.76) of 7"
    assert f"| bundled | {both} | +0.0 (-35.9 to +35.9) | **no** |" in page  # what rules only guess
    assert "| memory attention | 4 | 0.250 | 0.000 | 0.000 |  | 2.000 | 900.0 | 1 |" in page
    left = {(cell.name, seed) for cell, seed in missing}
    assert ("memory_4", 0) not in left and ("memory_4", 1) in left
    assert ("rules", 0) in left  # what it drew is not in words
    for plot in ("main", "length-quality", "length-memory", "length-seconds"):
        ElementTree.parse(tmp_path / "page" / f"{plot}.svg")
    assert spread([0.25, None, 0.75]) == "0.500 ± 0.354 (0.250, 0.750)"
    assert spread([0.4, 0.5]) == "0.450 ± 0.071" and spread([2.0, 3.0], is_share=False) == "2.500 ± 0.707"
    assert spread([None]) == "" and spread([21.2]) == "21.2"


@pytest.mark.slow
def test_every_cell_runs(tmp_path) -> None:
    """The whole grid at the scale of a smoke test."""
    asked = ["--scale", "smoke", "--seeds", "0", "--work", str(tmp_path), "--out", str(tmp_path / "results.md")]
    assert recipe.main([*asked, "--one-process"]) == 0
    grid = Grid.load("smoke", tmp_path, BUNDLED)
    assert all(grid.result(cell, 0) for cell in grid.cells.values())
