"""Distances between sets of pictures: closed forms, and torchmetrics."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from storygptv.evaluation.distances import frechet_distance, kernel_distance
from storygptv.evaluation.eyes import extract, load_extractor


def whitened(count: int, width: int, seed: int) -> torch.Tensor:
    """Samples whose mean is exactly 0 and whose covariance is exactly the identity."""
    samples = torch.randn(count, width, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    samples = samples - samples.mean(0)
    return samples @ torch.linalg.inv(torch.linalg.cholesky(torch.cov(samples.T))).T


def test_frechet_distance_of_gaussians_in_closed_form() -> None:
    one, other = whitened(300, 4, 0), whitened(500, 4, 1)
    scale, shift = torch.tensor([1.0, 2.0, 3.0, 0.5]), torch.tensor([0.0, 1.0, -2.0, 0.0])
    # |μ|² + Σ (1 - s)²: 1 + 4, and 0 + 1 + 4 + 0.25
    assert frechet_distance(one, other * scale + shift) == pytest.approx(5 + 5.25, abs=1e-9)
    # covariances that do not commute: tr(A + B - 2 (AB)^½) with the root out of a general eigenvalue solver
    mix_a, mix_b = torch.randn(2, 4, 4, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    a, b = mix_a @ mix_a.T, mix_b @ mix_b.T
    expected = a.trace() + b.trace() - 2 * torch.linalg.eigvals(a @ b).sqrt().real.sum()
    assert frechet_distance(one @ mix_a.T, other @ mix_b.T) == pytest.approx(expected.item(), abs=1e-8)


def test_frechet_distance_of_less_than_full_rank() -> None:
    one = whitened(300, 3, 0)
    flat = torch.cat((one, one[:, :1]), dim=1)  # more features than dimensions
    assert frechet_distance(flat, flat) == pytest.approx(0, abs=1e-6)
    assert frechet_distance(flat, flat + 2) == pytest.approx(16, abs=1e-6)
    assert frechet_distance(flat[:1], flat) is None and kernel_distance(flat, flat[:1]) is None
    assert frechet_distance(one[:, :1], one[:, :1] * 3) == pytest.approx(4)  # a single feature


class MeanColours(nn.Module):
    """An extractor: the mean colours of the four quarters of pictures uint8 (B, 3, H, W), 0 to 1."""

    num_features = 12

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return nn.functional.adaptive_avg_pool2d(pictures.double() / 255, 2).flatten(1)


def pictures(count: int, seed: int) -> torch.Tensor:
    return torch.randint(0, 256, (count, 3, 8, 8), generator=torch.Generator().manual_seed(seed), dtype=torch.uint8)


def test_distances_are_those_of_torchmetrics() -> None:
    from torchmetrics.image.fid import FrechetInceptionDistance
    from torchmetrics.image.kid import KernelInceptionDistance

    drawn, true, extractor = pictures(70, 0) // 2, pictures(90, 1), MeanColours()
    fid = FrechetInceptionDistance(feature=extractor, normalize=False).set_dtype(torch.float64)
    kid = KernelInceptionDistance(feature=extractor, subsets=1, subset_size=70, normalize=False)
    for metric in (fid, kid):
        for part in drawn.split(32):  # the last batch is a smaller one
            metric.update(part, real=False)
        for part in true[:70].split(32) if metric is kid else true.split(32):
            metric.update(part, real=True)
    assert frechet_distance(extractor(drawn), extractor(true)) == pytest.approx(fid.compute().item(), abs=1e-6)
    assert kernel_distance(extractor(drawn), extractor(true[:70])) == pytest.approx(kid.compute()[0].item(), rel=1e-4)


class WithFeatures(MeanColours):
    """One that gives classes unless asked for its features, as the Inception of StyleGAN does."""

    def forward(self, pictures: torch.Tensor, return_features: bool = False) -> torch.Tensor:
        features = nn.functional.adaptive_avg_pool2d(pictures.double() / 255, 2).flatten(1)
        return features if return_features else features[:, :2]


@pytest.mark.parametrize("kind", [MeanColours, WithFeatures])
def test_an_extractor_out_of_a_file_sees_every_picture(kind, tmp_path) -> None:
    torch.jit.script(kind()).save(tmp_path / "network.pt")
    seen = pictures(37, 3)  # the last batch is a smaller one
    features = extract(load_extractor(tmp_path / "network.pt", "cpu"), seen.permute(0, 2, 3, 1).numpy(), "cpu")
    torch.testing.assert_close(features, MeanColours()(seen).float())


def test_what_is_no_extractor(tmp_path) -> None:
    (tmp_path / "network.pt").write_text("weights")
    with pytest.raises(ValueError, match="inception: expected a TorchScript file, got"):
        load_extractor(tmp_path / "network.pt", "cpu")
    with pytest.raises(
        ValueError, match=r"inception: must give features \(2, D\) for so many pictures, got \(2, 3, 8, 8\)"
    ):
        extract(nn.Identity(), np.zeros((2, 8, 8, 3), np.uint8), "cpu")
