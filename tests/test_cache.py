"""Caches of frozen parts: written row by row in constant memory, whole after a kill at any moment, and never stale."""

from __future__ import annotations

import copy
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor

from storygptv.data.store import StoryData, write
from storygptv.training import cache
from storygptv.training.cache import Caches
from storygptv.training.rows import Chunks, write_rows

TOTALS = {"a": 10, "b": 2}


def chunks_from(row: int) -> Chunks:
    """Ten rows of noise, three at a time; with the first of them all of `b`."""
    for first in range(row, 10, 3):
        noise = torch.from_numpy(np.random.default_rng(first).normal(size=(min(3, 10 - first), 4))).bfloat16()
        extra = {"b": torch.arange(6.0).reshape(2, 3)} if first == 0 else {}
        yield {"a": noise, **extra}


class Killed(BaseException):
    pass


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_rows_come_back_as_safetensors(tmp_path):
    write_rows(tmp_path / "x.safetensors", TOTALS, chunks_from)
    read = load_file(tmp_path / "x.safetensors")
    assert torch.equal(read["a"], torch.cat([tensors["a"] for tensors in chunks_from(0)]))
    assert read["a"].dtype == torch.bfloat16 and torch.equal(read["b"], torch.arange(6.0).reshape(2, 3))
    assert [path.name for path in tmp_path.iterdir()] == ["x.safetensors"]


def test_stopped_at_any_moment_it_goes_on_to_the_same_bytes(tmp_path, monkeypatch):
    write_rows(tmp_path / "whole.safetensors", TOTALS, chunks_from)
    rename, steps, renamed = os.replace, 0, 0

    def replace(*paths) -> None:
        nonlocal renamed
        renamed += 1
        if renamed == steps:
            raise Killed
        rename(*paths)

    monkeypatch.setattr(os, "replace", replace)
    for steps in range(1, 6):  # four notes, and the file itself
        renamed, begun = 0, []

        def counted(row: int, begun=begun) -> Chunks:
            for tensors in chunks_from(row):
                begun.append(row)
                yield tensors

        path = tmp_path / f"{steps}.safetensors"
        with pytest.raises(Killed):
            write_rows(path, TOTALS, counted)
        assert not path.exists()
        write_rows(path, TOTALS, counted)
        assert path.read_bytes() == (tmp_path / "whole.safetensors").read_bytes()
        assert len(begun) == (4 if steps == 5 else 5)  # what was noted is not computed again
    assert all(path.suffix == ".safetensors" for path in tmp_path.iterdir())


def test_a_killed_process_is_gone_on_from(tmp_path):
    path = tmp_path / "killed.safetensors"
    assert subprocess.run([sys.executable, __file__, str(path)]).returncode == -signal.SIGKILL
    assert not path.exists() and path.with_suffix(".partial").exists()
    rows: list[int] = []
    write_rows(path, TOTALS, chunks_from, lambda done, total: rows.append(done))
    assert rows == [9, 10]
    write_rows(tmp_path / "whole.safetensors", TOTALS, chunks_from)
    assert path.read_bytes() == (tmp_path / "whole.safetensors").read_bytes()


def test_neither_writing_nor_reading_holds_more_than_some_rows(tmp_path):
    number, wide = 4000, 8192  # 128 MB
    some = torch.ones(100, wide)

    def many(row: int) -> Chunks:
        for first in range(row, number, 100):
            yield {"x": some * first}

    before = resident_bytes()
    most: list[int] = []
    write_rows(tmp_path / "x.safetensors", {"x": number}, many, lambda *_: most.append(resident_bytes()))
    rows = load_file(tmp_path / "x.safetensors")["x"]
    assert rows[[3999, 0, 150]].sum(1).tolist() == [3900 * wide, 0, 100 * wide]
    assert max(*most, resident_bytes()) - before < 40 * 2**20


@pytest.fixture
def data(toon_folder) -> StoryData:
    return StoryData.load(toon_folder)


def everything(caches: Caches, char_ldm, told: Tensor) -> dict[str, Tensor]:
    """Every cache there is; `told` are token ids (N, T)."""
    features, portraits = caches.features(char_ldm.image_encoder, 4)
    token_masks = torch.zeros(len(told), 4, told.shape[1], dtype=torch.bool)
    token_masks[:, 0, 1] = True
    captions, named = (each.repeat(3, *[1] * (each.ndim - 1))[: len(features)] for each in (told, token_masks))
    return {
        "latents": caches.latents(char_ldm.vae), "masks": caches.masks(4, 4), "features": features,
        "portraits": portraits, "patches": caches.frames(char_ldm.image_encoder, "image_encoder", "patches"),
        "pooled": caches.frames(char_ldm.image_encoder, "image_encoder", "pooled"),
        "found": caches.found_features(char_ldm, portraits, [[0]] * len(features), captions, named),
    }  # fmt: skip


def assert_same(one: dict[str, Tensor], other: dict[str, Tensor]) -> None:
    for name, tensor in one.items():
        assert torch.equal(tensor, other[name]), name


TOLD = torch.arange(3, 3 + 5 * 12).reshape(5, 12)


def test_caches_hold_what_the_parts_say(data, char_ldm, tmp_path):
    got = everything(Caches(data, tmp_path), char_ldm, TOLD)
    assert {name: tuple(tensor.shape) for name, tensor in got.items()} == {
        "latents": (12, 4, 4, 4), "masks": (12, 4, 4, 4), "features": (12, 4, 8), "portraits": (8, 8),
        "patches": (12, 4, 16), "pooled": (12, 16), "found": (12, 4, 8),
    }  # fmt: skip
    shares = (data.segmentations([3])[0] == 1).reshape(4, 8, 4, 8).mean((1, 3))
    assert got["masks"][3, 0].tolist() == np.rint(shares * 255).tolist()
    there = [len(names) for names in data.text("characters")]
    assert [int(each.any(-1).sum()) for each in got["features"]] == there and got["portraits"].any(-1).all()
    assert got["found"][:, 0].any() and not got["found"][:, 1:].any()  # of who is named, where found


