"""The authors' checkpoints: random tensors in the published layout, imported, compute what plain torch says they do."""

from __future__ import annotations

import json
import math

import pytest
import torch
import torch.nn.functional as F
from conftest import LENGTH, TEXT_WIDTH, plain_vae, tiny_llama, tiny_opt, tiny_unet
from diffusers import AutoencoderKL, UNet2DConditionModel
from PIL import Image
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
    LlamaConfig,
    OPTConfig,
)

from storygptv.models import reference_weights
from storygptv.models.char_ldm import CharLDM
from storygptv.models.reference_weights import first_stage, read_checkpoint, second_stage
from storygptv.models.story_llm import StoryLLM
from storygptv.models.story_memory import StoryMemory
from storygptv.models.vision import OPENAI_MEAN, OPENAI_STD
from storygptv.training.ldm import new_scheduler

FEATURE_WIDTH, VISION_WIDTH, LM_WIDTH, HIDDEN, ROWS, VISUAL = 12, 128, 16, 24, 8, 4


# --- the published layout, written by hand


def layer_norm(name: str, width: int) -> dict[str, tuple]:
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def linear(name: str, width_out: int, width_in: int) -> dict[str, tuple]:
    return {f"{name}.weight": (width_out, width_in), f"{name}.bias": (width_out,)}


def postfuse_shapes(text: int = TEXT_WIDTH, feature: int = FEATURE_WIDTH) -> dict[str, tuple]:
    both = text + feature
    return (
        layer_norm("mlp1.layernorm", both) | linear("mlp1.fc1", text, both) | linear("mlp1.fc2", text, text)
        | layer_norm("mlp2.layernorm", text) | linear("mlp2.fc1", text, text) | linear("mlp2.fc2", text, text)
        | layer_norm("layer_norm", text)
    )  # fmt: skip


def clip_shapes(width: int, layers: int) -> dict[str, tuple]:
    """The layers of either of CLIP's towers."""
    shapes = {}
    for at in (f"encoder.layers.{index}" for index in range(layers)):
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            shapes |= linear(f"{at}.self_attn.{name}", width, width)
        shapes |= layer_norm(f"{at}.layer_norm1", width) | layer_norm(f"{at}.layer_norm2", width)
        shapes |= linear(f"{at}.mlp.fc1", 4 * width, width) | linear(f"{at}.mlp.fc2", width, 4 * width)
    return shapes


def attention_shapes(name: str, hidden: int) -> dict[str, tuple]:
    packed = {f"{name}.in_proj_weight": (3 * hidden, hidden), f"{name}.in_proj_bias": (3 * hidden,)}
    return packed | linear(f"{name}.out_proj", hidden, hidden)


def mapper_shapes(
    layers: int = 2, lm: int = LM_WIDTH, hidden: int = HIDDEN, inner: int = 32, queries: int = LENGTH,
    text: int = TEXT_WIDTH,
) -> dict[str, tuple]:  # fmt: skip
    shapes = linear("fc", hidden, lm) | linear("model", text, hidden)
    shapes["query_embs"] = (1, queries, hidden)
    for kind, norms in (("encoder", 2), ("decoder", 3)):
        for index in range(layers):
            at = f"tfm.{kind}.layers.{index}"
            shapes |= attention_shapes(f"{at}.self_attn", hidden)
            shapes |= linear(f"{at}.linear1", inner, hidden) | linear(f"{at}.linear2", hidden, inner)
            for norm in range(1, norms + 1):
                shapes |= layer_norm(f"{at}.norm{norm}", hidden)
            if kind == "decoder":
                shapes |= attention_shapes(f"{at}.multihead_attn", hidden)
        shapes |= layer_norm(f"tfm.{kind}.norm", hidden)
    return shapes


def second_stage_shapes(mapper: dict[str, tuple], lm: int, vision: int, retrieval: int) -> dict[str, tuple]:
    return {f"model.gen_text_hidden_fcs.0.{name}": shape for name, shape in mapper.items()} | {
        "model.input_embeddings.weight": (ROWS, lm),
        **linear("model.visual_embeddings", VISUAL * lm, vision),
        **linear("model.ret_text_hidden_fcs.0.model", retrieval, lm),
        **linear("model.visual_fc", retrieval, vision),
        "model.logit_scale": (),
    }


