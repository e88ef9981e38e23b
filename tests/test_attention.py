"""Recording cross-attention: a spectator, never a player."""

from __future__ import annotations

import pytest
import torch
from conftest import LENGTH, TEXT_WIDTH, plain_vae, tiny_unet
from diffusers.models.attention_processor import AttnProcessor

from storygptv.data.store import StoryData
from storygptv.evaluation.attention import inside_masks
from storygptv.evaluation.maps import attention_scores
from storygptv.models.attention import mention_weights, record_cross_attention
from storygptv.models.char_ldm import CharLDM

EVERY_TOKEN = torch.eye(LENGTH).expand(2, -1, -1)


@pytest.fixture
def inputs() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    return torch.randn(2, 4, 4, 4), torch.tensor([10, 700]), torch.randn(2, LENGTH, TEXT_WIDTH)


def unet_with(kind: str):
    unet = tiny_unet().eval()
    if kind == "plain":
        unet.set_attn_processor(AttnProcessor())
    return unet


KINDS = pytest.mark.parametrize("kind", ["fused", "plain"])


@KINDS
@torch.no_grad()
def test_recording_changes_nothing_and_restores_the_processors(inputs, kind):
    unet = unet_with(kind)
    before = dict(unet.attn_processors)
    plain = unet(*inputs).sample
    with record_cross_attention(unet, EVERY_TOKEN) as record:
        recorded = unet(*inputs).sample
    torch.testing.assert_close(recorded, plain, atol=1e-5, rtol=1e-5)
    assert unet.attn_processors == before
    torch.testing.assert_close(unet(*inputs).sample, plain, atol=0, rtol=0)
    assert len(record) == sum(".attn2." in name for name in before) == 4


@KINDS
@torch.no_grad()
def test_records_are_probabilities_in_layer_order(inputs, kind):
    unet = unet_with(kind)
    with record_cross_attention(unet, EVERY_TOKEN) as record:
        unet(*inputs)
    assert [tuple(probs.shape) for probs in record] == [(2, 2, 4, LENGTH)] * 4  # two heads, 2 x 2 positions
    for probs in record:
        torch.testing.assert_close(probs.sum(-1), torch.ones(probs.shape[:-1]))


@KINDS
@torch.no_grad()
def test_records_of_characters_are_the_mean_over_their_mentions(inputs, kind):
    unet = unet_with(kind)
    named = torch.zeros(2, 3, LENGTH, dtype=torch.bool)
    named[0, 0, [1, 4]] = named[0, 1, 2] = named[1, 0, 3] = True
    with record_cross_attention(unet, EVERY_TOKEN) as tokens:
        unet(*inputs)
    with record_cross_attention(unet, mention_weights(named)) as characters:
        unet(*inputs)
    for probs, got in zip(tokens, characters, strict=True):
        assert got.shape == (*probs.shape[:-1], 3)
        expected = torch.stack(
            (
                torch.stack((probs[0, ..., [1, 4]].mean(-1), probs[0, ..., 2], torch.zeros_like(probs[0, ..., 0])), -1),
                torch.stack((probs[1, ..., 3], *[torch.zeros_like(probs[0, ..., 0])] * 2), -1),
            )
        )
        torch.testing.assert_close(got, expected, atol=1e-6, rtol=1e-5)


def test_processors_are_restored_after_an_error():
    unet = tiny_unet()
    before = dict(unet.attn_processors)
    with pytest.raises(RuntimeError, match="interrupted"), record_cross_attention(unet, EVERY_TOKEN):
        raise RuntimeError("interrupted")
    assert unet.attn_processors == before


def test_gradients_flow_through_what_is_recorded(inputs):
    unet = tiny_unet()
    with record_cross_attention(unet, EVERY_TOKEN) as record:
        unet(*inputs)
    sum(probs.square().mean() for probs in record).backward()
    trained = [n for n, p in unet.named_parameters() if p.grad is not None and p.grad.abs().sum() > 0]
    assert any("attn2.to_k" in name for name in trained) and any("attn2.to_q" in name for name in trained)


def test_the_share_inside_a_mask_by_hand():
    masks = torch.zeros(1, 3, 4, 4)
    masks[0, 0, :2, :2] = 1  # a quarter: one cell of a 2 x 2 map
    masks[0, 1, :, 2:] = 1  # the right half
    masks[0, 2, 0, 0] = 1  # less than one cell of a 2 x 2 map
    attention = torch.tensor([[4.0, 1.0, 1.0], [2.0, 3.0, 1.0], [1.0, 1.0, 1.0], [1.0, 3.0, 1.0]])  # (N, K)
    two_heads = torch.stack((attention * 0.5, attention * 1.5))[None]  # whose mean it is
    everybody = torch.ones(1, 3, dtype=torch.bool)
    shares, areas = inside_masks([two_heads], everybody, masks)
    assert shares.tolist() == [0.5, 0.75] and areas.tolist() == [0.25, 0.5]
    shares, _ = inside_masks([two_heads], torch.tensor([[False, True, True]]), masks)
    assert shares.tolist() == [0.75]
    even = torch.ones(1, 1, 16, 3)  # a finer map too, on which the third one counts
    shares, areas = inside_masks([two_heads, even], everybody, masks)
    assert shares.tolist()[2:] == areas.tolist()[2:] == [0.25, 0.5, 1 / 16]
    assert [len(values) for values in inside_masks([], everybody, masks)] == [0, 0]


def test_attention_in_the_true_pictures_of_a_data_set(char_ldm, toon_folder):
    parts = (char_ldm.text_encoder, char_ldm.tokenizer, char_ldm.scheduler, char_ldm.image_encoder, char_ldm.fusion)
    char_ldm = CharLDM(tiny_unet(latent_size=16), plain_vae(), *parts).eval()  # whose maps show more than four cells
    data = StoryData.load(toon_folder)
    rows = list(range(len(data.frames)))
    scores = attention_scores(char_ldm, data, rows, batch_size=5)
    # a model that has learnt nothing attends anywhere
    assert 0 < scores["attention_in_mask"] < 1
    assert scores["attention_in_mask"] == pytest.approx(scores["attention_in_mask_chance"], abs=0.1)
    assert scores == attention_scores(char_ldm, data, rows, batch_size=5)
    other = attention_scores(char_ldm, data, rows, batch_size=12)
    assert other["attention_in_mask"] == pytest.approx(scores["attention_in_mask"], abs=1e-5)
