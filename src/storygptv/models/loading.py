"""Reading one part of a model folder, strictly: the libraries fill a missing tensor with random numbers and go on."""

from __future__ import annotations

from pathlib import Path

from diffusers import ConfigMixin


def load_part(cls, folder: Path | str, **options):
    """`cls.from_pretrained(folder, **options)` for a class of diffusers or transformers; a hub id does as well.

    Raises ValueError if a tensor is missing or has another shape than the part's config says.
    """
    try:
        part, info = cls.from_pretrained(folder, output_loading_info=True, **options)
    except (RuntimeError, ValueError) as error:  # a tensor's shape
        raise ValueError(f"{folder} does not fit its config: {sentence_of(error)}") from error
    if info["missing_keys"]:
        raise ValueError(f"{folder} misses {', '.join(sorted(info['missing_keys'])[:3])}")
    if isinstance(part, ConfigMixin):
        part.register_to_config(_name_or_path="")  # saved again, it does not tell where it once lay
    return part


def sentence_of(error: Exception) -> str:
    """The first sentence of what a library says went wrong."""
    return " ".join(str(error).split()).partition(". ")[0]
