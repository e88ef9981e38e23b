"""Training: every part learns on a tiny data set, and a run that was killed ends as one that was not."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from accelerate.state import AcceleratorState
from conftest import story_llm_of, tiny_llama
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor, nn

from storygptv.data.collate import tokenize
from storygptv.models.loading import has_bf16
from storygptv.models.story_llm import StoryLLM
from storygptv.training import PARTS, Run, train
from storygptv.training.ahead import ahead, workers_for
from storygptv.training.engine import Task, TrainConfig, fit


class Toy(Task):
    """A little of all that can go wrong: channels-last weights, batch statistics, dropout, a scalar."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(11)
        self.conv = nn.Conv2d(3, 4, 3, padding=1).to(memory_format=torch.channels_last)
        self.norm, self.drop, self.linear = nn.BatchNorm2d(4), nn.Dropout(0.2), nn.Linear(4, 2)
        self.scale, self.frozen = nn.Parameter(torch.tensor(1.0)), nn.Linear(2, 2).requires_grad_(False)

    def batch(self, step: int, batch_size: int) -> dict[str, Tensor]:
        return {"x": torch.randn(batch_size, 3, 6, 6, generator=torch.Generator().manual_seed(step))}

    def forward(self, batch: dict[str, Tensor], generator: torch.Generator) -> dict[str, Tensor]:
        x = batch["x"] + 0.1 * torch.randn(batch["x"].shape, generator=generator)
        y = self.linear(self.drop(self.norm(self.conv(x))).mean((2, 3))) * self.scale
        return {"loss": (self.frozen(y) - 1).square().mean()}


def toy_config(steps: int, **changes) -> TrainConfig:
    options = {"warmup_steps": 2, "save_minutes": 0.0, "log_every": 1} | changes
    return TrainConfig(steps=steps, batch_size=4, learning_rate=1e-2, **options)


def assert_same(one: Task, other: Task) -> None:
    for (name, a), (_, b) in zip(one.state_dict().items(), other.state_dict().items(), strict=True):
        assert torch.equal(a, b), name


class Interrupted(Exception):
    pass


def test_a_resumed_run_is_the_uninterrupted_one_bit_for_bit(tmp_path):
    config = toy_config(6)
    whole, killed, resumed = Toy(), Toy(), Toy()
    fit(whole, config, tmp_path / "whole", log=lambda line: None)

    def interrupt(line: str) -> None:
        if line.startswith("step 4 "):  # three steps are saved
            raise Interrupted

    with pytest.raises(Interrupted):
        fit(killed, config, tmp_path / "state", log=interrupt)
    assert json.loads((tmp_path / "state" / "state.json").read_text())["step"] == 3
    lines: list[str] = []
    fit(resumed, config, tmp_path / "state", log=lines.append)
    assert lines[0] == "resuming at step 3 of 6"
    assert_same(resumed, whole)
    for name in ("weights", "average", "optimizer"):
        saved, expected = (load_file(tmp_path / run / f"6.{name}.safetensors") for run in ("state", "whole"))
        assert saved.keys() == expected.keys()
        assert all(torch.equal(saved[key], expected[key]) for key in saved), name
    assert sorted(path.name for path in (tmp_path / "state").iterdir()) == [
        "6.average.safetensors", "6.optimizer.safetensors", "6.weights.safetensors", "log.jsonl", "state.json",
        "tensorboard",
    ]  # fmt: skip


def test_a_finished_run_is_not_run_again(tmp_path):
    config, first, again = toy_config(2), Toy(), Toy()
    fit(first, config, tmp_path, log=lambda line: None)
    lines: list[str] = []
    fit(again, config, tmp_path, log=lines.append)
    assert lines == ["resuming at step 2 of 2"]
    assert_same(again, first)


def test_who_makes_the_batches_changes_nothing(tmp_path):
    by_thread, by_processes = Toy(), Toy()
    fit(by_thread, toy_config(6, num_workers=0), tmp_path / "thread", log=lambda line: None)
    fit(by_processes, toy_config(6, num_workers=2), tmp_path / "processes", log=lambda line: None)
    assert_same(by_processes, by_thread)
    assert fit(Toy(), toy_config(6, num_workers=1), tmp_path / "processes", log=lambda line: None) == 0  # may change


@pytest.mark.parametrize("num_workers", [0, 2])
def test_things_are_made_ahead_in_order(num_workers):
    asked: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(20):
            asked.append(number)
            yield number

    made = ahead(lambda number: (number, os.getpid(), torch.full((3,), number)), numbers(), num_workers)
    first = next(made)
    assert first[0] == 0 and len(asked) <= 2 + 2 * num_workers  # no more than are soon needed
    all_of_them = [first, *made]
    assert [number for number, _, _ in all_of_them] == list(range(20))
    assert [int(tensor.sum()) for _, _, tensor in all_of_them] == list(range(0, 60, 3))
    makers = {process for _, process, _ in all_of_them}
    assert makers == {os.getpid()} if num_workers == 0 else len(makers) == num_workers and os.getpid() not in makers