def random_tensors(shapes: dict[str, tuple], prefix: str = "") -> dict[str, torch.Tensor]:
    return {prefix + name: torch.randn(shape) * 0.3 for name, shape in shapes.items()}


@pytest.fixture
def base(char_ldm, tmp_path):
    """A Stable Diffusion folder with a VAE that takes plain pictures."""
    folder = tmp_path / "base"
    CharLDM(tiny_unet(), plain_vae(), char_ldm.text_encoder, char_ldm.tokenizer, new_scheduler()).save(folder)
    return folder


@pytest.fixture
def vision():
    return CLIPVisionModelWithProjection(
        CLIPVisionConfig(
            hidden_size=VISION_WIDTH, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2, image_size=32,
            patch_size=16, projection_dim=FEATURE_WIDTH,
        )
    ).eval()  # fmt: skip


@pytest.fixture
def published(base, vision):
    """A first stage as it was released, with random values: old attention names in the VAE, no `text_model.`."""
    torch.manual_seed(0)
    parts = {
        "text_encoder": CLIPTextModel.from_pretrained(base / "text_encoder").state_dict(),
        "image_encoder": vision.state_dict(),
        "vae": AutoencoderKL.from_pretrained(base / "vae").state_dict(),
        "unet": tiny_unet().state_dict(),
    }
    tensors = {}
    old = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
    for part, state in parts.items():
        for name, value in state.items():
            name = name.removeprefix("text_model.")
            if part == "vae" and ".attentions." in name:
                for new, was in old.items():
                    name = name.replace(f".{new}.", f".{was}.")
            tensors[f"{part}.{name}"] = value + 0.1 * torch.randn_like(value) if value.is_floating_point() else value
    tensors |= random_tensors(postfuse_shapes(), "postfuse_module.")
    tensors["text_encoder.embeddings.position_ids"] = torch.arange(LENGTH)[None]
    return tensors


# --- what it computes, in plain torch


def norm_of(x, t, name):
    return F.layer_norm(x, x.shape[-1:], t[f"{name}.weight"], t[f"{name}.bias"])


def linear_of(x, t, name):
    return F.linear(x, t[f"{name}.weight"], t.get(f"{name}.bias"))


def attend(query, key, value, heads):
    split = lambda x: x.unflatten(-1, (heads, -1)).transpose(-2, -3)  # noqa: E731
    q, k, v = split(query), split(key), split(value)
    weights = (q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])).softmax(-1)
    return (weights @ v).transpose(-2, -3).flatten(-2)


def postfuse(text, feature, t):
    x = norm_of(torch.cat((text, feature), -1), t, "mlp1.layernorm")
    x = linear_of(F.gelu(linear_of(x, t, "mlp1.fc1")), t, "mlp1.fc2") + text
    y = linear_of(F.gelu(linear_of(norm_of(x, t, "mlp2.layernorm"), t, "mlp2.fc1")), t, "mlp2.fc2")
    return norm_of(x + y, t, "layer_norm")


def packed_attention(x, context, t, name, heads=4):
    q, k, v = t[f"{name}.in_proj_weight"].chunk(3)
    a, b, c = t[f"{name}.in_proj_bias"].chunk(3)
    seen = attend(F.linear(x, q, a), F.linear(context, k, b), F.linear(context, v, c), heads)
    return linear_of(seen, t, f"{name}.out_proj")


