"""Weights that lie in bf16 and are computed with in float32: half the memory at nearly the speed of float32, for a
frozen language model on a device that only imitates bf16."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class _Widened(torch.autograd.Function):
    """A linear layer whose weights are widened only while they are at work, on the way back too."""

    @staticmethod
    def forward(ctx, inputs: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        ctx.save_for_backward(weight)
        return functional.linear(inputs, weight.float(), bias)

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor, None, None]:
        (weight,) = ctx.saved_tensors
        return gradient @ weight.float(), None, None


class NarrowLinear(nn.Linear):
    """A frozen linear layer in bf16, of inputs and outputs in float32."""

    def forward(self, inputs: Tensor) -> Tensor:
        """(..., in) to (..., out), both float32; once its weights have the inputs' type, as any other."""
        if inputs.dtype == self.weight.dtype:
            return super().forward(inputs)
        return _Widened.apply(inputs, self.weight, self.bias)


def keep_narrow(module: nn.Module) -> None:
    """Have a module compute in float32, the weights of its frozen linear layers staying in bf16 where they are in it.
    What is trained or a LoRA's, shared with embeddings or not a linear layer's is widened for good."""
    embeddings = {id(each.weight) for each in module.modules() if isinstance(each, nn.Embedding)}
    for path, each in list(module.named_modules()):
        narrow = type(each) in (nn.Linear, NarrowLinear) and ".lora_" not in path
        narrow = narrow and each.weight.dtype == torch.bfloat16 and id(each.weight) not in embeddings
        narrow = narrow and not any(parameter.requires_grad for parameter in each.parameters())
        for name, parameter in each.named_parameters(recurse=False):
            parameter.data = parameter.data.to(torch.bfloat16 if narrow and name == "weight" else torch.float32)
        if narrow:
            each.__class__ = NarrowLinear