@pytest.mark.parametrize("num_workers", [0, 2])
def test_what_goes_wrong_ahead_is_raised(num_workers):
    def make(number: int) -> int:
        if number == 3:
            raise ValueError("three: there is none")
        return number

    made = ahead(make, range(9), num_workers)
    assert [next(made) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three: there is none"):
        next(made)


def test_a_gpu_has_the_cores_that_its_processes_share(monkeypatch):
    monkeypatch.setattr("storygptv.training.ahead.num_cores", lambda: 16)
    assert workers_for("cpu") == workers_for("mps") == 0 and workers_for("cuda") == 14
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "4")
    assert workers_for("cuda:1") == 3
    monkeypatch.setattr("storygptv.training.ahead.num_cores", lambda: 2)
    assert workers_for("cuda") == 0


def test_fifty_steps_a_kill_and_fifty_more_are_a_hundred(tmp_path):
    """A process that is killed outright; this file is what it runs."""
    command = [sys.executable, __file__, str(tmp_path / "state")]
    assert subprocess.run([*command, "51"]).returncode == -signal.SIGKILL
    assert json.loads((tmp_path / "state" / "state.json").read_text())["step"] == 50
    resumed, whole = Toy(), Toy()
    for run, task in (("state", resumed), ("whole", whole)):
        fit(task, toy_config(100, save_minutes=9.0), tmp_path / run, log=lambda line: None)
    assert_same(resumed, whole)


@pytest.mark.slow
def test_twenty_kills_at_random_moments_change_nothing(tmp_path):
    """Of a process that saves at every step, so that many moments are in the middle of saving."""
    rng, reached = random.Random(0), []
    steps, state = 3000, tmp_path / "state"
    for _ in range(20):
        run = subprocess.Popen([sys.executable, __file__, str(state), "killed", str(steps)], stdout=subprocess.PIPE)
        assert run.stdout.readline()  # it trains
        time.sleep(rng.uniform(0, 0.4))
        run.kill()
        assert run.wait() == -signal.SIGKILL
        reached.append(json.loads((state / "state.json").read_text())["step"] if (state / "state.json").exists() else 0)
    assert reached == sorted(reached) and 0 < reached[-1] < steps and len(set(reached)) > 5
    resumed, whole = Toy(), Toy()
    for name, task in (("state", resumed), ("whole", whole)):
        fit(task, toy_config(steps, save_minutes=9.0, log_every=steps), tmp_path / name, log=lambda line: None)
    assert_same(resumed, whole)
    for name in ("weights", "average", "optimizer"):
        one, other = (load_file(tmp_path / run / f"{steps}.{name}.safetensors") for run in ("state", "whole"))
        assert all(torch.equal(one[key], other[key]) for key in one), name


class Plain(Toy):
    """Without batch statistics or randomness of its own: two batches are one of twice the size."""

    def batch(self, step: int, batch_size: int) -> dict[str, Tensor]:
        rows = torch.randn(256, 3, 6, 6, generator=torch.Generator().manual_seed(3))
        return {"x": rows[torch.arange(step * batch_size, (step + 1) * batch_size) % 256]}

    def forward(self, batch: dict[str, Tensor], generator: torch.Generator) -> dict[str, Tensor]:
        y = self.linear(self.conv(batch["x"]).mean((2, 3))) * self.scale
        return {"loss": (self.frozen(y) - 1).square().mean()}


EXACT = {"mixed_precision": "no", "log_every": 1, "warmup_steps": 2}


def losses_of(state: Path) -> list[float]:
    return [json.loads(line)["loss"] for line in (state / "log.jsonl").read_text().splitlines()]