def mapped(h, t, layers=2):
    x = linear_of(h, t, "fc")
    for at in (f"tfm.encoder.layers.{i}" for i in range(layers)):
        y = norm_of(x, t, f"{at}.norm1")
        x = x + packed_attention(y, y, t, f"{at}.self_attn")
        x = x + linear_of(F.relu(linear_of(norm_of(x, t, f"{at}.norm2"), t, f"{at}.linear1")), t, f"{at}.linear2")
    memory = norm_of(x, t, "tfm.encoder.norm")
    x = t["query_embs"].expand(len(h), -1, -1)
    for at in (f"tfm.decoder.layers.{i}" for i in range(layers)):
        y = norm_of(x, t, f"{at}.norm1")
        x = x + packed_attention(y, y, t, f"{at}.self_attn")
        x = x + packed_attention(norm_of(x, t, f"{at}.norm2"), memory, t, f"{at}.multihead_attn")
        x = x + linear_of(F.relu(linear_of(norm_of(x, t, f"{at}.norm3"), t, f"{at}.linear1")), t, f"{at}.linear2")
    return linear_of(norm_of(x, t, "tfm.decoder.norm"), t, "model")


def conv_of(x, t, name, stride=1):
    weight = t[f"{name}.weight"]
    return F.conv2d(x, weight, t[f"{name}.bias"], stride=stride, padding=weight.shape[-1] // 2)


def group_norm_of(x, t, name, eps=1e-5):
    return F.group_norm(x, 8, t[f"{name}.weight"], t[f"{name}.bias"], eps)


def resnet(x, time, t, at):
    y = conv_of(F.silu(group_norm_of(x, t, f"{at}.norm1")), t, f"{at}.conv1")
    y = y + linear_of(F.silu(time), t, f"{at}.time_emb_proj")[:, :, None, None]
    y = conv_of(F.silu(group_norm_of(y, t, f"{at}.norm2")), t, f"{at}.conv2")
    return y + (conv_of(x, t, f"{at}.conv_shortcut") if f"{at}.conv_shortcut.weight" in t else x)


def transformer(x, text, t, at, heads):
    y = conv_of(group_norm_of(x, t, f"{at}.norm", eps=1e-6), t, f"{at}.proj_in").flatten(2).transpose(1, 2)
    block = f"{at}.transformer_blocks.0"
    for n, context in ((1, None), (2, text)):
        z = norm_of(y, t, f"{block}.norm{n}")
        seen = z if context is None else context
        q, k, v = (linear_of(s, t, f"{block}.attn{n}.{w}") for s, w in ((z, "to_q"), (seen, "to_k"), (seen, "to_v")))
        y = y + linear_of(attend(q, k, v, heads), t, f"{block}.attn{n}.to_out.0")
    value, gate = linear_of(norm_of(y, t, f"{block}.norm3"), t, f"{block}.ff.net.0.proj").chunk(2, -1)
    y = y + linear_of(value * F.gelu(gate), t, f"{block}.ff.net.2")
    return x + conv_of(y.transpose(1, 2).unflatten(2, x.shape[2:]), t, f"{at}.proj_out")


def unet_output(x, timestep, text, t, heads=2):
    """The UNet of conftest, from its tensors: two levels, cross-attention in the second and in the middle."""
    half = 8
    angles = timestep[:, None] * torch.exp(-math.log(10000) * torch.arange(half) / half)
    time = torch.cat((angles.cos(), angles.sin()), -1)
    time = linear_of(F.silu(linear_of(time, t, "time_embedding.linear_1")), t, "time_embedding.linear_2")
    x = conv_of(x, t, "conv_in")
    skips = [x]
    x = resnet(x, time, t, "down_blocks.0.resnets.0")
    skips.append(x)
    x = conv_of(x, t, "down_blocks.0.downsamplers.0.conv", stride=2)
    skips.append(x)
    x = transformer(resnet(x, time, t, "down_blocks.1.resnets.0"), text, t, "down_blocks.1.attentions.0", heads)
    skips.append(x)
    x = transformer(resnet(x, time, t, "mid_block.resnets.0"), text, t, "mid_block.attentions.0", heads)
    x = resnet(x, time, t, "mid_block.resnets.1")
    for i in range(2):
        x = resnet(torch.cat((x, skips.pop()), 1), time, t, f"up_blocks.0.resnets.{i}")
        x = transformer(x, text, t, f"up_blocks.0.attentions.{i}", heads)
    x = conv_of(F.interpolate(x, scale_factor=2.0, mode="nearest"), t, "up_blocks.0.upsamplers.0.conv")
    for i in range(2):
        x = resnet(torch.cat((x, skips.pop()), 1), time, t, f"up_blocks.1.resnets.{i}")
    return conv_of(F.silu(group_norm_of(x, t, "conv_norm_out")), t, "conv_out")


def part(tensors, name):
    return {key.removeprefix(f"{name}."): value for key, value in tensors.items() if key.startswith(f"{name}.")}


# --- tests


@torch.no_grad()
def test_the_first_stage_computes_what_its_tensors_say(published, base, tmp_path):
    char_ldm, left_out = first_stage(published, base)
    assert list(left_out) == ["text_encoder.embeddings.position_ids"]
    ids = torch.randint(3, 30, (2, LENGTH))
    features = torch.randn(2, 2, FEATURE_WIDTH)
    mask = torch.zeros(2, 2, LENGTH, dtype=torch.bool)
    mask[0, 0, 3] = mask[0, 1, 5] = mask[1, 0, 2] = True
    text = char_ldm.text_encoder(ids).last_hidden_state
    expected, fusion = text.clone(), part(published, "postfuse_module")
    for b, k, place in ((0, 0, 3), (0, 1, 5), (1, 0, 2)):
        expected[b, place] = postfuse(text[b, place], features[b, k], fusion)
    condition = char_ldm.condition(ids, features, mask)
    torch.testing.assert_close(condition, expected, atol=1e-5, rtol=1e-5)

    noisy, timesteps = torch.randn(2, 4, 4, 4), torch.tensor([10, 700])
    plain = unet_output(noisy, timesteps, condition, part(published, "unet"))
    torch.testing.assert_close(char_ldm.predict(noisy, timesteps, condition), plain, atol=1e-5, rtol=1e-5)

    char_ldm.save(tmp_path / "out")
    again = CharLDM.from_folder(tmp_path / "out")
    assert torch.equal(again.condition(ids, features, mask), condition)
    pictures = torch.randn(1, 3, 8, 8)
    assert torch.equal(again.vae.encode(pictures).latent_dist.mean, char_ldm.vae.encode(pictures).latent_dist.mean)


@torch.no_grad()
def test_every_tensor_arrives_where_it_belongs(published, base):
    char_ldm, left_out = first_stage(published, base)
    arrived = {
        f"{name}.{key.removeprefix('text_model.')}": value
        for name, module in (
            ("text_encoder", char_ldm.text_encoder), ("image_encoder", char_ldm.image_encoder), ("vae", char_ldm.vae),
            ("unet", char_ldm.unet), ("postfuse_module", char_ldm.fusion),
        )
        for key, value in module.state_dict().items()
    }  # fmt: skip
    new = {".query.": ".to_q.", ".key.": ".to_k.", ".value.": ".to_v.", ".proj_attn.": ".to_out.0."}
    for name, value in published.items():
        if name in left_out:
            continue
        if name.startswith("vae."):
            for was, now in new.items():
                name = name.replace(was, now)
        assert torch.equal(arrived.pop(name), value), name
    assert not [name for name in arrived if not name.endswith("position_ids")]


def test_a_base_that_is_no_stable_diffusion_folder_is_said_so(published, base, tmp_path):
    with pytest.raises(ValueError, match="base: must be a Stable Diffusion folder, .*nothing holds no text_encoder"):
        first_stage(published, tmp_path / "nothing")
    (base / "scheduler").rename(base / "elsewhere")
    with pytest.raises(ValueError, match="holds no scheduler"):
        first_stage(published, base)


def test_new_attention_names_and_convolutions_do_as_well(published, base):
    old, _ = first_stage(published, base)
    renamed = {}
    for name, value in published.items():
        if ".proj_attn.weight" in name:
            name, value = name.replace("proj_attn", "to_out.0"), value[:, :, None, None]
        renamed[f"module.{name}" if name.startswith("unet") else name] = value
    new, _ = first_stage({name.removeprefix("module."): value for name, value in renamed.items()}, base)
    for (name, a), b in zip(old.vae.state_dict().items(), new.vae.state_dict().values(), strict=True):
        assert torch.equal(a, b), name


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda t: t.pop("unet.conv_in.weight"), "unet misses 1 tensors, such as conv_in.weight"),
        (lambda t: t.update({"unet.more": torch.ones(1)}), "unet has unknown 1 tensors, such as more"),
        (lambda t: t.update({"adapter.weight": torch.ones(1)}), "no part of Char-LDM has the tensor adapter.weight"),
        (lambda t: t.update({"unet.conv_in.bias": torch.ones(3)}), r"conv_in.bias must be \(16,\), got \(3,\)"),
        (lambda t: [t.pop(n) for n in list(t) if n.startswith("postfuse")], "no tensor of postfuse_module"),
    ],
)
def test_a_checkpoint_of_another_model_is_refused(published, base, change, sentence):
    change(published)
    with pytest.raises(ValueError, match=sentence):
        first_stage(published, base)


