"""Recording cross-attention: a spectator, never a player."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from conftest import LENGTH, TEXT_WIDTH, plain_vae, tiny_unet
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor

from storygptv.data.masks import character_masks
from storygptv.data.pictures import resized_mask
from storygptv.data.store import StoryData
from storygptv.evaluation.attention import inside_masks
from storygptv.evaluation.maps import _overlap, attention_scores, found_scores
from storygptv.models.attention import mention_weights, record_cross_attention
from storygptv.models.char_ldm import CharLDM
from storygptv.training.losses import cross_attention_loss

EVERY_TOKEN = torch.eye(LENGTH).expand(2, -1, -1)


@pytest.fixture
def inputs() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    return torch.randn(2, 4, 4, 4), torch.tensor([10, 700]), torch.randn(2, LENGTH, TEXT_WIDTH)


def sd2_unet() -> UNet2DConditionModel:
    """Laid out as Stable Diffusion 2: linear projections, and each level with heads of its own number."""
    changes = {
        "use_linear_projection": True, "attention_head_dim": [2, 4],
        "down_block_types": ("CrossAttnDownBlock2D",) * 2, "up_block_types": ("CrossAttnUpBlock2D",) * 2,
    }  # fmt: skip
    return UNet2DConditionModel.from_config(dict(tiny_unet().config) | changes)


def unet_with(kind: str, layout: str):
    unet = (sd2_unet() if layout == "sd2" else tiny_unet()).eval()
    if kind == "plain":
        unet.set_attn_processor(AttnProcessor())
    return unet


# heads and positions of every cross-attention, in the order in which they are computed
FINE, COARSE = (2, 16), (4, 4)
LAYERS = {"sd1": [(2, 4)] * 4, "sd2": [FINE, COARSE, COARSE, COARSE, COARSE, FINE, FINE]}


def every_unet(test):
    """For both ways in which diffusers computes attention, and the layouts of both Stable Diffusions."""
    return pytest.mark.parametrize("kind", ["fused", "plain"])(pytest.mark.parametrize("layout", LAYERS)(test))


class Storing:
    """Attention as diffusers computes it where the probabilities of every token are held, kept in `stored`."""

    def __init__(self, stored: list[torch.Tensor]):
        self.stored = stored

    def __call__(self, attn, hidden_states, encoder_hidden_states=None, attention_mask=None, **kwargs):
        query, key, value = (
            attn.head_to_batch_dim(to(x))
            for to, x in (
                (attn.to_q, hidden_states), (attn.to_k, encoder_hidden_states), (attn.to_v, encoder_hidden_states)
            )
        )  # fmt: skip
        probs = attn.get_attention_scores(query, key, attention_mask)
        self.stored.append(probs.unflatten(0, (-1, attn.heads)))
        return attn.to_out[1](attn.to_out[0](attn.batch_to_head_dim(probs @ value)))


@every_unet
@torch.no_grad()
def test_recording_changes_nothing_and_restores_the_processors(inputs, kind, layout):
    unet = unet_with(kind, layout)
    before = dict(unet.attn_processors)
    plain = unet(*inputs).sample
    with record_cross_attention(unet, EVERY_TOKEN) as record:
        recorded = unet(*inputs).sample
    torch.testing.assert_close(recorded, plain, atol=1e-5, rtol=1e-5)
    assert unet.attn_processors == before
    torch.testing.assert_close(unet(*inputs).sample, plain, atol=0, rtol=0)
    assert len(record) == sum(".attn2." in name for name in before) == len(LAYERS[layout])


@every_unet
@torch.no_grad()
def test_records_are_probabilities_in_layer_order(inputs, kind, layout):
    unet = unet_with(kind, layout)
    with record_cross_attention(unet, EVERY_TOKEN) as record:
        unet(*inputs)
    assert [tuple(probs.shape) for probs in record] == [(2, *layer, LENGTH) for layer in LAYERS[layout]]
    for probs in record:
        torch.testing.assert_close(probs.sum(-1), torch.ones(probs.shape[:-1]))


@every_unet
@torch.no_grad()
def test_records_of_characters_are_the_mean_over_their_mentions(inputs, kind, layout):
    unet = unet_with(kind, layout)
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


@every_unet
def test_supervision_is_that_of_probabilities_which_are_stored(inputs, kind, layout):
    """L_reg and its gradients are those of probabilities that diffusers computes and holds, token by token."""
    unet, named = unet_with(kind, layout), torch.zeros(2, 3, LENGTH, dtype=torch.bool)
    named[0, 0, [1, 4]] = named[0, 1, 2] = named[1, 0, 3] = True
    masks = torch.zeros(2, 3, 4, 4)
    masks[0, 0, :2], masks[0, 1, 2:], masks[1, 0, :, 2:] = 1, 1, 1
    trained = [p for name, p in unet.named_parameters() if ".attn2.to_q" in name or ".attn2.to_k" in name]

    def supervised(attention: list[torch.Tensor]) -> tuple[torch.Tensor, ...]:
        loss = cross_attention_loss(attention, named.any(-1), masks)
        return loss, *torch.autograd.grad(loss, trained)

    with record_cross_attention(unet, mention_weights(named)) as record:
        unet(*inputs)
    got, stored = supervised(record), []
    unet.set_attn_processor(
        {name: Storing(stored) if ".attn2." in name else old for name, old in unet.attn_processors.items()}
    )
    unet(*inputs)
    weights = named / named.sum(-1, keepdim=True).clamp(min=1)
    expected = supervised([torch.einsum("bhnt,bkt->bhnk", probs, weights) for probs in stored])
    assert len(stored) == len(LAYERS[layout]) and all(gradient.abs().sum() > 0 for gradient in expected)
    torch.testing.assert_close(got, expected, atol=1e-6, rtol=1e-4)


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


def test_overlap_by_hand():
    masks = torch.zeros(1, 3, 2, 2, dtype=torch.bool)
    masks[0, 0, 0] = masks[0, 1, 0, 0] = True
    others = torch.zeros(1, 3, 2, 2, dtype=torch.bool)
    others[0, 0, :, 0] = others[0, 1, 1, 1] = True
    assert torch.allclose(_overlap(masks, others), torch.tensor([[1 / 3, 0.0, 0.0]]))
    assert _overlap(masks, masks).tolist() == [[1, 1, 0]]


@pytest.mark.parametrize("size", [32, 64])  # as large as the pictures, or the model draws larger ones
def test_whoever_is_found_where_they_are_is_found_whole(char_ldm, toon_folder, monkeypatch, size):
    data, told = StoryData.load(toon_folder), []
    rows, characters = [row for rows in data.stories for row in rows], data.text("characters")
    ids = np.stack([resized_mask(each, size) for each in data.segmentations(rows)])
    true = torch.from_numpy(character_masks(ids, 4)) > 0
    shown, named_in = {"masks": true}, []

    def find_as_shown(self, pictures, prompt_embeds, named):
        assert pictures.shape[-1] == size
        named_in.append(named.any(-1))
        masks, shown["masks"] = shown["masks"][: len(pictures)], shown["masks"][len(pictures) :]
        return masks

    monkeypatch.setattr(CharLDM, "image_size", size)
    monkeypatch.setattr(CharLDM, "find_characters", find_as_shown)
    scores = found_scores(char_ldm, data, len(data), 5, lambda *at: told.append(at))
    asked = true.flatten(2).any(-1) & torch.cat(named_in)
    assert 0 < asked.sum() < true.flatten(2).any(-1).sum()  # some names are cut off, whose owners are not asked for
    alone = any(asked[frame, 0] and len(characters[row]) == 1 for frame, row in enumerate(rows))
    assert scores["found_iou"] == scores["found"] == 1 and scores["found_iou_alone"] == (1 if alone else None)
    assert 0 < scores["found_iou_chance"] < 0.5 and scores["num_frames"] == len(rows)
    assert told[-1] == (len(rows), len(rows)) and told[0] == (5, len(rows))
    half = true.clone()
    half[..., : size // 2, :] = False
    shown["masks"] = half  # the lower half of everybody
    lower = (half.flatten(2).sum(-1) / true.flatten(2).sum(-1).clamp(min=1))[asked]
    assert found_scores(char_ldm, data, len(data), 5)["found_iou"] == pytest.approx(lower.double().mean().item())
    shown["masks"] = torch.zeros_like(true)
    nobody = found_scores(char_ldm, data, len(data), 5)
    assert nobody["found_iou"] == nobody["found"] == 0
    shown["masks"] = true
    assert found_scores(char_ldm, data, 1, 5)["found_iou_chance"] is None  # there is no other story
    with pytest.raises(ValueError, match="stories: must be 1 to"):
        found_scores(char_ldm, data, len(data) + 1)
    data.has_segmentation[:] = [False] * len(data.frames)
    with pytest.raises(ValueError, match="data: must have masks to hold what is found against, no frame has one"):
        found_scores(char_ldm, data, 1)