def test_accumulated_batches_and_many_processes_are_one_large_batch(tmp_path, one_precision):
    fit(Plain(), TrainConfig(20, 8, 1e-2, **EXACT), tmp_path / "large", log=lambda line: None)
    accumulating = TrainConfig(20, 4, 1e-2, gradient_accumulation=2, **EXACT)
    fit(Plain(), accumulating, tmp_path / "accumulated", log=lambda line: None)
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    command = [*launch, __file__, str(tmp_path / "processes"), "plain"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    assert run.stdout.count("step 20 ") == 1  # one of them speaks
    large = losses_of(tmp_path / "large")
    assert len(large) == 20 and large[-1] < large[0]
    assert losses_of(tmp_path / "accumulated") == pytest.approx(large, abs=1e-5)
    assert losses_of(tmp_path / "processes") == pytest.approx(large, abs=1e-5)
    weights = [load_file(tmp_path / name / "20.weights.safetensors") for name in ("large", "processes")]
    for name, value in weights[0].items():
        torch.testing.assert_close(weights[1][name], value, atol=1e-5, rtol=1e-4)
    with pytest.raises(ValueError, match="was saved by 2, and a run resumes on as many as it began with, got 1"):
        fit(Plain(), TrainConfig(20, 4, 1e-2, **EXACT), tmp_path / "processes", log=lambda line: None)


@pytest.mark.parametrize(
    ("part", "layout"),
    [
        ("ldm", {}), ("char-ldm", {}), ("story-llm", {}), ("story-llm", {"picture_first": True}),
    ],
    ids=["ldm", "char-ldm", "story-llm", "picture first"],
)  # fmt: skip
def test_two_batches_in_a_row_are_one_of_twice_the_size(part, layout, char_ldm, tokenizer, toon_folder, tmp_path):
    """So many processes, or accumulated batches, train as one large batch does: noise and all."""
    from storygptv.data.store import StoryData
    from storygptv.training.char_ldm import CharLDMTask
    from storygptv.training.ldm import LDMTask
    from storygptv.training.story_llm import StoryLLMTask

    data = StoryData.load(toon_folder)
    data.stories[:] = [rows[: 1 + number % 3] for number, rows in enumerate(data.stories)]  # of every length
    torch.manual_seed(0)
    if part == "story-llm":
        llm = tiny_llama(len(tokenizer))
        llm = story_llm_of(llm, tokenizer, vision_width=16, visual_tokens="patches", **layout)
        task = StoryLLMTask(data, tmp_path, char_ldm, llm, drawing_loss_weight=1.0, num_drawing_frames=2)
    else:
        task = {"ldm": LDMTask, "char-ldm": CharLDMTask}[part](data, tmp_path, char_ldm)
    task.prepare(log=lambda line: None)
    task.eval()
    of = lambda step, size: task(task.batch(step, size), torch.Generator())  # noqa: E731
    for step in range(3):
        halves, whole = [of(2 * step, 3), of(2 * step + 1, 3)], of(step, 6)
        assert set(whole) == set(halves[0])
        for name, value in whole.items():
            mean = (halves[0][name].item() + halves[1][name].item()) / 2
            assert value.item() == pytest.approx(mean, rel=1e-4, abs=1e-6), name


def test_char_ldm_trains_on_two_processes_as_on_one(char_ldm, toon_folder, tmp_path, one_precision):
    char_ldm.save(tmp_path / "begun")
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    command = [*launch, __file__, str(tmp_path), "char-ldm", "4", str(toon_folder)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    train_char_ldm(tmp_path, 8, toon_folder)
    curves = [losses_of(tmp_path / f"of-{size}" / "training" / "char-ldm") for size in (4, 8)]
    assert len(curves[0]) == 12 and curves[0] == pytest.approx(curves[1], abs=1e-4)


def train_char_ldm(folder: Path, batch_size: int, data: Path) -> None:
    options = {"mixed_precision": "no", "log_every": 1, "warmup_steps": 1, "learning_rate": 1e-3, "sample_every": 0}
    train("char-ldm", data, folder / f"of-{batch_size}", folder / "begun", log=lambda line: None, steps=12,
          batch_size=batch_size, **options)  # fmt: skip


def test_other_settings_are_not_resumed(tmp_path):
    fit(Toy(), toy_config(1), tmp_path, log=lambda line: None)
    with pytest.raises(ValueError, match="saved with batch_size = 4, not 8"):
        fit(Toy(), TrainConfig(1, 8, 1e-2, warmup_steps=2), tmp_path, log=lambda line: None)


def test_the_learning_rate_warms_up_and_falls_to_its_end():
    config = TrainConfig(steps=10, batch_size=1, learning_rate=1.0, warmup_steps=4, min_learning_rate=0.1)
    rates = [config.learning_rate_at(step) for step in range(11)]
    assert rates[:5] == [0.25, 0.5, 0.75, 1.0, 1.0]
    assert rates[4:] == sorted(rates[4:], reverse=True)
    assert rates[7] == pytest.approx(0.55) and rates[10] == pytest.approx(0.1)


def test_without_mixed_precision_parts_kept_in_bf16_are_trained_in_float32(tmp_path):
    AcceleratorState._reset_state()
    task = Toy()
    task.frozen.bfloat16()
    fit(task, toy_config(2, mixed_precision="no"), tmp_path, log=lambda line: None)
    assert {parameter.dtype for parameter in task.parameters()} == {torch.float32}


@pytest.mark.parametrize(
    ("capabilities", "has"), [({"avx2": True}, False), ({"avx2": True, "avx512_bf16": True}, True)]
)
def test_auto_is_bf16_where_the_cpu_computes_in_it(tmp_path, monkeypatch, capabilities, has):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    AcceleratorState._reset_state()

    class Watched(Toy):
        def forward(self, batch, generator):
            assert torch.is_autocast_enabled("cpu") is has
            return super().forward(batch, generator)

    assert has_bf16("cpu") is has
    fit(Watched(), toy_config(1), tmp_path, log=lambda line: None)
    AcceleratorState._reset_state()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"steps": 0}, "steps must be at least 1, got 0"),
        ({"learning_rate": "fast"}, "learning_rate must be"),
        ({"mixed_precision": "fp8"}, "got 'fp8'"),
        ({"num_workers": -1}, "num_workers must be at least 0, got -1"),
    ],
)
def test_a_bad_config_names_the_field(changes, message):
    with pytest.raises(ValueError, match=message):
        TrainConfig(**{"steps": 1, "batch_size": 1, "learning_rate": 0.1} | changes)


