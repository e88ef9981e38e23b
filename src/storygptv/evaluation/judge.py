"""The judge: a small classifier that says who, what and where is in a picture, who wears what, and what who acts does.

It has no weights in common with CLIP or the VAE (a quarter of its training pictures went through the VAE): a ResNet
backbone and a transformer decoder with one query for each character, one for each prop and one for the scene.
Q characters, B batch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import Tensor, nn
from torch.nn import functional
from transformers import ResNetConfig, ResNetModel

from storygptv.data.schema import DataInfo

_LOOKS = ("attributes", "place_attributes")
_LISTS = ("places", "actions", "props", *_LOOKS)


class Judge(ModelMixin, ConfigMixin):
    """Labels of pictures (B, 3, H, W) in [-1, 1]; what can be labelled is in the config.

    `attributes` and `place_attributes` map the untold looks of characters and places to their values. `trained_on`
    is what `judged_data` says of the data set it was trained on, None where that is not known. A character is present
    above the probability `threshold`, at the `temperature` that `calibrate` fixed with it on `calibrated_on`.
    """

    @register_to_config
    def __init__(
        self, characters: list[str], places: list[str], actions: list[str], props: list[str],
        attributes: dict[str, list[str]], place_attributes: dict[str, list[str]],
        hidden_sizes: tuple[int, ...] = (40, 80, 144), depths: tuple[int, ...] = (2, 2, 2),
        image_size: int = 128, num_layers: int = 2, trained_on: dict[str, Any] | None = None,
        temperature: float = 1.0, threshold: float = 0.5, calibrated_on: dict[str, Any] | None = None,
    ):  # fmt: skip
        super().__init__()
        width = hidden_sizes[-1]
        self.backbone = ResNetModel(
            ResNetConfig(embedding_size=32, hidden_sizes=list(hidden_sizes), depths=list(depths), layer_type="basic")
        )
        side = image_size // 4 // 2 ** (len(hidden_sizes) - 1)
        self.position_embeds = nn.Parameter(torch.randn(1, side * side, width) * 0.02)
        self.queries = nn.Parameter(torch.randn(1, len(characters) + len(props) + 1, width) * 0.02)
        layer = nn.TransformerDecoderLayer(width, 4, 2 * width, dropout=0.0, batch_first=True, norm_first=True)
        self.decoder = nn.TransformerDecoder(layer, num_layers)
        self.norm = nn.LayerNorm(width)
        self.presence = nn.Linear(width, 1)
        self.prop_presence = nn.Linear(width, 1)
        told_of_each = {**attributes, "action": actions}
        self.character_heads = nn.ModuleDict({k: nn.Linear(width, len(v)) for k, v in told_of_each.items() if len(v)})
        scene = {"place": places, "count": range(6), **place_attributes}
        self.scene_heads = nn.ModuleDict({k: nn.Linear(2 * width, len(v)) for k, v in scene.items() if len(v)})

    def forward(self, pixel_values: Tensor) -> dict[str, Tensor]:
        """Logits: `characters` (B, Q); each character attribute and `action`, what each does (B, Q, values); `place`,
        `count` (0 to 5) and each place attribute (B, values); `props` (B, props), one sigmoid each."""
        return self.read(pixel_values)[0]

    def read(self, pixel_values: Tensor) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Logits as `forward` gives them, and what they are read from: the backbone's `features` averaged over the
        picture (B, width), and the `character_features` (B, Q, width) that each character's query gathers."""
        size = self.config.image_size
        if pixel_values.shape[-2:] != (size, size):
            pixel_values = functional.interpolate(pixel_values, (size, size), mode="area")
        features = self.backbone(pixel_values).last_hidden_state
        tokens = features.flatten(2).transpose(1, 2) + self.position_embeds  # (B, N, width)
        answers = self.norm(self.decoder(self.queries.expand(len(tokens), -1, -1), tokens))
        num_people = len(self.config.characters)
        people, props = answers[:, :num_people], answers[:, num_people:-1]
        pooled = features.mean((2, 3))
        scene = torch.cat((answers[:, -1], pooled), dim=-1)
        logits = {"characters": self.presence(people)[..., 0]}
        if self.config.props:
            logits["props"] = self.prop_presence(props)[..., 0]
        logits |= {name: head(people) for name, head in self.character_heads.items()}
        logits |= {name: head(scene) for name, head in self.scene_heads.items()}
        return logits, {"features": pooled, "character_features": people}

    def present(self, logits: Tensor) -> Tensor:
        """Who is there, bool, by the logits of `characters`."""
        return logits.float() > self.config.temperature * math.log(self.config.threshold / (1 - self.config.threshold))

    def labels(self, record: Mapping[str, Any]) -> dict[str, Tensor]:
        """A frame's record as the targets of `forward`; -100 where it says nothing. Its action is what its agent does,
        or, where it names none, everybody in it."""
        config = self.config
        present = [name in record["characters"] for name in config.characters]
        agents = [record["agent"]] if record["agent"] else record["characters"]
        targets = {
            "characters": torch.tensor(present, dtype=torch.float32),
            "count": torch.tensor(min(5, len(record["characters"]))),
            "place": _index(config.places, record["place"]),
            "action": torch.stack(
                [_index(config.actions, record["action"] if name in agents else None) for name in config.characters]
            ),
            "props": torch.tensor([float(prop in (record["props"] or ())) for prop in config.props]),
        }
        looks = {(look["character"], look["attribute"]): look["value"] for look in record["looks"] or ()}
        for attribute, values in config.attributes.items():
            targets[attribute] = torch.stack(
                [_index(values, looks.get((name, attribute))) for name in config.characters]
            )
        place_looks = {look["attribute"]: look["value"] for look in record["place_looks"] or ()}
        for attribute, values in config.place_attributes.items():
            targets[attribute] = _index(values, place_looks.get(attribute))
        return targets


