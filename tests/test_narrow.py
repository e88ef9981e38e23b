"""A frozen language model whose weights lie in bf16 computes as it would in float32, there and back."""

from __future__ import annotations

import copy

import pytest
import torch
from conftest import tiny_llama, tiny_opt
from peft import LoraConfig

from storygptv.models.narrow import keep_narrow


def test_what_is_trained_is_wide():
    lm = tiny_llama(50).bfloat16().requires_grad_(False)
    layer = lm.model.layers[0].mlp
    layer.up_proj.weight.requires_grad_(True)
    keep_narrow(lm)
    assert layer.up_proj.weight.dtype == torch.float32 and layer.down_proj.weight.dtype == torch.bfloat16
    lm(torch.tensor([[1, 2, 3]])).logits.sum().backward()
    assert layer.up_proj.weight.grad.abs().sum() > 0 and layer.down_proj.weight.grad is None


@pytest.mark.parametrize(
    "make", [lambda: tiny_llama(50, tied=True), lambda: tiny_llama(50, tied=False), lambda: tiny_opt(50)]
)
def test_it_computes_in_float32_from_weights_in_bf16(make):
    narrow = make().bfloat16().requires_grad_(False).eval()
    wide = copy.deepcopy(narrow).float()
    keep_narrow(narrow)
    keep_narrow(narrow)  # once more changes nothing
    assert sum(p.numel() for p in narrow.parameters() if p.dtype == torch.bfloat16) > 0
    assert narrow.get_input_embeddings().weight.dtype == torch.float32
    tied = narrow.get_output_embeddings().weight is narrow.get_input_embeddings().weight
    assert narrow.get_output_embeddings().weight.dtype == (torch.float32 if tied else torch.bfloat16)

    inputs = torch.randn(2, 7, wide.get_input_embeddings().weight.shape[1])
    gradients = []
    for lm in (wide, narrow):
        own = inputs.clone().requires_grad_()
        logits = lm(inputs_embeds=own).logits
        logits.square().sum().backward()
        gradients.append((logits.detach(), own.grad))
    for one, other in zip(*gradients, strict=True):
        assert one.dtype == other.dtype == torch.float32
        torch.testing.assert_close(one, other)


def test_a_lora_and_weights_in_float32_stay_wide():
    lm = tiny_llama(50).requires_grad_(False)
    before = lm.model.layers[0].mlp.up_proj.weight.clone()
    keep_narrow(lm)
    assert torch.equal(lm.model.layers[0].mlp.up_proj.weight, before)
    lm.bfloat16()
    lm.add_adapter(LoraConfig(r=2, target_modules="all-linear"))
    keep_narrow(lm.requires_grad_(False))
    layer = lm.model.layers[0].mlp.up_proj
    assert layer.lora_A["default"].weight.dtype == torch.float32
    assert layer.base_layer.weight.dtype == torch.bfloat16
    assert lm(torch.tensor([[1, 2, 3]])).logits.dtype == torch.float32


def test_narrow_once_it_may_be_of_one_type_again():
    lm = tiny_llama(50).bfloat16().requires_grad_(False).eval()
    ids = torch.tensor([[1, 2, 3]])
    with torch.no_grad():
        before = lm(ids).logits
        keep_narrow(lm)
        assert torch.equal(lm.bfloat16()(ids).logits, before)