def test_an_unknown_option_is_refused(toon_folder, tmp_path):
    with pytest.raises(ValueError, match="vae has no option 'wings'"):
        train("vae", toon_folder, tmp_path, wings=2)


def test_nothing_is_a_value_of_an_option_and_none_of_a_setting(toon_folder, tmp_path):
    run = Run.of("char-ldm", toon_folder, tmp_path, None, {"snr_gamma": None, "steps": None})
    assert run.options == {"snr_gamma": None} and run.config.steps == 6000


def test_a_run_is_not_gone_on_with_on_other_data(toon_folder, tmp_path):
    shutil.copytree(toon_folder, tmp_path / "data")
    options = {"steps": 1, "batch_size": 2, "log": lambda line: None}
    train("vae", tmp_path / "data", tmp_path / "model", **options)
    portrait = next((tmp_path / "data" / "portraits").iterdir())
    portrait.write_bytes(portrait.read_bytes() + b" ")
    with pytest.raises(ValueError, match="was saved with fingerprint"):
        train("vae", tmp_path / "data", tmp_path / "model", **options)


def test_what_a_part_was_trained_on_is_kept_with_what_came_before(toon_folder, tmp_path):
    def told(model: str) -> dict:
        return json.loads((tmp_path / model / "model_index.json").read_text())["trained_on"]["vae"]

    options = {"batch_size": 2, "log": lambda line: None}
    train("vae", toon_folder, tmp_path / "a", steps=1, **options)
    first = told("a")
    assert first["split"] == "train" and first["steps"] == 1 and "earlier" not in first
    (tmp_path / "a/training/vae/exported").unlink()  # as if killed just before it was done
    train("vae", toon_folder, tmp_path / "a", steps=1, **options)
    assert told("a") == first
    train("vae", toon_folder, tmp_path / "b", tmp_path / "a", steps=2, **options)
    shutil.rmtree(tmp_path / "b/training")
    train("vae", toon_folder, tmp_path / "b", steps=3, **options)
    cycle = {name: first[name] for name in ("data", "steps", "batch_size", "learning_rate")}
    assert told("b")["steps"] == 3 and told("b")["earlier"] == [cycle, cycle | {"steps": 2}]


def test_nothing_is_trained_on_what_it_is_measured_on(tmp_path):
    from storygptv.toon.dataset import write_toon

    write_toon("test", stories=1, frames=2, seed=5, size=32, out=tmp_path / "test")
    with pytest.raises(ValueError, match="data: must be a train split, others tell what was learnt, got 'test'"):
        train("vae", tmp_path / "test", tmp_path / "model", steps=1, batch_size=2)


def test_an_export_that_was_cut_off_is_finished(toon_folder, tmp_path, monkeypatch):
    import storygptv.training as training

    options = {"steps": 1, "batch_size": 2, "log": lambda line: None}
    monkeypatch.setattr(training, "put_in_place", lambda *_: (_ for _ in ()).throw(Interrupted))
    with pytest.raises(Interrupted):
        train("vae", toon_folder, tmp_path, **options)
    monkeypatch.undo()
    assert not (tmp_path / "vae").exists() and (tmp_path / training.EXPORTED / "vae").exists()
    training.finish_export(tmp_path)
    assert (tmp_path / "vae").exists() and not (tmp_path / training.EXPORTED).exists()


def test_a_run_of_before_fingerprints_goes_on(toon_folder, tmp_path):
    options = {"batch_size": 2, "log": lambda line: None}
    train("vae", toon_folder, tmp_path, steps=1, **options)
    state = tmp_path / "training" / "vae" / "state.json"
    record = json.loads(state.read_text())
    assert len(record["made_of"].pop("fingerprint")) == 16
    state.write_text(json.dumps(record))
    train("vae", toon_folder, tmp_path, steps=1, **options)