LMS = {"facebook/opt-6.7b": tiny_opt, "Llama-2-7b-chat-hf": tiny_llama}  # both were released


@pytest.fixture
def released(request, tokenizer, vision, tmp_path):
    """The second stage's folder, its tensors, and the folders of its language model and CLIP."""
    torch.manual_seed(1)
    name = getattr(request, "param", "Llama-2-7b-chat-hf")
    folder, lm, clip = tmp_path / "second", tmp_path / "lm", tmp_path / "clip"
    folder.mkdir()
    model = LMS[name](len(tokenizer))
    for parameter in model.parameters():
        if parameter.ndim > 1:  # large enough for every word that was read to be seen in what comes after it
            torch.nn.init.normal_(parameter, std=0.3)
    model.save_pretrained(lm)
    tokenizer.save_pretrained(lm)
    vision.save_pretrained(clip)
    tensors = random_tensors(second_stage_shapes(mapper_shapes(), LM_WIDTH, VISION_WIDTH, 5))
    torch.save({"state_dict": tensors, "epoch": 3}, folder / "pretrained_ckpt.pth.tar")
    args = {
        "llm_model": name, "freeze_lm": True, "n_visual_tokens": VISUAL, "gen_emb_dim": TEXT_WIDTH, "num_tokens": ROWS,
        "num_clip_tokens": LENGTH, "text_emb_layers": [-1], "max_len": 160, "gen_token_idx": [*range(9, 9 + ROWS)],
    }  # fmt: skip
    (folder / "model_args.json").write_text(json.dumps(args))
    return folder, tensors, lm, clip


