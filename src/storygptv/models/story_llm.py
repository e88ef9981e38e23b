"""The story LLM (paper section 3.3): a causal language model that reads sentences and pictures and emits [IMG] tokens,
whose hidden states a mapper turns into Char-LDM's condition.

A story is one sequence of extended ids: below V the words of the language model; V + r is [IMG]_r; V + R + m is the
m-th visual token of a picture; V + R + M + s says that character s is in the picture to come. Nothing in the language
model is resized: the rows of [IMG] and of the cast are parameters of their own.

Shapes: B batch, T sequence, V vocabulary, R [IMG] tokens, M visual tokens, S character slots, P patches, W vision
width, F width of φ, N frames, L condition length, D condition width.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AutoTokenizer, CLIPVisionModelWithProjection

from storygptv.models.loading import is_planned, load_language_model, load_part
from storygptv.models.look_match import LookMatch
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
    # 0: the condition holds the characters' looks, as in the paper. S: it leaves them out, its first S tokens stand for
    # the cast, one each, and what each is seen to look like is fused in when it is drawn
    num_character_slots: int = 0
    # True: before [IMG] it says who will be in the picture, a token each in the order in which a caption that names
    # everybody names them. What "she" means is then settled in the story itself, and the next frame reads it there
    cast_tokens: bool = False
    # F: where it says who will be in the picture, the words of the sentence are compared with φ (F), what each of the
    # cast was seen to look like, so that "the one in the green scarf" is found among them. For that a sentence comes
    # before its picture, and nothing is written around pictures. 0: they are not compared
    look_width: int = 0

    def __post_init__(self):
        if self.cast_tokens and not self.num_character_slots:
            raise ValueError("cast_tokens: are of character slots, num_character_slots must be at least 1, got 0")
        if self.look_width and not self.cast_tokens:
            raise ValueError(f"look_width: is of cast tokens, cast_tokens must be true, got {self.look_width}")
        for name in ("picture_first", "before_picture", "after_picture") if self.look_width else ():
            if value := getattr(self, name):
                raise ValueError(f"{name}: must not be set where words are compared with looks, got {value!r}")
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
        if config.num_character_slots:
            self.add_character_slots(config.num_character_slots)
        if config.cast_tokens:
            self.add_cast_tokens()
        if config.look_width:
            self.add_look_match(config.look_width)

    def _new_rows(self, number: int) -> nn.Parameter:
        """Embeddings of `number` new tokens, as far apart as those of words."""
        words = self.lm.get_input_embeddings().weight.detach().float()
        return nn.Parameter(words.mean(0) + words.std() * torch.randn(number, self.width, device=words.device))

    def know_image_tokens(self, model: Path) -> None:
        """Let the [IMG] tokens begin as those of the story LLM of the model folder `model`, as many as both have: a
        language model that was trained in it knows what they ask for. Raises ValueError where that cannot be."""
        file = model / "story_llm" / "story_llm.safetensors"
        if not file.exists():
            raise ValueError(f"image_tokens: must be a model with a story LLM, and {model} has none")
        known = load_file(file)["image_embeds"]
        if known.shape[1] != self.width:
            raise ValueError(
                f"image_tokens: must be {self.width} wide as the language model is, got {known.shape[1]} of {model}"
            )
        count = min(len(known), len(self.image_embeds))
        self.image_embeds.data[:count] = known[:count].to(self.image_embeds)

    def add_character_slots(self, number: int) -> None:
        """Let the first tokens of the condition stand for a cast of `number`, and a new head say who is there."""
        self.config = replace(self.config, num_character_slots=number)
        self.presence = nn.Linear(self.mapper.config.output_width, 1)

    def add_cast_tokens(self, names: Sequence[str] = ()) -> None:
        """Let new tokens say who is there in place of the head, beginning as the words of the cast's names."""
        self.config = replace(self.config, cast_tokens=True)
        self.presence = None
        self.cast_embeds = self._new_rows(self.config.num_character_slots)
        words = self.lm.get_input_embeddings().weight.detach().float()
        for slot, name in enumerate(names):
            self.cast_embeds.data[slot] = words[self.text_ids(f" {name}")].mean(0)

    def add_look_match(self, width: int) -> None:
        """Let who is there be told also by what each was seen to look like, of φ (`width`). Before it is trained
        nothing follows from that."""
        self.config = replace(self.config, look_width=width)
        self.look_match = LookMatch(self.width, width)

    def init_look_match(self, features: Tensor, worn: Sequence[Sequence[str]]) -> None:
        """Let φ (N, F) begin as the words of what is `worn` there, N lists of one or more such as "green", "scarf"."""
        words, table = sorted({word for each in worn for word in each}), self.lm.get_input_embeddings().weight.detach()
        embeds = torch.stack([table[self.text_ids(f" {word}")].float().mean(0) for word in words])
        counts = torch.tensor([[each.count(word) for word in words] for each in worn], dtype=torch.float32)
        self.look_match.init_from_words(features, counts, embeds)

    def check_looks(self, width: int) -> None:
        """Raises ValueError unless what words are compared with, if they are, is φ of this `width`."""
        if (wanted := self.config.look_width) not in (0, width):
            raise ValueError(f"story_llm: compares words with looks {wanted} wide, and the image encoder's are {width}")

    # --- files

    @classmethod
    def from_folder(cls, folder: Path, quantisation: str | None = None, dtype: torch.dtype | None = None) -> StoryLLM:
        """Read `lm`, `mapper`, a `vision_encoder` and a `lora` if there is one, and the story LLM's own tensors. A
        language model is packed by `quantisation`, and then computes in `dtype`. Raises ValueError for missing or
        extra tensors."""
        config = StoryLLMConfig(**json.loads((folder / "config.json").read_text()))
        lm, vision = config.lm or folder / "lm", folder / "vision_encoder"
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
        """Give every linear layer of the language model a LoRA, unless it has one. Raises ValueError without peft."""
        try:
            from peft import LoraConfig
        except ImportError as error:
            raise ValueError('lora_rank: needs peft; pip install "storygptv[lora]"') from error
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
    def cast_ids(self) -> list[int]:
        """The extended ids that say who is there, one for each slot."""
        first = self.picture_ids[-1] + 1
        return list(range(first, first + (self.config.num_character_slots if self.config.cast_tokens else 0)))

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

    def told_ids(self, sentence: str, cast: Sequence[int] = ()) -> list[int]:
        """A sentence, with cast tokens the slots of who is in its picture, and the R [IMG] tokens that draw it."""
        return self.sentence_ids(sentence) + [self.cast_ids[slot] for slot in cast] + self.image_ids

    def seen_ids(self, sentence: str, picture: bool = True) -> list[int]:
        """What is read when a sentence has been drawn: its picture, if there is one to be seen; with `picture_first`
        the sentence comes after it, once more."""
        config = self.config
        ids = self.text_ids(config.before_picture) + self.picture_ids if picture else []
        if config.picture_first:
            return ids + self.sentence_ids(sentence, draws=False, after_picture=picture)
        return ids + self.text_ids(config.after_picture) if picture else ids

    def story_ids(
        self, sentences: Sequence[str], pictures: Sequence[bool] | None = None,
        casts: Sequence[Sequence[int]] | None = None,
    ) -> list[int]:  # fmt: skip
        """A whole story: sentence, [IMG], picture, and so on; with `picture_first` the paper's order, in which
        only the last sentence has [IMG]. `pictures` says which frames have a picture to be seen, `casts`, with cast
        tokens, the slots of who is in each."""
        ids, last = [self.start_id], len(sentences) - 1
        for n, sentence in enumerate(sentences):
            if n == last or not self.config.picture_first:
                ids += self.told_ids(sentence, casts[n] if casts else ())
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
        cast = r - self.config.num_image_tokens - self.config.num_visual_tokens
        if self.config.cast_tokens:
            said = self.cast_embeds[cast.clamp(min=0)].to(words.dtype)
            embeds = torch.where(cast[..., None] >= 0, said, embeds)
        is_visual = (r >= self.config.num_image_tokens) & (cast < 0)
        if is_visual.any():
            tokens = self.visual(visual_features).to(words.dtype).flatten(0, 1)
            embeds = embeds.masked_scatter(is_visual[..., None], tokens)
        return embeds

    # --- what it says

    def logits(self, hidden_states: Tensor) -> Tensor:
        """(..., V + R), with cast tokens (..., V + R + S): the language model's words, then the [IMG] tokens, then the
        cast. Ids come to their places here by `places`."""
        words = self.lm.get_output_embeddings()(hidden_states)
        rows = torch.cat((self.image_embeds, self.cast_embeds)) if self.config.cast_tokens else self.image_embeds
        return torch.cat((words, hidden_states @ rows.to(hidden_states.dtype).T), dim=-1)

    def places(self, ids: Tensor) -> Tensor:
        """The places among the logits of extended ids that can be said: all but visual tokens."""
        return torch.where(ids > self.picture_ids[-1], ids - self.config.num_visual_tokens, ids)

    def map(self, hidden_states: Tensor) -> Tensor:
        """Mapper_LDM: hidden states (B, R, width) at the [IMG] tokens to conditions (B, L, D). As GILL and the
        paper's code do, the tokens' own embeddings are added."""
        return self.mapper((hidden_states + self.image_embeds.to(hidden_states.dtype)).to(self.mapper.dtype))

    def presence_logits(self, condition: Tensor) -> Tensor:
        """Of conditions (B, L, D), for each slot's character whether it is in the picture: (B, S)."""
        slots = condition[:, : self.config.num_character_slots]
        return self.presence(slots.to(self.presence.weight.dtype))[..., 0]

    def described(self, ids: Tensor, hidden_states: Tensor, looks: Tensor) -> Tensor:
        """What `look_match` adds to the logits of the cast (B, T, S) in whole stories (B, T), whose hidden states are
        (B, T, width); `looks` (B, N, S, F) are φ as remembered when each frame is told, 0 of who was not seen."""
        is_end, is_word = (ids == self.image_ids[-1]).long(), (ids < self.vocab_size) & (ids != self.start_id)
        frame = (is_end.cumsum(1) - is_end).clamp(max=looks.shape[1] - 1)  # (B, T); each begins after the [IMG] before
        sentence = ((frame[:, :, None] == frame[:, None]) & is_word[:, None]).tril()
        words = self.lm.get_input_embeddings()(ids.where(is_word, 0))
        asked = self.look_match.attend(hidden_states, hidden_states, words, sentence)
        every = self.look_match(asked, looks.flatten(1, 2)).unflatten(-1, looks.shape[1:3])  # (B, T, N, S)
        return every.gather(2, frame[..., None, None].expand(-1, -1, 1, every.shape[-1]))[:, :, 0]

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