def test_a_part_before_those_it_builds_on_is_refused(toon_folder, tmp_path):
    with pytest.raises(ValueError, match="must hold vae, which is missing"):
        train("ldm", toon_folder, tmp_path, steps=1, batch_size=2)


def test_a_tracker_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ValueError, match="tracker: 'wandbe' is not installed here"):
        fit(Toy(), toy_config(1, tracker="wandbe"), tmp_path, log=lambda line: None)


def test_an_unknown_part_is_refused(toon_folder, tmp_path):
    with pytest.raises(ValueError, match="part must be one of vae, .*, got 'gan'"):
        train("gan", toon_folder, tmp_path)


def test_a_captioner_learns_to_say_what_it_sees_and_is_trained_on(toon_folder, tiny_parts, tmp_path):
    from storygptv.data.store import StoryData
    from storygptv.evaluation.captions import Captioner
    from storygptv.models.latents import to_pixel_values
    from storygptv.training.captioner import make_task

    with pytest.raises(ValueError, match="init: must be a model folder with an image_encoder, which .* has not"):
        train("captioner", toon_folder, tmp_path / "m")
    quiet = {"log": lambda line: None, "warmup_steps": 1, "batch_size": 6, "ema_decay": 0.9}
    train("clip", toon_folder, tmp_path / "m", steps=1, **quiet)
    run = tmp_path / "m" / "training" / "captioner"
    train("captioner", toon_folder, tmp_path / "m", steps=200, log_every=20, learning_rate=3e-3, **quiet)
    rows = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    assert rows[-1]["loss"] < rows[0]["loss"] - 1 and rows[-1]["token_acc"] > 1.5 * rows[0]["token_acc"]
    data = StoryData.load(toon_folder)
    words = set(" ".join(data.text("caption")).split())
    said = Captioner.load(tmp_path / "m" / "captioner", "cpu")(data.images(range(4)))
    assert all(said) and len(words & set(" ".join(said).split())) > 3
    task = make_task(data, tmp_path / "m", train_vision=False)
    assert not any(weight.requires_grad for weight in task.captioner.encoder.parameters())
    task.image_processor.size = {"height": 20, "width": 20}  # pictures are made as large as it takes them, in its way
    pictures = data.images(range(4))
    as_saved = task.image_processor([Image.fromarray(each) for each in pictures], return_tensors="pt").pixel_values
    assert (task._sized(to_pixel_values(pictures)) - as_saved).abs().mean() < 0.02
    run.rename(tmp_path / "m" / "training" / "captioner-1")
    train("captioner", toon_folder, tmp_path / "m", steps=1, log_every=1, learning_rate=0.0, **quiet)
    assert json.loads((run / "log.jsonl").read_text())["token_acc"] > 1.5 * rows[0]["token_acc"]


def test_every_part_trains_in_turn_and_can_be_read(toon_folder, tiny_parts, tokenizer, tmp_path):
    from storygptv.data.store import StoryData
    from storygptv.evaluation.captions import Captioner
    from storygptv.evaluation.judge import Judge
    from storygptv.models.char_ldm import CharLDM
    from storygptv.models.latents import to_pixel_values
    from storygptv.models.story_memory import StoryMemory

    weights: dict[str, dict[str, Tensor]] = {}
    tiny_llama(len(tokenizer)).save_pretrained(tmp_path / "lm")
    tokenizer.save_pretrained(tmp_path / "lm")
    parts = [part for part in PARTS if part != "reader"]  # which learns from tales
    for part in parts:
        out = train(
            part,
            toon_folder,
            tmp_path,
            steps=2,
            batch_size=4,
            warmup_steps=1,
            log_every=1,
            sample_every=2,
            gradient_checkpointing=part == "char-ldm",
            log=lambda line: None,
            **({"drawing_loss_weight": 1.0} if part == "story-llm" else {}),
        )
        rows = [json.loads(line) for line in (out / "training" / part / "log.jsonl").read_text().splitlines()]
        assert [row["step"] for row in rows] == [1, 2]
        samples = [file.name for file in (out / "training" / part / "samples").glob("*")]
        assert samples == (["000002.png"] if part in ("ldm", "char-ldm", "story-llm", "history") else []), part
        assert all(torch.isfinite(torch.tensor(value)) for row in rows for value in row.values()), part
        weights[part] = {str(path.parent.name): load_file(path) for path in tmp_path.glob("*/*model.safetensors")}

    def changed(folder: str, by: str) -> bool:
        before = weights[parts[parts.index(by) - 1]][folder]
        return any(not torch.equal(before[name], value) for name, value in weights[by][folder].items())

    assert changed("text_encoder", by="ldm") and not changed("text_encoder", by="char-ldm")  # frozen in stage 1
    assert not changed("image_encoder", by="char-ldm") and not changed("lm", by="story-llm")

    char_ldm = CharLDM.from_folder(tmp_path).eval()
    llm = StoryLLM.from_folder(tmp_path / "story_llm").eval()
    judge = Judge.from_pretrained(tmp_path / "judge").eval()
    toon = StoryData.load(toon_folder).info
    assert judge.config.trained_on["fingerprint"] == toon.fingerprint and judge.config.trained_on["split"] == "train"
    with torch.no_grad():
        condition = StoryMemory(llm).tell("Mia walks in the park.")
        drawn = char_ldm.decode(char_ldm.sample(condition, [torch.Generator().manual_seed(0)], 2))
        logits = judge(to_pixel_values(drawn))
    assert drawn.shape == (1, 32, 32, 3) and logits["characters"].shape == (1, 8)
    said = Captioner.load(tmp_path / "captioner", "cpu")(np.concatenate([drawn, drawn[:, ::-1]]))
    assert len(said) == 2 and all(isinstance(text, str) for text in said)


