"""Reading parts of models, strictly: the libraries fill a missing tensor with random numbers and go on."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import torch
from diffusers import ConfigMixin
from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForCausalLM, BitsAndBytesConfig

QUANTISATIONS = ("8bit", "4bit")
BUNDLED = Path(__file__).parents[1] / "assets" / "toon"
WANTED = ["*.json", "*/*"]  # of a hub id: the parts, each in a folder, not the same weights in one file beside them
UNWANTED = ["*.ckpt", "*.fp16.*", "*.non_ema.*", "*.msgpack", "*.h5", "*.onnx*", "safety_checker/*"]


def find_model(path: str) -> Path:
    """The folder of a model: `path` itself, the bundled one for "toon", or a hub id's, fetched. Raises ValueError."""
    if path == "toon" and not Path(path).is_dir():
        if not (BUNDLED / "unet").exists():
            raise ValueError(
                f"model: the bundled weights are missing from {BUNDLED}; train them with recipes/bundled.sh"
            )
        return BUNDLED
    if Path(path).is_dir():
        return Path(path)
    if re.fullmatch(r"[\w.-]+/[\w.-]+", path):
        from huggingface_hub import snapshot_download

        try:
            return Path(snapshot_download(path, allow_patterns=WANTED, ignore_patterns=UNWANTED))
        except Exception as error:  # the hub's errors are of many kinds; each is one sentence to the user
            raise ValueError(f"model: {path} is no folder, and could not be had from the hub: {error}") from error
    raise ValueError(f"model: must be a folder, a hub id or toon, got {path!r}")


def found_anywhere(source: Path | str) -> str:
    """A folder or hub id, as it is found from another folder too."""
    return str(Path(source).resolve() if Path(source).is_dir() else source)


def load_part(cls, folder: Path | str, **options):
    """`cls.from_pretrained(folder, **options)` for a class of diffusers or transformers; a hub id does as well.

    Raises ValueError if the folder or a tensor is missing, or a tensor has another shape than the part's config says.
    Within `torch.device("meta")` only its config is read: what comes has the shapes and types of the part, and no
    weights.
    """
    if isinstance(folder, Path) and not folder.is_dir():
        raise ValueError(f"{folder.parent} must hold {folder.name}, which is missing")
    try:
        if is_planned():
            return _empty_part(cls, folder, **options)
        part, info = cls.from_pretrained(folder, output_loading_info=True, **options)
    except (RuntimeError, ValueError, SafetensorError) as error:  # a tensor's shape, a file that was cut short
        raise ValueError(f"{folder} does not fit its config: {sentence_of(error)}") from error
    if info["missing_keys"]:
        raise ValueError(f"{folder} misses {', '.join(sorted(info['missing_keys'])[:3])}")
    if isinstance(part, ConfigMixin):
        part.register_to_config(_name_or_path="")  # saved again, it does not tell where it once lay
    return part


def has_bf16(device: str | torch.device) -> bool:
    """Whether a device computes in bf16, rather than imitating it at a hundredth of float32's speed."""
    device = torch.device(device)
    if device.type == "cuda" and not torch.cuda.is_available():
        return True  # one that is planned for
    if device.type == "cpu":
        capabilities = getattr(torch.cpu, "get_capabilities", dict)()  # an older torch cannot tell
        return any(capabilities.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16", "sve_bf16"))
    return device.type != "cuda" or torch.cuda.is_bf16_supported(including_emulation=False)


def is_planned() -> bool:
    """Whether modules are made without weights, on the meta device."""
    return torch.get_default_device().type == "meta"


def _empty_part(cls, folder: Path | str, dtype: torch.dtype | None = None, **_):
    if issubclass(cls, ConfigMixin):
        return cls.from_config(cls.load_config(folder))
    if hasattr(cls, "config_class"):
        config = cls.config_class.from_pretrained(folder)
        part = cls(config)
    else:  # one for any architecture
        config = AutoConfig.from_pretrained(folder)
        part = cls.from_config(config)
    return part.to(dtype or config.dtype or torch.float32)


def check_quantisation(quantisation: str | None, device: str = "cuda") -> None:
    """Raise ValueError if a language model cannot be packed so on a device."""
    if quantisation not in (None, *QUANTISATIONS):
        raise ValueError(f"quantisation must be {' or '.join(QUANTISATIONS)}, got {quantisation!r}")
    if quantisation is None or is_planned():
        return
    is_there = importlib.util.find_spec("bitsandbytes") is not None and torch.cuda.is_available()
    if torch.device(device).type != "cuda" or not is_there:
        raise ValueError(
            f'quantisation: {quantisation} needs a GPU and bitsandbytes; pip install "storygptv[quant]" and'
            " choose the device cuda"
        )


def load_language_model(source: Path | str, dtype: torch.dtype | None = None, quantisation: str | None = None):
    """Any causal language model, a folder or hub id, in `dtype` (None: as it is kept), or its weights packed to
    "8bit" or "4bit" (bitsandbytes, on the current GPU). Raises ValueError where it is none or does not load."""
    check_quantisation(quantisation)
    options = {} if dtype is None else {"dtype": dtype}
    if quantisation is not None:
        options["quantization_config"] = BitsAndBytesConfig(
            load_in_8bit=quantisation == "8bit", load_in_4bit=quantisation == "4bit", bnb_4bit_compute_dtype=dtype
        )
    try:
        return load_part(AutoModelForCausalLM, source, **options)
    except OSError as error:
        raise ValueError(f"{source} is no causal language model: {sentence_of(error)}") from error


def sentence_of(error: Exception) -> str:
    """The first sentence of what a library says went wrong."""
    return " ".join(str(error).split()).partition(". ")[0]