@torch.no_grad()
@pytest.mark.parametrize("released", LMS, indirect=True)
def test_the_second_stage_computes_what_its_tensors_say(released, tmp_path):
    folder, tensors, lm, clip = released
    imported, left_out = second_stage(folder, lm, clip)
    assert sorted(left_out) == [
        "model.logit_scale",
        "model.ret_text_hidden_fcs.0.model.bias", "model.ret_text_hidden_fcs.0.model.weight",
        "model.visual_fc.bias", "model.visual_fc.weight",
    ]  # fmt: skip
    assert imported.config.picture_first and imported.config.num_image_tokens == ROWS
    imported.save(tmp_path / "story_llm")
    assert not (tmp_path / "story_llm" / "lm").exists()
    llm = StoryLLM.from_folder(tmp_path / "story_llm").eval()

    rows, hidden = tensors["model.input_embeddings.weight"], torch.randn(2, ROWS, LM_WIDTH)
    plain = mapped(hidden + rows, part(tensors, "model.gen_text_hidden_fcs.0"))
    torch.testing.assert_close(llm.map(hidden), plain, atol=1e-5, rtol=1e-5)
    pooled = torch.randn(1, VISION_WIDTH)
    tokens = linear_of(pooled, tensors, "model.visual_embeddings").view(1, VISUAL, LM_WIDTH)
    torch.testing.assert_close(llm.visual(pooled), tokens, atol=1e-5, rtol=1e-5)

    # a frame as the authors' prompt has it: " Image: <img>", 4 tokens, "</img> Caption: S"; " Caption: S Image:", [IMG]
    words, embed = llm.tokenizer, llm.lm.get_input_embeddings()
    piece = lambda text: embed(torch.tensor([words(text, add_special_tokens=False).input_ids]))  # noqa: E731
    prompt = [
        embed(torch.tensor([[words.bos_token_id]])), piece(" Image: <img>"), tokens,
        piece("</img> Caption: Mia waves."), piece(" Caption: She runs. Image:"), rows[None],
    ]  # fmt: skip
    hidden = llm.lm.get_decoder()(inputs_embeds=torch.cat(prompt, 1)).last_hidden_state[:, -ROWS:]
    memory = StoryMemory(llm)
    memory.tell("Mia waves.")
    memory.see(pooled)
    expected = mapped(hidden + rows, part(tensors, "model.gen_text_hidden_fcs.0"))
    torch.testing.assert_close(memory.tell("She runs."), expected, atol=1e-4, rtol=1e-4)