@pytest.mark.parametrize("kind", ["epsilon", "v_prediction", "sample"])
def test_a_perfect_prediction_of_the_scheduler_s_kind_has_no_loss(toon_folder, char_ldm, tmp_path, monkeypatch, kind):
    from storygptv.data.store import StoryData
    from storygptv.training.ldm import LDMTask

    char_ldm.scheduler.register_to_config(prediction_type=kind)
    data = StoryData.load(toon_folder)
    if kind == "sample":
        with pytest.raises(ValueError, match="prediction_type must be epsilon or v_prediction, got 'sample'"):
            LDMTask(data, tmp_path, char_ldm)
        return
    task = LDMTask(data, tmp_path, char_ldm)
    latents, noise = torch.randn(2, 4, 4, 4, 4)

    def perfect(noisy: Tensor, timesteps: Tensor, _: Tensor) -> Tensor:
        alphas = char_ldm.scheduler.alphas_cumprod[timesteps][:, None, None, None]
        found = (noisy - alphas.sqrt() * latents) / (1 - alphas).sqrt()
        return found if kind == "epsilon" else alphas.sqrt() * found - (1 - alphas).sqrt() * latents

    monkeypatch.setattr(char_ldm, "predict", perfect)
    batch = {"latents": latents, "noise": noise, "timesteps": torch.tensor([100, 300, 600, 900])}
    assert task.denoising(batch, torch.zeros(4, 1, 1)).item() == pytest.approx(0, abs=1e-6)


def test_the_last_vision_layers_are_trained_along_on_crops(char_ldm, toon_folder, tmp_path):
    char_ldm.save(tmp_path / "m")
    options = {"steps": 2, "batch_size": 6, "warmup_steps": 1, "log": lambda line: None}
    out = train("char-ldm", toon_folder, tmp_path / "run", tmp_path / "m", train_vision_layers=1, **options)
    before, after = (load_file(folder / "image_encoder" / "model.safetensors") for folder in (tmp_path / "m", out))
    changed = {name for name, value in before.items() if not torch.equal(value, after[name])}
    assert changed and all(".layers.0." in name for name in changed)
    frozen = train("char-ldm", toon_folder, tmp_path / "frozen", tmp_path / "m", **options)
    kept = load_file(frozen / "image_encoder" / "model.safetensors")
    assert all(torch.equal(value, kept[name]) for name, value in before.items())
    with pytest.raises(ValueError, match="train_vision_layers: must be 0 to 1, all it has, got 2"):
        train("char-ldm", toon_folder, tmp_path / "no", tmp_path / "m", train_vision_layers=2, **options)


def test_crops_are_cut_out_where_char_ldm_finds_characters(char_ldm, toon_folder, tmp_path, monkeypatch):
    from storygptv.data.store import StoryData
    from storygptv.training.cache import Caches
    from storygptv.training.char_ldm import CharLDMTask

    data = StoryData.load(toon_folder)
    found = torch.rand(len(data.frames), 4, 8)
    found[0] = 0  # where nobody was found the crop is the one by its mask
    monkeypatch.setattr(Caches, "found_features", lambda self, *of: found)

    def features(**options) -> Tensor:
        task = CharLDMTask(data, tmp_path, char_ldm, portrait_share=0.0, drop_character=0.0, **options)
        task.prepare()
        rows = task.batch(0, 32)["character_features"].flatten(0, 1)
        return rows[rows.any(-1)]

    def are_of(rows: Tensor, source: Tensor) -> Tensor:
        return (rows[:, None] == source.reshape(-1, 8).float()).all(-1).any(1)

    own = CharLDMTask(data, tmp_path, char_ldm)
    own.prepare()
    by_masks, portraits = own.features, own.portraits
    assert not are_of(features(), found).any()
    cut = features(found_share=1.0)
    assert are_of(cut, found).any() and (are_of(cut, found) | are_of(cut, by_masks[0]) | are_of(cut, portraits)).all()
    with pytest.raises(ValueError, match="found_share: must be 0 where train_vision_layers"):
        CharLDMTask(data, tmp_path, char_ldm, found_share=0.5, train_vision_layers=1)


