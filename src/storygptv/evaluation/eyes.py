"""What looks at pictures: the judge, and whatever else the user has, an Inception network or a captioner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from storygptv.evaluation.captions import Captioner
from storygptv.evaluation.judge import Judge
from storygptv.evaluation.labels import judge_pictures

INCEPTION_BATCH = 32


@dataclass(frozen=True)
class Eyes:
    """All that looks at a picture. `extractor` takes pictures uint8 (B, 3, H, W), 0 to 255, and gives the features
    (B, D) of `inception_fid`; `captioner` says what it sees."""

    judge: Judge
    extractor: nn.Module | None = None
    captioner: Captioner | None = None

    def see(self, pictures: np.ndarray, batch_size: int = 64) -> dict[str, Any]:
        """What the judge sees in pictures uint8 (N, H, W, 3), as `judge_pictures`; with an extractor `inception`
        features (N, D), with a captioner N `captions`."""
        seen: dict[str, Any] = judge_pictures(self.judge, pictures, batch_size)
        if self.extractor is not None:
            seen["inception"] = extract(self.extractor, pictures, self.judge.device)
        if self.captioner is not None:
            seen["captions"] = self.captioner(pictures)
        return seen


def together(parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What was seen in several batches of pictures as in one."""
    joined: dict[str, Any] = {}
    for name, first in parts[0].items():
        values = [part[name] for part in parts]
        joined[name] = torch.cat(values) if isinstance(first, Tensor) else [each for value in values for each in value]
    return joined


def load_extractor(file: Path, device: str) -> nn.Module:
    """A TorchScript file that takes pictures uint8 (B, 3, H, W), 0 to 255, and gives their features (B, D), such as
    StyleGAN's `inception-2015-12-05.pt`, whose `return_features` is set. Raises ValueError for any other file."""
    try:
        network = torch.jit.load(file, map_location=device).eval()
    except (RuntimeError, ValueError, OSError) as error:
        raise ValueError(f"inception: expected a TorchScript file, got {file}") from error
    if "return_features" not in {argument.name for argument in network.forward.schema.arguments}:
        return network
    return _Features(network)


class _Features(nn.Module):
    """A network that is asked for its features in place of its classes."""

    def __init__(self, network: nn.Module):
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor) -> Tensor:
        return self.network(pictures, return_features=True)


@torch.no_grad()
def extract(extractor: nn.Module, pictures: np.ndarray, device: torch.device) -> Tensor:
    """The features (N, D) of pictures uint8 (N, H, W, 3). Raises ValueError where they have another form."""
    parts = []
    for start in range(0, len(pictures), INCEPTION_BATCH):
        batch = np.ascontiguousarray(pictures[start : start + INCEPTION_BATCH].transpose(0, 3, 1, 2))
        features = extractor(torch.from_numpy(batch).to(device))
        if not isinstance(features, Tensor) or features.shape[:-1] != (len(batch),):
            got = tuple(features.shape) if isinstance(features, Tensor) else type(features).__name__
            raise ValueError(f"inception: must give features ({len(batch)}, D) for so many pictures, got {got}")
        parts.append(features.float().cpu())
    return torch.cat(parts)
