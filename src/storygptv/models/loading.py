"""Reading one part of a model folder, strictly: the libraries fill a missing tensor with random numbers and go on."""

from __future__ import annotations

from pathlib import Path

import torch
from diffusers import ConfigMixin
from transformers import AutoConfig


def load_part(cls, folder: Path | str, **options):
    """`cls.from_pretrained(folder, **options)` for a class of diffusers or transformers; a hub id does as well.

    Raises ValueError if a tensor is missing or has another shape than the part's config says. Within
    `torch.device("meta")` only its config is read: what comes has the shapes and types of the part, and no weights.
    """
    try:
        if is_planned():
            return _empty_part(cls, folder, **options)
        part, info = cls.from_pretrained(folder, output_loading_info=True, **options)
    except (RuntimeError, ValueError) as error:  # a tensor's shape
        raise ValueError(f"{folder} does not fit its config: {sentence_of(error)}") from error
    if info["missing_keys"]:
        raise ValueError(f"{folder} misses {', '.join(sorted(info['missing_keys'])[:3])}")
    if isinstance(part, ConfigMixin):
        part.register_to_config(_name_or_path="")  # saved again, it does not tell where it once lay
    return part


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


def sentence_of(error: Exception) -> str:
    """The first sentence of what a library says went wrong."""
    return " ".join(str(error).split()).partition(". ")[0]