def judged_data(info: DataInfo) -> dict[str, Any]:
    """What a judge keeps of the data set it is trained on."""
    return {"name": info.name, "split": info.split, "fingerprint": info.fingerprint, "made_from": info.made_from}


def check_judge(judge: Judge, info: DataInfo) -> str:
    """In a sentence, how it is known that a judge was trained on this kind of data. Raises ValueError if it was not:
    by its fingerprint, or, where it keeps none, by its lists of labels."""
    trained_on = judge.config.trained_on
    if trained_on is not None:
        if trained_on["fingerprint"] != info.fingerprint:
            raise ValueError(
                f"judge: must be trained on the data set it judges, {info.name!r} of fingerprint {info.fingerprint}, "
                f"got one trained on {trained_on['name']!r} of fingerprint {trained_on['fingerprint']}"
            )
        fixed_on = judge.config.calibrated_on or {"split": None}
        used = info.split in (trained_on["split"], fixed_on["split"])
        fixed = f", its threshold fixed on {fixed_on['split']}" if fixed_on["split"] else ""
        held_out = "; what is judged is no other, so that how far it is to be trusted is not held out" if used else ""
        return f"The judge was trained on this data set's {trained_on['split']} split{fixed}{held_out}."
    check_labels(judge, info)
    return "The judge does not say what it was trained on; its lists of labels are this data set's."


def check_labels(judge: Judge, info: DataInfo) -> None:
    """ValueError unless a judge's lists of labels are those of a data set."""
    lists = {"characters": info.names} | {name: getattr(info, name) for name in _LISTS}
    for name, labels in lists.items():
        known = judge.config[name]
        plain = {key: list(values) for key, values in labels.items()} if name in _LOOKS else list(labels)
        if known != plain:
            raise ValueError(f"judge: its {name} must be the data set's, {plain}, got {known}")


def _index(values: list[str], value: str | None) -> Tensor:
    return torch.tensor(values.index(value) if value in values else -100)