def test_frames_of_an_action_come_as_often_as_they_are_told_to(char_ldm, toon_folder, tmp_path):
    from collections import Counter

    from storygptv.data.store import StoryData
    from storygptv.training.char_ldm import CharLDMTask

    data = StoryData.load(toon_folder)
    actions = data.text("action")
    often = actions[0]
    task = CharLDMTask(data, tmp_path, char_ldm, repeats={often: 3})
    task.prepare()
    assert Counter(task.order) == {row: 3 if action == often else 1 for row, action in enumerate(actions)}
    drawn = task.batch(0, task.num_rows)["latents"]  # one epoch
    same = (drawn[:, None] == task.latents[None].float()).flatten(2).all(-1)
    assert same.sum(0).tolist() == [3 if action == often else 1 for action in actions]
    for repeats in ({often: 0}, {"juggle": 2}):
        with pytest.raises(ValueError, match="repeats: must be at least 1 of an action in the data, got"):
            CharLDMTask(data, tmp_path, char_ldm, repeats=repeats)


def test_a_frame_of_several_stories_is_told_as_each_tells_it(char_ldm, toon_folder, tmp_path):
    """Windows that share frames: the first sentence of one is a later one of another."""
    from storygptv.data.store import StoryData
    from storygptv.models.history import MemoryAttention
    from storygptv.training.history import HistoryTask

    data = StoryData.load(toon_folder)
    windows = [data.stories[0], data.stories[0][1:] + data.stories[1][:1]]
    data.__dict__["stories"] = windows
    task = HistoryTask(data, tmp_path, char_ldm, MemoryAttention(16, 4, 4))
    task.prepare()
    told = data.told(required=True)
    assert told[0][1] != told[1][0]
    ids = [tokenize(story, char_ldm.tokenizer, char_ldm.condition_length)["input_ids"] for story in told]
    for step in range(8):
        batch = task.batch(step, 4)
        frame = batch["earlier_ids"].shape[1] if "earlier_ids" in batch else 0
        for b, row in enumerate(batch["input_ids"]):
            (story,) = [n for n in (0, 1) if torch.equal(row, ids[n][frame].long())]
            assert torch.equal(batch["latents"][b], task.latents[windows[story][frame]].float())
            assert frame == 0 or torch.equal(batch["earlier_ids"][b], ids[story][:frame].long())


def test_pictures_of_another_size_are_refused_at_once(char_ldm, tmp_path):
    from storygptv.data.store import StoryData
    from storygptv.toon.dataset import write_toon
    from storygptv.training.char_ldm import CharLDMTask

    write_toon("train", stories=1, frames=2, seed=0, size=64, out=tmp_path / "large")
    with pytest.raises(ValueError, match="data: pictures must be 32 pixels, as the model draws them, got 64"):
        CharLDMTask(StoryData.load(tmp_path / "large"), tmp_path, char_ldm)


def test_another_layout_than_the_story_llm_has_is_refused(char_ldm, llm, toon_folder, tmp_path):
    char_ldm.save(tmp_path / "m")
    llm.save(tmp_path / "m" / "story_llm")
    for name, value in (("num_image_tokens", 99), ("visual_tokens", "patches"), ("picture_first", True)):
        if getattr(llm.config, name) != value:
            with pytest.raises(
                ValueError, match=f"{name}: the story LLM in .* has {getattr(llm.config, name)}, got {value}"
            ):
                train("story-llm", toon_folder, tmp_path / "run", tmp_path / "m", **{name: value})


def test_emb_text_is_a_target_without_looks(char_ldm, tokenizer, toon_folder, tmp_path):
    from storygptv.data.store import StoryData
    from storygptv.training.story_llm import StoryLLMTask

    data, losses = StoryData.load(toon_folder), []
    for fused_target, with_fusion in ((True, True), (False, True), (True, False)):
        torch.manual_seed(0)
        llm = story_llm_of(tiny_llama(len(tokenizer)), tokenizer, vision_width=16, visual_tokens="patches")
        fusion, char_ldm.fusion = char_ldm.fusion, char_ldm.fusion if with_fusion else None
        task = StoryLLMTask(data, tmp_path, char_ldm, llm, fused_target=fused_target)
        task.prepare(log=lambda line: None)
        batch = task.batch(0, 2)
        batch["character_token_mask"][:, 0, 1], batch["character_features"][:] = True, 1.0  # somebody is named
        losses.append(task(batch, torch.Generator().manual_seed(0))["alignment_loss"].item())
        char_ldm.fusion = fusion
    assert losses[1] == losses[2] != losses[0]  # as if there were no fusion at all