def test_a_second_stage_that_does_not_fit_is_refused(released):
    folder, tensors, lm, clip = released
    with pytest.raises(ValueError, match="must be a causal language model"):
        second_stage(folder, clip, clip)
    torch.save({"state_dict": tensors | {"model.new": torch.ones(1)}}, folder / "pretrained_ckpt.pth.tar")
    with pytest.raises(ValueError, match="no part of the story LLM has the tensor model.new"):
        second_stage(folder, lm, clip)
    tensors["model.input_embeddings.weight"] = torch.ones(ROWS, 2 * LM_WIDTH)
    torch.save({"state_dict": tensors}, folder / "pretrained_ckpt.pth.tar")
    with pytest.raises(ValueError, match=r"image_embeds must be \(8, 16\), got \(8, 32\)"):
        second_stage(folder, lm, clip)
    (folder / "model_args.json").write_text("{}")
    with pytest.raises(ValueError, match="model_args.json must tell num_tokens"):
        second_stage(folder, lm, clip)


class Hostile:
    def __reduce__(self):
        return print, ("run",)


def test_a_checkpoint_of_anything_but_tensors_is_refused(tmp_path, capsys):
    torch.save({"unet.conv_in.weight": Hostile()}, tmp_path / "hostile.bin")
    (tmp_path / "text.bin").write_text("no checkpoint")
    torch.save({"a": 3}, tmp_path / "numbers.bin")
    for name in ("hostile.bin", "text.bin", "numbers.bin", "missing.bin"):
        with pytest.raises(ValueError, match=name):
            read_checkpoint(tmp_path / name)
    assert not capsys.readouterr().out
    torch.save({"module.a": torch.ones(2)}, tmp_path / "good.bin")
    assert read_checkpoint(tmp_path / "good.bin").keys() == {"a"}


def empty_tensors(shapes: dict[str, tuple], prefix: str = "") -> dict[str, torch.Tensor]:
    """bf16 tensors of these shapes, without memory of their own."""
    return {prefix + name: torch.empty(shape, dtype=torch.bfloat16, device="meta") for name, shape in shapes.items()}


def millions(tensors) -> float:
    return round(sum(tensor.numel() for tensor in tensors) / 1e6, 2)


@pytest.fixture
def stable_diffusion(tokenizer, tmp_path):
    """The configs of Stable Diffusion 1.5, as the hub keeps them, without its weights."""
    unet = {"sample_size": 64, "block_out_channels": (320, 640, 1280, 1280), "layers_per_block": 2,
            "cross_attention_dim": 768, "attention_head_dim": 8}  # fmt: skip
    vae = {"block_out_channels": (128, 256, 512, 512), "layers_per_block": 2, "latent_channels": 4,
           "down_block_types": ("DownEncoderBlock2D",) * 4, "up_block_types": ("UpDecoderBlock2D",) * 4}  # fmt: skip
    text = {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12,
            "projection_dim": 768}  # fmt: skip
    folder = tmp_path / "sd"
    with torch.device("meta"):
        parts = UNet2DConditionModel(**unet), AutoencoderKL(**vae)
    for name, part in zip(("unet", "vae"), parts, strict=True):
        part.save_config(folder / name)
    CLIPTextConfig(**text).save_pretrained(folder / "text_encoder")
    tokenizer.save_pretrained(folder / "tokenizer")
    new_scheduler().save_pretrained(folder / "scheduler")
    shapes = [{name: value.shape for name, value in part.state_dict().items()} for part in parts]
    return folder, *shapes


