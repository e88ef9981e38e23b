"""The authors' released checkpoints as a model folder of ours (layouts: docs/paper_map.md, "Checkpoints").

Every tensor is accounted for: used, left out for a reason that is told, or an error that names it.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDPMScheduler, UNet2DConditionModel
from torch import Tensor, nn
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoTokenizer,
    CLIPTextModel,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
)

from storygptv.models.char_ldm import CharLDM
from storygptv.models.fusion import CharacterFusion
from storygptv.models.loading import found_anywhere, sentence_of
from storygptv.models.mapper import EmbeddingMapper
from storygptv.models.story_llm import StoryLLM, StoryLLMConfig
from storygptv.models.vision import fold_normalisation, load_vision_encoder

FIRST_STAGE = ("text_encoder", "image_encoder", "vae", "unet", "postfuse_module")
BASE = ("text_encoder", "unet", "vae", "tokenizer", "scheduler")  # what is read of a Stable Diffusion folder
HEAD_WIDTH = 64  # of every published CLIP vision tower
OLD_ATTENTION = {"query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0"}  # diffusers before 0.17
OWN = {  # of the second stage: the story LLM's own tensors
    "model.input_embeddings.weight": "image_embeds",
    "model.visual_embeddings.weight": "visual.projection.weight",
    "model.visual_embeddings.bias": "visual.projection.bias",
}
MAPPER = "model.gen_text_hidden_fcs.0."
MARKS = {
    "before_picture": " Image: <img>", "after_picture": "</img>", "before_sentence": " Caption: ",
    "before_image": " Image:",
}  # fmt: skip
UNUSED = {  # of the second stage: what its tensors are, and why nothing here needs them
    "model.ret_text_hidden_fcs.": "GILL's retrieval head",
    "model.visual_fc.": "GILL's retrieval head",
    "model.logit_scale": "GILL's retrieval temperature",
}


def read_checkpoint(path: Path) -> dict[str, Tensor]:
    """A published checkpoint's tensors by name, without a leading `module.`; nothing in the file is run.

    Raises ValueError if it is missing, no checkpoint, or holds anything but tensors.
    """
    try:
        found = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except FileNotFoundError as error:
        raise ValueError(f"{path} is missing") from error
    except (RuntimeError, OSError, pickle.UnpicklingError, EOFError, ValueError) as error:
        raise ValueError(f"{path} must be a PyTorch checkpoint of tensors alone: {sentence_of(error)}") from error
    if isinstance(found, dict) and isinstance(found.get("state_dict"), dict):
        found = found["state_dict"]
    if not isinstance(found, dict) or not all(isinstance(value, Tensor) for value in found.values()):
        raise ValueError(f"{path} must map names to tensors")
    return {name.removeprefix("module."): value for name, value in found.items()}


def first_stage(checkpoint: Mapping[str, Tensor], base: Path) -> tuple[CharLDM, dict[str, str]]:
    """Char-LDM from the first stage's tensors, and which of them were left out and why.

    `base` is the Stable Diffusion folder it was trained from: its configs, tokenizer and scheduler. The image encoder
    is changed to take pictures in [-1, 1] (`fold_normalisation`). Raises ValueError for a tensor that is missing, too
    many, or of another shape than those configs say, and for a `base` that lacks one.
    """
    if missing := [name for name in BASE if not (base / name).exists()]:
        raise ValueError(f"base: must be a Stable Diffusion folder, {base} holds no {missing[0]}")
    parts: dict[str, dict[str, Tensor]] = {part: {} for part in FIRST_STAGE}
    left_out = {}
    for name, tensor in checkpoint.items():
        part, _, rest = name.partition(".")
        if part not in parts:
            raise ValueError(f"first stage: no part of Char-LDM has the tensor {name}")
        if rest.endswith("embeddings.position_ids"):
            left_out[name] = "counts 0, 1, 2, ...; made anew"
        else:
            parts[part][rest] = tensor
    for part, tensors in parts.items():
        if not tensors:
            raise ValueError(f"first stage: holds no tensor of {part}; is it the checkpoint of another model?")

    text_encoder = _empty(CLIPTextModel, CLIPTextModel.config_class.from_pretrained(base / "text_encoder"))
    fused = parts["postfuse_module"]
    text_width = text_encoder.config.hidden_size
    feature_width = _tensor(fused, "mlp1.layernorm.weight", "postfuse_module").shape[0] - text_width
    with torch.device("meta"):
        fusion = CharacterFusion(text_width, feature_width)
        unet = UNet2DConditionModel.from_config(UNet2DConditionModel.load_config(base / "unet"))
        vae = AutoencoderKL.from_config(AutoencoderKL.load_config(base / "vae"))
    image_encoder = _empty(CLIPVisionModelWithProjection, _vision_config(parts["image_encoder"]))
    _fill(text_encoder, _as_named_by(text_encoder, parts["text_encoder"], "text_model."), "text_encoder")
    _fill(image_encoder, parts["image_encoder"], "image_encoder")
    fold_normalisation(image_encoder.float())
    _fill(vae, _new_attention_names(parts["vae"]), "vae")
    _fill(unet, parts["unet"], "unet")
    _fill(fusion, fused, "postfuse_module")
    char_ldm = CharLDM(
        unet, vae, text_encoder, AutoTokenizer.from_pretrained(base / "tokenizer"),
        DDPMScheduler.from_pretrained(base / "scheduler"), image_encoder, fusion,
    )  # fmt: skip
    return char_ldm.float(), left_out


def second_stage(folder: Path, lm: Path | str, vision: Path | str) -> tuple[StoryLLM, dict[str, str]]:
    """The story LLM from the folder of the second stage, and which tensors were left out and why.

    `lm` is the language model it was trained over, a folder or hub id: only its config and tokenizer are read, and its
    weights where the story LLM is loaded. `vision` is the untouched CLIP whose pooled features it saw. Raises
    ValueError if a file is missing, if `lm` is no causal language model or of another width, or if a tensor is missing,
    too many, or of another shape than `model_args.json` says.
    """
    checkpoint = read_checkpoint(folder / "pretrained_ckpt.pth.tar")
    try:
        args = json.loads((folder / "model_args.json").read_text(encoding="utf-8"))
        num_image_tokens, num_queries, num_visual_tokens = (
            int(args[name]) for name in ("num_tokens", "num_clip_tokens", "n_visual_tokens")
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{folder}/model_args.json must tell num_tokens, num_clip_tokens and n_visual_tokens: {sentence_of(error)}"
        ) from error
    own, mapped, left_out = {}, {}, {}
    for name, tensor in checkpoint.items():
        reason = next((why for start, why in UNUSED.items() if name.startswith(start)), None)
        if reason:
            left_out[name] = reason
        elif name in OWN:
            own[OWN[name]] = tensor.float()
        elif name.startswith(MAPPER):
            mapped[name.removeprefix(MAPPER)] = tensor.float()
        else:
            raise ValueError(f"second stage: no part of the story LLM has the tensor {name}")

    try:
        with torch.device("meta"):
            model = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(lm))
        vision_encoder = load_vision_encoder(vision)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"second stage: {lm} must be a causal language model and {vision} a CLIP: {sentence_of(error)}"
        ) from error
    config = StoryLLMConfig(
        vision_encoder.config.hidden_size, num_image_tokens, num_visual_tokens, picture_first=True,
        lm=found_anywhere(lm), **MARKS,
    )  # fmt: skip
    story_llm = StoryLLM(model, AutoTokenizer.from_pretrained(lm), _mapper(mapped, num_queries), config, vision_encoder)
    wanted = story_llm.own_state()
    _check(wanted, own, "second stage")
    story_llm.load_state_dict(own, strict=False, assign=True)
    return story_llm, left_out


def _mapper(tensors: Mapping[str, Tensor], num_queries: int) -> EmbeddingMapper:
    """The mapper, of the sizes that its tensors have."""
    shape = lambda name: _tensor(tensors, name, "mapper").shape  # noqa: E731
    layers = lambda kind: len({n.split(".")[3] for n in tensors if n.startswith(f"tfm.{kind}.layers.")})  # noqa: E731
    hidden, width = shape("fc.weight")
    with torch.device("meta"):
        mapper = EmbeddingMapper(
            width, shape("model.weight")[0], num_queries, hidden, layers("encoder"), layers("decoder"),
            feedforward_width=shape("tfm.encoder.layers.0.linear1.weight")[0],
        )  # fmt: skip
    _fill(mapper, tensors, "mapper")
    return mapper


def _tensor(tensors: Mapping[str, Tensor], name: str, part: str) -> Tensor:
    if name not in tensors:
        raise ValueError(f"{part}: the tensor {name} is missing")
    return tensors[name]


def _empty(cls, config) -> nn.Module:
    with torch.device("meta"):
        return cls(config)


def _fill(module: nn.Module, tensors: Mapping[str, Tensor], part: str) -> None:
    """Give `module` exactly these tensors."""
    _check(module.state_dict(), tensors, part)
    module.load_state_dict(dict(tensors), assign=True)
    for name, buffer in module.named_buffers():  # made anew: neither of the two is in a checkpoint
        if buffer.is_meta:
            owner, _, leaf = name.rpartition(".")
            if leaf != "position_ids":
                raise ValueError(f"{part}: the buffer {name} is in no checkpoint")
            module.get_submodule(owner).register_buffer(leaf, torch.arange(buffer.shape[-1])[None], persistent=False)


def _check(wanted: Mapping[str, Tensor], tensors: Mapping[str, Tensor], part: str) -> None:
    """Raise ValueError unless both have the same names with the same shapes."""
    for what, names in (("misses", set(wanted) - set(tensors)), ("has unknown", set(tensors) - set(wanted))):
        if names:
            raise ValueError(f"{part} {what} {len(names)} tensors, such as {min(names)}")
    for name, value in wanted.items():
        if tensors[name].shape != value.shape:
            raise ValueError(f"{part}: {name} must be {tuple(value.shape)}, got {tuple(tensors[name].shape)}")


def _as_named_by(module: nn.Module, tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Tensor names with `prefix` where the installed library has it."""
    has_it = any(name.startswith(prefix) for name in module.state_dict())
    return {(prefix if has_it else "") + name.removeprefix(prefix): value for name, value in tensors.items()}


