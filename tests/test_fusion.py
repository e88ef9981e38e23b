"""Character-augmented text (eq. 1) and the mapper, against independent computations."""

from __future__ import annotations

import torch
from torch.nn import functional

from storygptv.models.fusion import CharacterFusion
from storygptv.models.mapper import EmbeddingMapper

TEXT, FEATURE, TOKENS = 6, 4, 5


def scene() -> tuple[CharacterFusion, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Two texts; in the first both characters are named, one of them twice, in the second nobody."""
    mask = torch.zeros(2, 2, TOKENS, dtype=torch.bool)
    mask[0, 0, [1, 4]] = mask[0, 1, 2] = True
    return (
        CharacterFusion(TEXT, FEATURE).eval(),
        torch.randn(2, TOKENS, TEXT),
        torch.randn(2, 2, FEATURE),
        mask,
    )


@torch.no_grad()
def test_only_name_tokens_change():
    fusion, text, features, mask = scene()
    fused = fusion(text, features, mask)
    changed = (fused != text).any(-1)
    assert torch.equal(changed, mask.any(1))
    assert torch.equal(fused[1], text[1])  # nobody named: the plain text, exactly


@torch.no_grad()
def test_each_name_takes_its_own_character():
    fusion, text, features, mask = scene()
    fused = fusion(text, features, mask)
    for character, token in ((0, 1), (0, 4), (1, 2)):
        torch.testing.assert_close(fused[0, token], fusion.fuse(text[0, token], features[0, character]))


@torch.no_grad()
def test_a_text_is_fused_alone_as_in_a_batch():
    fusion, text, features, mask = scene()
    torch.testing.assert_close(fusion(text[:1], features[:1], mask[:1]), fusion(text, features, mask)[:1])


@torch.no_grad()
def test_eq_1_by_an_independent_computation():
    fusion, text, features, _ = scene()
    w = dict(fusion.named_parameters())

    def norm(x, name):
        x = (x - x.mean(-1, keepdim=True)) / (x.var(-1, unbiased=False, keepdim=True) + 1e-5).sqrt()
        return x * w[f"{name}.weight"] + w[f"{name}.bias"]

    def mlp(x, name):
        hidden = functional.gelu(norm(x, f"{name}.layernorm") @ w[f"{name}.fc1.weight"].T + w[f"{name}.fc1.bias"])
        return hidden @ w[f"{name}.fc2.weight"].T + w[f"{name}.fc2.bias"]

    token, feature = text[0, 0], features[0, 0]
    mixed = mlp(torch.cat((token, feature)), "mlp1") + token
    torch.testing.assert_close(fusion.fuse(token, feature), norm(mixed + mlp(mixed, "mlp2"), "layer_norm"))


def test_fusion_works_under_bfloat16_autocast_and_keeps_other_tokens_exact():
    fusion, text, features, mask = scene()
    with torch.autocast("cpu", torch.bfloat16):
        fused = fusion(text, features, mask)
    assert fused.dtype == text.dtype and torch.equal(fused[1], text[1])
    fused.sum().backward()
    assert all(parameter.grad is not None for parameter in fusion.parameters())


@torch.no_grad()
def test_fusion_survives_the_way_to_disk(tmp_path):
    fusion, text, features, mask = scene()
    fusion.save_pretrained(tmp_path)
    assert torch.equal(CharacterFusion.from_pretrained(tmp_path)(text, features, mask), fusion(text, features, mask))


@torch.no_grad()
def test_mapper_by_an_independent_computation():
    """One encoder and one decoder layer in plain tensor algebra, with the pre-norm order written out."""
    mapper = EmbeddingMapper(6, 5, 7, 8, 1, 1, 2, 12).eval()
    w = dict(mapper.named_parameters())

    def linear(x, name):
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    def norm(x, name):
        return functional.layer_norm(x, (8,), w[f"{name}.weight"], w[f"{name}.bias"])

    def attend(x, context, name):
        weights, biases = w[f"{name}.in_proj_weight"].chunk(3), w[f"{name}.in_proj_bias"].chunk(3)
        q, k, v = (y @ a.T + b for y, a, b in zip((x, context, context), weights, biases, strict=True))
        heads = [
            (q[:, h] @ k[:, h].T / 2).softmax(-1) @ v[:, h] for h in (slice(0, 4), slice(4, 8))
        ]  # two heads of width 4
        return linear(torch.cat(heads, -1), f"{name}.out_proj")

    def feed(x, layer):
        return linear(linear(x, f"{layer}.linear1").relu(), f"{layer}.linear2")

    hidden_states = torch.randn(3, 6)
    x, layer = linear(hidden_states, "fc"), "tfm.encoder.layers.0"
    y = norm(x, f"{layer}.norm1")
    x = x + attend(y, y, f"{layer}.self_attn")
    x = x + feed(norm(x, f"{layer}.norm2"), layer)
    memory = norm(x, "tfm.encoder.norm")
    x, layer = w["query_embs"][0], "tfm.decoder.layers.0"
    y = norm(x, f"{layer}.norm1")
    x = x + attend(y, y, f"{layer}.self_attn")
    x = x + attend(norm(x, f"{layer}.norm2"), memory, f"{layer}.multihead_attn")
    x = x + feed(norm(x, f"{layer}.norm3"), layer)
    expected = linear(norm(x, "tfm.decoder.norm"), "model")
    torch.testing.assert_close(mapper(hidden_states[None])[0], expected, atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_mapper_alone_as_in_a_batch_and_after_the_way_to_disk(tmp_path):
    mapper = EmbeddingMapper(6, 5, 7, 8, 1, 1, 2, 12).eval()
    hidden_states = torch.randn(3, 2, 6)
    mapped = mapper(hidden_states)
    assert mapped.shape == (3, 7, 5)
    torch.testing.assert_close(mapper(hidden_states[1:2]), mapped[1:2], atol=1e-5, rtol=1e-5)
    mapper.save_pretrained(tmp_path)
    assert torch.equal(EmbeddingMapper.from_pretrained(tmp_path)(hidden_states), mapped)