def test_the_first_stage_of_the_published_sizes(stable_diffusion):
    """1,536 tensors of 1.373 billion numbers come to be a Char-LDM of as many, part by part."""
    base, unet, vae = stable_diffusion
    text, vision = layer_norm("final_layer_norm", 768) | clip_shapes(768, 12), clip_shapes(1024, 24)
    text |= {"embeddings.token_embedding.weight": (49408, 768), "embeddings.position_embedding.weight": (77, 768)}
    vision |= layer_norm("pre_layrnorm", 1024) | layer_norm("post_layernorm", 1024)
    vision |= {
        "embeddings.class_embedding": (1024,), "embeddings.patch_embedding.weight": (1024, 3, 14, 14),
        "embeddings.position_embedding.weight": (257, 1024),
    }  # fmt: skip
    tensors = empty_tensors(text, "text_encoder.") | empty_tensors(vision, "image_encoder.vision_model.")
    tensors |= empty_tensors({"visual_projection.weight": (768, 1024)}, "image_encoder.")
    for name in ("patch_embedding", "position_embedding"):  # these are changed, and have values
        at = f"embeddings.{name}.weight"
        tensors[f"image_encoder.vision_model.{at}"] = torch.zeros(vision[at], dtype=torch.bfloat16)
    tensors |= empty_tensors(vae, "vae.") | empty_tensors(unet, "unet.")
    tensors |= empty_tensors(postfuse_shapes(768, 768), "postfuse_module.")
    published = {
        "text_encoder": (196, 123.06), "image_encoder": (392, 303.97), "vae": (248, 83.65), "unet": (686, 859.52),
        "postfuse_module": (14, 2.96),
    }  # fmt: skip
    of_part = {name: part(tensors, name) for name in published}
    assert {name: (len(each), millions(each.values())) for name, each in of_part.items()} == published
    assert len(tensors) == 1536 and millions(tensors.values()) == pytest.approx(1373, abs=0.5)

    char_ldm, left_out = first_stage(tensors, base)
    assert not left_out
    modules = char_ldm.text_encoder, char_ldm.image_encoder, char_ldm.vae, char_ldm.unet, char_ldm.fusion
    assert [(len(list(m.parameters())), millions(m.parameters())) for m in modules] == [*published.values()]
    assert {parameter.dtype for parameter in char_ldm.parameters()} == {torch.float32}
    seen = char_ldm.image_encoder.config  # read off the tensors: ViT-L/14
    assert (seen.image_size, seen.patch_size, seen.num_hidden_layers, seen.num_attention_heads) == (224, 14, 24, 16)
    assert (char_ldm.condition_length, char_ldm.image_size) == (77, 512)