def test_conditions_that_draw_the_same_have_no_drawing_loss(char_ldm):
    from storygptv.training.ldm import drawing_loss

    size, channels = char_ldm.unet.config.sample_size, char_ldm.unet.config.in_channels
    latents = torch.randn(2, channels, size, size, generator=torch.Generator().manual_seed(0))
    target = char_ldm.condition(torch.tensor([[1, 2, 3, 4], [5, 6, 7, 8]])).detach()
    noise, timesteps = torch.randn(latents.shape, generator=torch.Generator().manual_seed(1)), torch.tensor([300, 700])
    loss_of = lambda mapped, *more: drawing_loss(char_ldm, latents, noise, timesteps, mapped, target, *more)  # noqa: E731

    assert loss_of(target).item() == 0
    assert loss_of(target.flip(1)).item() == pytest.approx(0, abs=1e-8)  # cross-attention sees no order
    other = target.flip(0).requires_grad_()
    loss_of(other).backward()
    assert loss_of(other).item() > 1e-6 and other.grad.abs().sum() > 0
    half = torch.zeros(2, 1, size, size)
    half[..., : size // 2] = 1
    halves = [loss_of(other, weights).item() for weights in (half, 1 - half)]
    assert sum(halves) / 2 == pytest.approx(loss_of(other).item(), rel=1e-5) and halves[0] != halves[1]


def test_as_many_frames_of_a_story_are_drawn_as_asked_for(char_ldm, tokenizer, toon_folder, tmp_path):
    from storygptv.data.store import StoryData
    from storygptv.training.story_llm import StoryLLMTask

    data = StoryData.load(toon_folder)
    llm = story_llm_of(tiny_llama(len(tokenizer)), tokenizer, vision_width=16, visual_tokens="patches")
    for asked in (1, 2, 99):
        task = StoryLLMTask(data, tmp_path, char_ldm, llm, drawing_loss_weight=1.0, num_drawing_frames=asked)
        task.prepare(log=lambda line: None)
        batch, length = task.batch(0, 2), len(data.stories[0])
        picked, drawn = batch["picked"].tolist(), min(asked, length)
        assert len(set(picked)) == len(picked) == len(batch["latents"]) == 2 * drawn
        assert [place // length for place in picked] == [0] * drawn + [1] * drawn  # so many of each story
    with pytest.raises(ValueError, match="num_drawing_frames: must be at least 1, got 0"):
        StoryLLMTask(data, tmp_path, char_ldm, llm, num_drawing_frames=0)


def test_data_without_what_a_part_learns_from_is_refused(toon_folder, tmp_path):
    from storygptv.data.schema import REQUIRED
    from storygptv.data.store import StoryData, write

    data = StoryData.load(toon_folder)
    frame = data.frame(0)
    write([[{name: frame[name] for name in (*REQUIRED, "segmentation")}]], data.info, tmp_path / "data")
    with pytest.raises(ValueError, match="row 0, alt_text: is required here"):
        train("clip", tmp_path / "data", tmp_path / "model")


def test_the_same_seed_trains_the_same_weights(toon_folder, tiny_parts, tmp_path):
    options = {"steps": 1, "batch_size": 4, "log": lambda line: None}
    for run in ("one", "two"):
        torch.manual_seed(hash(run) % 1000)  # whatever was drawn before
        train("vae", toon_folder, tmp_path / run, **options)
        train("judge", toon_folder, tmp_path / run, **options)
    for part in ("vae", "judge"):
        one, two = (load_file(tmp_path / run / part / "diffusion_pytorch_model.safetensors") for run in ("one", "two"))
        assert all(torch.equal(one[name], two[name]) for name in one), part


if __name__ == "__main__":  # what tests run as processes of their own
    torch.set_num_threads(1)
    folder, what = Path(sys.argv[1]), sys.argv[2]

    def kill(line: str) -> None:
        if line.startswith(f"step {what} "):
            os.kill(os.getpid(), signal.SIGKILL)

    if what == "char-ldm":
        train_char_ldm(folder, int(sys.argv[3]), Path(sys.argv[4]))
    elif what == "plain":
        fit(Plain(), TrainConfig(20, 4, 1e-2, **EXACT), folder)
    elif what == "killed":
        fit(Toy(), toy_config(int(sys.argv[3])), folder, log=lambda line: print(line, flush=True))
    else:  # the step at which it is killed
        fit(Toy(), toy_config(100), folder, log=kill)
