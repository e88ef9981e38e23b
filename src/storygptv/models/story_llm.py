"""The story LLM (paper section 3.3): a causal language model that reads sentences and pictures and emits [IMG] tokens,
whose hidden states a mapper turns into Char-LDM's condition.

A story is one sequence of extended ids: below V the words of the language model; V + r is [IMG]_r; V + R + m is the
m-th visual token of a picture. Nothing in the language model is resized: the rows of [IMG] are parameters of their own.

Shapes: B batch, T sequence, V vocabulary, R [IMG] tokens, M visual tokens, P patches, W vision width, L condition
length, D condition width.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AutoTokenizer, CLIPVisionModelWithProjection

from storygptv.models.base_lm import find_language_model
from storygptv.models.loading import is_planned, load_language_model, load_part
from storygptv.models.mapper import EmbeddingMapper


@dataclass(frozen=True)
class StoryLLMConfig:
    """How stories are laid out and pictures are read."""

    vision_width: int  # W
    num_image_tokens: int = 8  # R
    num_visual_tokens: int = 4  # M
    visual_tokens: str = "pooled"  # "pooled": the paper's W_v2t; "patches": M learned queries over patch tokens
    picture_first: bool = False  # True: the paper's order (I_1, S_1, ..., S_n); False: sentence, [IMG], picture
    # What is written around them, such as the authors' " Image: <img>", "</img>", " Caption: " and " Image:":
    before_picture: str = ""
    after_picture: str = ""
    before_sentence: str = ""
    before_image: str = ""  # before [IMG]
    lm: str | None = None  # a folder or hub id of the language model, where it is frozen and not kept beside this

    def __post_init__(self):
        if self.visual_tokens not in ("pooled", "patches"):
            raise ValueError(f"visual_tokens must be 'pooled' or 'patches', got {self.visual_tokens!r}")
        for name in ("vision_width", "num_image_tokens", "num_visual_tokens"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")


class VisualTokens(nn.Module):
    """A picture's features as M tokens of the language model: W_v2t."""

    def __init__(self, config: StoryLLMConfig, width: int):
        super().__init__()
        self.config, self.width = config, width
        if config.visual_tokens == "pooled":
            self.projection = nn.Linear(config.vision_width, config.num_visual_tokens * width)
        else:
            self.queries = nn.Parameter(torch.randn(1, config.num_visual_tokens, width) * 0.1)
            self.norm = nn.LayerNorm(config.vision_width)
            self.attention = nn.MultiheadAttention(
                width, 8, kdim=config.vision_width, vdim=config.vision_width, batch_first=True
            )
            self.projection = nn.Linear(width, width)

    def forward(self, features: Tensor) -> Tensor:
        """Pooled features (..., W) or patches (..., P, W) to (..., M, width)."""
        tokens, lead = self.config.num_visual_tokens, features.shape[:-1]
        if self.config.visual_tokens == "pooled":
            return self.projection(features).view(*lead, tokens, self.width)
        patches = self.norm(features.flatten(0, -3))
        queries = self.queries.expand(len(patches), -1, -1)
        attended = self.attention(queries, patches, patches, need_weights=False)[0]
        return self.projection(attended).view(*lead[:-1], tokens, self.width)