@pytest.mark.parametrize(
    "lm",
    [
        pytest.param(
            OPTConfig(
                vocab_size=50272, hidden_size=4096, num_hidden_layers=32, num_attention_heads=32, ffn_dim=16384,
                word_embed_proj_dim=4096, max_position_embeddings=2048,
            ), id="facebook/opt-6.7b",
        ),
        pytest.param(LlamaConfig(), id="Llama-2-7b-chat-hf"),  # whose sizes are the library's own
    ],
)  # fmt: skip
def test_the_second_stage_of_the_published_sizes(lm, tokenizer, tmp_path, monkeypatch):
    """137 tensors: [IMG] rows, the visual projection, a mapper of 31.96 million numbers, and GILL's retrieval head."""
    lm.save_pretrained(tmp_path / "lm")
    tokenizer.save_pretrained(tmp_path / "lm")
    vision = CLIPVisionConfig(
        hidden_size=1024, intermediate_size=16, num_hidden_layers=1, num_attention_heads=16, image_size=32,
        patch_size=16,
    )  # fmt: skip
    CLIPVisionModelWithProjection(vision).save_pretrained(tmp_path / "clip")
    mapper = mapper_shapes(4, 4096, 512, 2048, 77, 768)
    tensors = empty_tensors(second_stage_shapes(mapper, 4096, 1024, 256))
    assert len(tensors) == 137
    monkeypatch.setattr(reference_weights, "read_checkpoint", lambda path: tensors)
    args = {"num_tokens": 8, "num_clip_tokens": 77, "n_visual_tokens": 4}
    (tmp_path / "model_args.json").write_text(json.dumps(args))

    llm, left_out = second_stage(tmp_path, tmp_path / "lm", tmp_path / "clip")
    assert len(left_out) == 5 and llm.width == 4096
    assert len(mapper) == 129 and millions(llm.mapper.parameters()) == 31.96
    config = llm.mapper.config
    assert (config.num_encoder_layers, config.num_decoder_layers, config.num_queries) == (4, 4, 77)
    assert {tensor.dtype for tensor in (*llm.mapper.parameters(), *llm.own_state().values())} == {torch.float32}
    own = {name: tuple(tensor.shape) for name, tensor in llm.own_state().items()}
    assert own == {
        "image_embeds": (8, 4096), "visual.projection.weight": (16384, 1024), "visual.projection.bias": (16384,)
    }  # fmt: skip


def test_the_import_command_writes_a_model_that_draws(published, base, released, tmp_path, command):
    from storygptv.pipeline import StoryPipeline
    from storygptv.story import Frame, Story

    second, _, lm, clip = released
    torch.save(published, tmp_path / "pytorch_model.bin")
    (tmp_path / "chars").mkdir()
    for name in ("fred", "wilma", "barney", "betty", "pebbles", "dino", "mr slate"):
        picture = Image.new("RGB", (40, 60), "white")
        picture.paste(name_color(name), (10, 10, 30, 50))
        picture.save(tmp_path / "chars" / f"{name}.jpeg")
    words = [
        "import", "reference", "--first-stage", tmp_path / "pytorch_model.bin", "--second-stage", second,
        "--base", base, "--llm", lm, "--clip", clip, "--portraits", tmp_path / "chars", "--out", tmp_path / "model",
    ]  # fmt: skip
    status, out, err = command(*words)
    assert status == 0, err
    assert "Left out: 4 tensors (GILL's retrieval head)" in out

    pipeline = StoryPipeline.from_pretrained(tmp_path / "model")
    assert pipeline.cast.names[:2] == ["Wilma", "Fred"] and len(pipeline.cast.portraits) == 7
    told = Story("At home", (), (Frame("Fred sits."), Frame("He waits.")))
    frames = list(pipeline.visualize(told, num_inference_steps=2, protocol="reference"))
    assert [frame.image.size for frame in frames] == [(8, 8), (8, 8)]
    # both towers now take pictures as ours do
    original = CLIPVisionModelWithProjection.from_pretrained(clip).eval()
    picture = torch.rand(1, 3, 32, 32)
    mean, std = (torch.tensor(values)[:, None, None] for values in (OPENAI_MEAN, OPENAI_STD))
    with torch.no_grad():
        expected = original((picture - mean) / std).image_embeds
        got = pipeline.story_llm.vision_encoder(2 * picture - 1).image_embeds
    torch.testing.assert_close(got, expected, atol=1e-5, rtol=1e-5)

    torch.save({"unet.x": torch.ones(1)}, tmp_path / "pytorch_model.bin")
    status, _, err = command(*words[:-1], tmp_path / "half")
    assert status == 2 and "holds no tensor of text_encoder" in err
    assert not [path for path in tmp_path.iterdir() if "half" in path.name]


def name_color(name: str) -> tuple[int, int, int]:
    return tuple(sum(map(ord, name)) * k % 200 for k in (1, 7, 31))
