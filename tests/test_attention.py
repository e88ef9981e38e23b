"""Recording cross-attention: a spectator, never a player."""

from __future__ import annotations

import pytest
import torch
from conftest import LENGTH, TEXT_WIDTH, tiny_unet

from storygptv.models.attention import record_cross_attention


@pytest.fixture
def inputs() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    return torch.randn(2, 4, 4, 4), torch.tensor([10, 700]), torch.randn(2, LENGTH, TEXT_WIDTH)


@torch.no_grad()
def test_recording_changes_nothing_and_restores_the_processors(inputs):
    unet = tiny_unet().eval()
    before = dict(unet.attn_processors)
    plain = unet(*inputs).sample
    with record_cross_attention(unet) as record:
        recorded = unet(*inputs).sample
    torch.testing.assert_close(recorded, plain, atol=1e-5, rtol=1e-5)
    assert unet.attn_processors == before
    torch.testing.assert_close(unet(*inputs).sample, plain, atol=0, rtol=0)
    assert len(record) == sum(".attn2." in name for name in before) == 4


@torch.no_grad()
def test_records_are_probabilities_in_layer_order(inputs):
    unet = tiny_unet().eval()
    with record_cross_attention(unet) as record:
        unet(*inputs)
    assert [tuple(probs.shape) for probs in record] == [(2, 2, 4, LENGTH)] * 4  # two heads, 2 x 2 positions
    for probs in record:
        torch.testing.assert_close(probs.sum(-1), torch.ones(probs.shape[:-1]))


def test_processors_are_restored_after_an_error():
    unet = tiny_unet()
    before = dict(unet.attn_processors)
    with pytest.raises(RuntimeError, match="interrupted"), record_cross_attention(unet):
        raise RuntimeError("interrupted")
    assert unet.attn_processors == before


def test_gradients_flow_through_what_is_recorded(inputs):
    unet = tiny_unet()
    with record_cross_attention(unet) as record:
        unet(*inputs)
    sum(probs.square().mean() for probs in record).backward()
    trained = [n for n, p in unet.named_parameters() if p.grad is not None and p.grad.abs().sum() > 0]
    assert any("attn2.to_k" in name for name in trained) and any("attn2.to_q" in name for name in trained)