class StoryLLM(nn.Module):
    """Any causal language model with a mapper, [IMG] embeddings and visual tokens. It sees pictures through
    `vision_encoder`, or through Char-LDM's image encoder where it has none of its own."""

    def __init__(
        self, lm, tokenizer, mapper: EmbeddingMapper, config: StoryLLMConfig,
        vision_encoder: CLIPVisionModelWithProjection | None = None,
    ):  # fmt: skip
        super().__init__()
        self.lm, self.tokenizer, self.mapper, self.config = lm, tokenizer, mapper, config
        self.vision_encoder = vision_encoder
        self.vocab_size, self.width = lm.get_input_embeddings().weight.shape
        self.image_embeds = self._new_rows(config.num_image_tokens)
        self.visual = VisualTokens(config, self.width)

    def _new_rows(self, number: int) -> nn.Parameter:
        """Embeddings of `number` new tokens, as far apart as those of words."""
        words = self.lm.get_input_embeddings().weight.detach().float()
        return nn.Parameter(words.mean(0) + words.std() * torch.randn(number, self.width, device=words.device))

    # --- files

    @classmethod
    def from_folder(cls, folder: Path, quantisation: str | None = None, dtype: torch.dtype | None = None) -> StoryLLM:
        """Read `lm`, `mapper`, a `vision_encoder` and a `lora` if there is one, and the story LLM's own tensors. A
        language model is packed by `quantisation`, and then computes in `dtype`. Raises ValueError for missing or
        extra tensors."""
        config = StoryLLMConfig(**json.loads((folder / "config.json").read_text()))
        lm = find_language_model(config.lm) if config.lm else folder / "lm"
        vision = folder / "vision_encoder"
        llm = cls(
            load_language_model(lm, dtype if quantisation else None, quantisation),
            AutoTokenizer.from_pretrained(lm),
            load_part(EmbeddingMapper, folder / "mapper"),
            config,
            load_part(CLIPVisionModelWithProjection, vision) if vision.exists() else None,
        )
        own = load_file(folder / "story_llm.safetensors")
        wanted = llm.own_state()
        if set(own) != set(wanted) or any(own[n].shape != wanted[n].shape for n in own):
            wrong = sorted(set(own) ^ set(wanted)) or [n for n in own if own[n].shape != wanted[n].shape]
            raise ValueError(f"{folder}/story_llm.safetensors does not fit its config: {', '.join(wrong)}")
        lora = folder / "lora"
        if not is_planned():
            llm.load_state_dict(own, strict=False)
        if lora.exists() and is_planned():
            llm.add_lora(json.loads((lora / "adapter_config.json").read_text())["r"])
        elif lora.exists():
            llm.lm.load_adapter(str(lora))
        return llm

    def add_lora(self, rank: int) -> None:
        """Give every linear layer of the language model a LoRA, unless it has one."""
        from peft import LoraConfig

        if not self.lora_parameters():
            self.lm.add_adapter(LoraConfig(r=rank, lora_alpha=2 * rank, target_modules="all-linear"))

    def is_packed(self) -> bool:
        """Whether the language model's weights are quantised; they stay where and as they are."""
        return bool(getattr(self.lm, "is_quantized", False))

    def lora_parameters(self) -> list[nn.Parameter]:
        """The LoRA of the language model, if it has one."""
        return [parameter for name, parameter in self.lm.named_parameters() if ".lora_" in name]

    def own_state(self) -> dict[str, Tensor]:
        """The tensors that are not those of a part with a folder of its own."""
        return {
            name: tensor.detach().contiguous()
            for name, tensor in self.state_dict().items()
            if not name.startswith(("lm.", "mapper.", "vision_encoder."))
        }

    def save(self, folder: Path, **options) -> None:
        """Write everything needed to read it back; `options` go to the libraries' `save_pretrained`."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.json").write_text(json.dumps(asdict(self.config), indent=2))
        if self.config.lm is None:
            self.lm.save_pretrained(folder / "lm", **options)
            self.tokenizer.save_pretrained(folder / "lm")
        elif self.lora_parameters():
            self.lm.save_pretrained(folder / "lora")
        if self.vision_encoder is not None:
            self.vision_encoder.save_pretrained(folder / "vision_encoder", **options)
        self.mapper.save_pretrained(folder / "mapper", **options)
        save_file(self.own_state(), folder / "story_llm.safetensors")

    # --- sequences of extended ids

    @property
    def image_ids(self) -> list[int]:
        """The extended ids of [IMG]_1..R."""
        return list(range(self.vocab_size, self.vocab_size + self.config.num_image_tokens))

    @property
    def picture_ids(self) -> list[int]:
        """The extended ids of a picture's M visual tokens."""
        first = self.vocab_size + self.config.num_image_tokens
        return list(range(first, first + self.config.num_visual_tokens))

    @property
    def start_id(self) -> int:
        """The id a story starts with."""
        bos = self.tokenizer.bos_token_id
        return self.tokenizer.eos_token_id if bos is None else bos

    def text_ids(self, text: str) -> list[int]:
        """The ids of a piece of text, without start or end."""
        return self.tokenizer(text, add_special_tokens=False).input_ids

    def sentence_ids(self, sentence: str, draws: bool = True, after_picture: bool = False) -> list[int]:
        """The ids of one sentence with what is written around it. `draws`: [IMG] follows; `after_picture`: it comes
        right after its picture. Words and marks are read as one piece, as some tokenizers begin a piece anew."""
        config = self.config
        before, after = config.after_picture if after_picture else "", config.before_image if draws else ""
        return self.text_ids(f"{before}{config.before_sentence}{sentence}{after}")

    def told_ids(self, sentence: str) -> list[int]:
        """A sentence and the R [IMG] tokens that draw it."""
        return self.sentence_ids(sentence) + self.image_ids

    def seen_ids(self, sentence: str, picture: bool = True) -> list[int]:
        """What is read when a sentence has been drawn: its picture, if there is one to be seen; with `picture_first`
        the sentence comes after it, once more."""
        config = self.config
        ids = self.text_ids(config.before_picture) + self.picture_ids if picture else []
        if config.picture_first:
            return ids + self.sentence_ids(sentence, draws=False, after_picture=picture)
        return ids + self.text_ids(config.after_picture) if picture else ids

    def story_ids(self, sentences: Sequence[str], pictures: Sequence[bool] | None = None) -> list[int]:
        """A whole story: sentence, [IMG], picture, and so on; with `picture_first` the paper's order, in which
        only the last sentence has [IMG]. `pictures` says which frames have a picture to be seen."""
        ids, last = [self.start_id], len(sentences) - 1
        for n, sentence in enumerate(sentences):
            if n == last or not self.config.picture_first:
                ids += self.told_ids(sentence)
            if n < last:
                ids += self.seen_ids(sentence, pictures is None or bool(pictures[n]))
        return ids

    def embed(self, ids: Tensor, visual_features: Tensor | None = None) -> Tensor:
        """Extended ids (B, T) to input embeddings (B, T, width). `visual_features` (pictures, ...) are those of
        the pictures in `ids`, in reading order over the whole batch."""
        words = self.lm.get_input_embeddings()(ids.clamp(max=self.vocab_size - 1))
        r = ids - self.vocab_size
        is_image = (r >= 0) & (r < self.config.num_image_tokens)
        image = self.image_embeds[r.clamp(0, self.config.num_image_tokens - 1)].to(words.dtype)
        embeds = torch.where(is_image[..., None], image, words)
        is_visual = r >= self.config.num_image_tokens
        if is_visual.any():
            tokens = self.visual(visual_features).to(words.dtype).flatten(0, 1)
            embeds = embeds.masked_scatter(is_visual[..., None], tokens)
        return embeds

    # --- what it says

    def logits(self, hidden_states: Tensor) -> Tensor:
        """(..., V + R): the language model's words, then the [IMG] tokens."""
        words = self.lm.get_output_embeddings()(hidden_states)
        return torch.cat((words, hidden_states @ self.image_embeds.to(hidden_states.dtype).T), dim=-1)

    def map(self, hidden_states: Tensor) -> Tensor:
        """Mapper_LDM: hidden states (B, R, width) at the [IMG] tokens to conditions (B, L, D). As GILL and the
        paper's code do, the tokens' own embeddings are added."""
        return self.mapper((hidden_states + self.image_embeds.to(hidden_states.dtype)).to(self.mapper.dtype))

    def forward(
        self, ids: Tensor, attention_mask: Tensor, position_ids: Tensor, visual_features: Tensor | None,
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        """Train on whole stories (B, T): last hidden states (B, T, width), and conditions (images, L, D) for
        every [IMG] group in reading order over the batch."""
        hidden = self.lm.get_decoder()(
            inputs_embeds=self.embed(ids, visual_features), attention_mask=attention_mask,
            position_ids=position_ids, use_cache=False,
        ).last_hidden_state  # fmt: skip
        r = ids - self.vocab_size
        is_image = (r >= 0) & (r < self.config.num_image_tokens)
        at_image = hidden[is_image].view(-1, self.config.num_image_tokens, self.width)
        return hidden, self.map(at_image)