def test_a_killed_cache_goes_on_to_the_same_values(data, char_ldm, tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "BATCH", 5)  # three chunks of twelve frames
    whole = everything(Caches(data, tmp_path / "whole"), char_ldm, TOLD)

    def killing(self, name: str):
        def tell(done: int, total: int) -> None:
            if done == 5 and total == 12:
                raise Killed

        return tell

    monkeypatch.setattr(Caches, "_teller", killing)
    for _ in range(5):  # the next time it is the next cache that is killed
        with pytest.raises(Killed):
            everything(Caches(data, tmp_path / "killed"), char_ldm, TOLD)
    assert_same(everything(Caches(data, tmp_path / "killed"), char_ldm, TOLD), whole)


def test_parts_kept_in_bf16_are_computed_in_float32_where_there_is_no_bf16(data, char_ldm, tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "has_bf16", lambda device: False)
    kept = char_ldm.to(torch.bfloat16)
    got = everything(Caches(data, tmp_path / "bf16"), kept, TOLD)
    assert all(parameter.dtype == torch.bfloat16 for parameter in kept.parameters())
    assert_same(everything(Caches(data, tmp_path / "float32"), copy.deepcopy(kept).float(), TOLD), got)


def test_a_part_stored_anew_is_the_same_and_one_trained_on_is_not(data, char_ldm, tmp_path):
    vae = char_ldm.vae.bfloat16()

    def kept(**options) -> list[str]:
        shutil.rmtree(tmp_path / "vae", ignore_errors=True)
        vae.save_pretrained(tmp_path / "vae", **options)
        Caches(data, tmp_path).latents(vae)
        return sorted(path.name for path in (tmp_path / "training" / "cache").glob("*.safetensors"))

    first = kept()
    vae.float()
    assert kept(max_shard_size="10KB") == first and len(list((tmp_path / "vae").glob("*.safetensors"))) > 2
    next(vae.parameters()).data += 1
    assert len(kept()) == 2


def test_a_part_elsewhere_is_copied_to_where_it_computes(char_ldm):
    cpu, elsewhere = torch.device("cpu"), torch.device("meta")
    assert cache._ready(char_ldm, cpu) is char_ldm
    copied = cache._ready(char_ldm.vae, elsewhere)
    assert {p.device.type for p in copied.parameters()} == {"meta"}
    assert {p.device.type for p in char_ldm.vae.parameters()} == {"cpu"}


def test_pictures_are_fitted_to_the_image_encoder(data, char_ldm, llm, tmp_path, monkeypatch):
    from transformers import CLIPVisionModelWithProjection

    from storygptv.pipeline import StoryPipeline

    monkeypatch.setattr(cache, "has_bf16", lambda device: False)
    config = copy.deepcopy(char_ldm.image_encoder.config)
    config.image_size, config.patch_size = 24, 8  # for pictures of 32 pixels
    char_ldm.image_encoder = CLIPVisionModelWithProjection(config).eval()
    got = everything(Caches(data, tmp_path), char_ldm, TOLD)
    pictures = [Image.fromarray(picture) for picture in data.images(range(12))]
    seen = StoryPipeline(char_ldm, llm).visual_features(pictures)
    assert got["patches"].shape == (12, 9, 16)
    torch.testing.assert_close(got["pooled"].float(), seen, atol=0.02, rtol=0.02)  # kept in bf16


def test_other_data_or_weights_have_a_cache_of_their_own(data, char_ldm, tmp_path):
    files = lambda: sorted(path.name for path in (tmp_path / "training" / "cache").glob("*.safetensors"))  # noqa: E731
    first = Caches(data, tmp_path).latents(char_ldm.vae)
    assert torch.equal(Caches(data, tmp_path).latents(None), first)  # not computed again
    char_ldm.vae.save_pretrained(tmp_path / "vae")
    Caches(data, tmp_path).latents(char_ldm.vae)
    assert len(files()) == 2
    stories = [data.story(n) for n in range(len(data))]
    for frame in stories[0]:
        frame["image"] = 255 - frame["image"] // 2
    write(stories, data.info, tmp_path / "edited", data.portraits)
    other = StoryData.load(tmp_path / "edited")
    assert other.info == data.info
    assert not torch.equal(Caches(other, tmp_path).latents(char_ldm.vae), first) and len(files()) == 3


def test_training_computes_them_where_it_trains_and_says_how_far_it_is(toon_folder, char_ldm, tmp_path, monkeypatch):
    from storygptv.training import train

    monkeypatch.setattr(cache, "LOG_SECONDS", -1)
    monkeypatch.setattr(cache, "BATCH", 5)
    asked, ready = [], cache._ready
    monkeypatch.setattr(cache, "_ready", lambda part, device: asked.append(device) or ready(part, device))
    char_ldm.save(tmp_path)
    lines: list[str] = []
    train("char-ldm", toon_folder, tmp_path, steps=1, batch_size=2, sample_every=0, log=lines.append)
    assert asked == [torch.device("cpu")] * 2
    told = [line for line in lines if line.startswith("cache latents: ")]
    assert [line.split(",")[0] for line in told] == [f"cache latents: {done} of 12" for done in (5, 10, 12)]


if __name__ == "__main__":  # killed when it has written six rows

    def kill(done: int, total: int) -> None:
        if done == 6:
            os.kill(os.getpid(), signal.SIGKILL)

    write_rows(Path(sys.argv[1]), TOTALS, chunks_from, kill)