def _new_attention_names(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A VAE's tensors with the attention named as diffusers names it now; its 1x1 convolutions become matrices."""
    renamed = {}
    for name, tensor in tensors.items():
        parts = name.split(".")
        if "attentions" in parts:
            parts[-2] = OLD_ATTENTION.get(parts[-2], parts[-2])
            tensor = tensor.flatten(1) if tensor.ndim == 4 else tensor
        renamed[".".join(parts)] = tensor
    return renamed


def _vision_config(tensors: Mapping[str, Tensor]) -> CLIPVisionConfig:
    """The config of a CLIP vision tower, read off its tensors' shapes."""
    shape = lambda name: _tensor(tensors, name, "image_encoder").shape  # noqa: E731
    width = shape("vision_model.embeddings.class_embedding")[0]
    patch = shape("vision_model.embeddings.patch_embedding.weight")[-1]
    patches = shape("vision_model.embeddings.position_embedding.weight")[0] - 1
    return CLIPVisionConfig(
        hidden_size=width, patch_size=patch, image_size=patch * round(patches**0.5),
        intermediate_size=shape("vision_model.encoder.layers.0.mlp.fc1.weight")[0],
        num_hidden_layers=len({n.split(".")[3] for n in tensors if n.startswith("vision_model.encoder.layers.")}),
        num_attention_heads=max(1, width // HEAD_WIDTH), projection_dim=shape("visual_projection.weight")[0],
    )  # fmt: skip
