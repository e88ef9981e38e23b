"""Stage 2, the story LLM (paper section 3.3): [IMG] tokens aligned to Char-LDM's condition."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from transformers import AutoTokenizer

from storygptv.data.collate import character_token_mask, names_in_slots, tokenize
from storygptv.data.store import StoryData
from storygptv.models.base_lm import SMOLLM2, find_language_model
from storygptv.models.char_ldm import CharLDM
from storygptv.models.loading import found_anywhere, has_bf16, load_language_model
from storygptv.models.mapper import EmbeddingMapper
from storygptv.models.narrow import keep_narrow
from storygptv.models.story_llm import StoryLLM, StoryLLMConfig
from storygptv.pipeline import StoryPipeline
from storygptv.story import Frame, Story
from storygptv.training import cast_of
from storygptv.training.cache import Caches
from storygptv.training.char_ldm import NUM_CHARACTERS, around
from storygptv.training.engine import Task, TrainConfig, rows_of, sample_numbers, sample_rngs, sharded_layers_of
from storygptv.training.ldm import SAMPLED, arranged, draw_noise, drawing_loss
from storygptv.training.losses import alignment_loss, generation_loss
from storygptv.training.sequences import pad, spread_positions

DEFAULTS = TrainConfig(steps=5000, batch_size=16, learning_rate=1e-3, warmup_steps=200, ema_decay=0.9995)
LARGE_CAST = 0.25  # of a condition's length: a larger cast has no slots of its own


class StoryLLMTask(Task):
    """L_gen + L_align over every frame of a story at once.

    The target of a frame is its original caption's condition, fused only with what can be known: until a picture of
    a character has been seen, its reference portrait, then the crop of that picture. With `own_frame_target` the
    paper's own-frame crop is the target instead; without `fused_target` nothing is fused in (the paper's Emb_text). Its
    tokens are ordered by `names_in_slots`, each character of the data set having a slot of its own (of a large cast:
    those in the picture, in the order of the cast). Names and padding, which sums up the text, say who and where: they
    count `name_weight` and `padding_weight` times another word, and what fills the slot of somebody absent
    `absent_weight` times.

    With `drawing_loss_weight` `num_drawing_frames` of each story are also noised, and Char-LDM must predict the same
    from the mapped condition as from the target: this says what the error of tokens cannot, which of them a drawing
    hangs on and that their order does not matter. Figures and what is around them count there as `character_weight`
    and `margin` say (see `CharLDMTask`).

    Losses are means over stories, of a story over its frames: a batch of twice as many stories is as two batches.
    """

    def __init__(self, data: StoryData, model: Path, char_ldm: CharLDM, llm: StoryLLM, seed: int = 0,
                 text_loss_weight: float = 0.1, generation_loss_weight: float = 0.1, alignment_loss_weight: float = 1.0,
                 drawing_loss_weight: float = 0.0, num_drawing_frames: int = 1, character_weight: float = 0.0,
                 margin: int = 0, padding_weight: float = 2.0, name_weight: float = 40.0, absent_weight: float = 10.0,
                 missing_pictures: float = 0.1, own_frame_target: bool = False, fused_target: bool = True,
                 train_lm: bool = True):  # fmt: skip
        super().__init__()
        self.data, self.model, self.seed = data, model, seed
        self.text_loss_weight, self.generation_loss_weight = text_loss_weight, generation_loss_weight
        self.alignment_loss_weight, self.drawing_loss_weight = alignment_loss_weight, drawing_loss_weight
        if num_drawing_frames < 1:
            raise ValueError(f"num_drawing_frames: must be at least 1, got {num_drawing_frames}")
        self.num_drawing_frames, self.character_weight, self.margin = num_drawing_frames, character_weight, margin
        self.padding_weight, self.name_weight, self.absent_weight = padding_weight, name_weight, absent_weight
        self.missing_pictures, self.own_frame_target = missing_pictures, own_frame_target
        self.fused_target = fused_target
        self.llm = llm
        llm.lm.requires_grad_(train_lm)
        for parameter in llm.lora_parameters():
            parameter.requires_grad_(True)
        if llm.vision_encoder is not None:
            llm.vision_encoder.requires_grad_(False)
        self.char_ldm = char_ldm.requires_grad_(False)

    def prepare(self, device: str | torch.device = "cpu", log: Callable[[str], None] = print) -> None:
        data, char_ldm, llm = self.data, self.char_ldm, self.llm
        caches, kind = Caches(data, self.model, device, log), llm.config.visual_tokens
        self.features, self.portraits = caches.features(char_ldm.image_encoder, NUM_CHARACTERS)
        own = llm.vision_encoder is not None
        vision = "story_llm/vision_encoder" if own else "image_encoder"
        self.visual_features = caches.frames(llm.vision_encoder or char_ldm.image_encoder, vision, kind)
        if self.drawing_loss_weight:
            arranged(char_ldm.unet)
            self.latents = caches.latents(char_ldm.vae)
            self.masks = caches.masks(char_ldm.unet.config.sample_size, NUM_CHARACTERS)

        order = {name: i for i, name in enumerate(data.info.names)}
        characters = data.text("characters")
        self.characters = [[order[name] for name in names[:NUM_CHARACTERS]] for names in characters]
        tokens = tokenize(data.text("caption"), char_ldm.tokenizer, char_ldm.condition_length)
        self.caption_ids, self.caption_mask = tokens["input_ids"].int(), tokens["attention_mask"].bool()
        self.token_masks = character_token_mask(
            tokens["offset_mapping"], data.text("caption_spans"), characters, NUM_CHARACTERS
        )
        self.num_slots, self.slots = len(data.info.names), self.characters
        if self.num_slots > LARGE_CAST * char_ldm.condition_length:
            self.num_slots = NUM_CHARACTERS
            self.slots = [[sorted(present).index(c) for c in present] for present in self.characters]
        self.sentences = data.told(required=True)

    @property
    def num_rows(self) -> int:
        return len(self.data.stories)

    def sketch(self, batch_size: int) -> object:
        llm, first = self.llm, self.data.told(required=True)[0]
        length = min(len(llm.story_ids(first)), llm.lm.config.max_position_embeddings)
        num_pictures = batch_size * (1 if llm.config.picture_first else len(first))
        embeds = torch.zeros(batch_size, length, llm.width, dtype=llm.lm.dtype) + llm.image_embeds[0].to(llm.lm.dtype)
        mask = torch.zeros(batch_size, 1, length, length, dtype=llm.lm.dtype)  # whole, lest its numbers be looked at
        decoder = llm.lm.get_decoder()
        positions = torch.arange(length).expand(batch_size, -1)
        hidden = decoder(
            inputs_embeds=embeds, attention_mask=mask, position_ids=positions, use_cache=False
        ).last_hidden_state
        mapped = llm.map(torch.zeros(num_pictures, llm.config.num_image_tokens, llm.width))
        logits = llm.logits(hidden)
        if not self.drawing_loss_weight:
            return logits, mapped
        unet, drawn = self.char_ldm.unet.config, min(num_pictures, batch_size * self.num_drawing_frames)
        latents = torch.zeros(drawn, unet.in_channels, unet.sample_size, unet.sample_size)
        timesteps = torch.zeros(drawn, dtype=torch.long)
        return logits, self.char_ldm.predict(latents, timesteps, mapped[:drawn])

    def batch(self, step: int, batch_size: int) -> dict[str, Tensor]:
        llm, rngs = self.llm, sample_rngs(step, batch_size, self.seed)
        sequences, positions, rows, pictures, targets, shares = [], [], [], [], [], []
        picked, picked_shares, noise_rngs, noise_numbers = [], [], [], []
        limit = llm.lm.config.max_position_embeddings
        stories = rows_of(step, batch_size, len(self.data.stories), self.seed)
        for number, story, rng in zip(sample_numbers(step, batch_size), stories, rngs, strict=True):
            story_rows = self.data.stories[story]
            if llm.config.picture_first:  # its last sentence alone has [IMG], so stories of every length are told
                story_rows = story_rows[: int(rng.integers(1, len(story_rows) + 1))]
            is_seen = rng.random(len(story_rows)) >= self.missing_pictures
            ids = np.array(llm.story_ids(self.sentences[story][: len(story_rows)], is_seen))
            while len(ids) > limit:  # of a story that is too long, the frames that fit
                story_rows, is_seen = story_rows[:-1], is_seen[:-1]
                ids = np.array(llm.story_ids(self.sentences[story][: len(story_rows)], is_seen))
            pictures += [self.visual_features[row] for row, seen in zip(story_rows[:-1], is_seen, strict=False) if seen]
            num_targets = 1 if llm.config.picture_first else len(story_rows)
            places = rng.choice(num_targets, min(self.num_drawing_frames, num_targets), replace=False)
            picked += (len(rows) + places).tolist()
            shares += [1 / (batch_size * num_targets)] * num_targets
            picked_shares += [1 / (batch_size * len(places))] * len(places)
            noise_rngs += [rng] * len(places)
            noise_numbers += [number * self.num_drawing_frames + place for place in range(len(places))]
            rows += story_rows[-num_targets:]
            targets += self._target_features(story_rows, is_seen)[-num_targets:]
            starts = np.flatnonzero(np.isin(ids, (llm.image_ids[-1], llm.picture_ids[-1]))) + 1
            starts = [start for start in starts if start < len(ids)]
            sequences.append(ids)
            positions.append(spread_positions(starts, len(ids), limit, rng))
        ids, token_masks = pad(sequences, -1), self.token_masks[rows]
        batch = {
            "ids": ids,
            "position_ids": pad(positions, 0),
            "caption_ids": self.caption_ids[rows].long(),
            "caption_mask": self.caption_mask[rows],
            "character_token_mask": token_masks,
            "order": names_in_slots(token_masks, [self.slots[row] for row in rows], self.num_slots),
            "character_features": torch.stack(targets),
            "shares": torch.tensor(shares),
        }
        if self.drawing_loss_weight:
            picked_rows = [rows[i] for i in picked]
            batch["picked"], batch["picked_shares"] = torch.tensor(picked), torch.tensor(picked_shares)
            batch["latents"] = self.latents[picked_rows].float()
            scheduler = self.char_ldm.scheduler
            batch |= draw_noise(batch["latents"], noise_rngs, noise_numbers, scheduler, self.seed)
            batch["character_masks"] = self.masks[picked_rows].float() / 255
        if pictures:
            batch["visual_features"] = torch.stack(pictures).float()
        return batch

    def _target_features(self, rows: list[int], is_seen: Sequence[bool]) -> list[Tensor]:
        """For each frame of a story, the features (K, F) its target is fused with; `is_seen` says of which frames
        the story LLM sees a picture."""
        seen_before: dict[int, Tensor] = {}
        targets = []
        for row, seen in zip(rows, is_seen, strict=True):
            features, seen_now = torch.zeros_like(self.features[row], dtype=torch.float32), {}
            for k, character in enumerate(self.characters[row]):
                own = self.features[row, k].float()
                known = seen_before.get(character, self.portraits[character].float())
                features[k] = own if self.own_frame_target else known
                if seen and own.any():
                    seen_now[character] = own
            seen_before = seen_now | seen_before
            targets.append(features)
        return targets

    def forward(self, batch: dict[str, Tensor], generator: torch.Generator) -> dict[str, Tensor]:
        llm, ids = self.llm, batch["ids"]
        there = ids >= 0
        ids = ids.masked_fill(~there, 0)  # what stands at padding is neither attended to nor learnt
        hidden, mapped = llm(ids, there.long(), batch["position_ids"], batch.get("visual_features"))
        logits = llm.logits(hidden)
        is_word, is_image = ids < llm.vocab_size, (ids >= llm.vocab_size) & (ids <= llm.image_ids[-1])
        word_loss = generation_loss(logits[:, :-1], ids.masked_fill(~(there & is_word), -100)[:, 1:])
        image_loss = generation_loss(logits[:, :-1], ids.masked_fill(~is_image, -100)[:, 1:])
        with torch.no_grad():
            token_mask, order = batch["character_token_mask"], batch["order"]
            fused = self.char_ldm.condition(batch["caption_ids"])
            if self.fused_target:
                fused = self.char_ldm.fused(fused, batch["character_features"], token_mask)
            fused = fused.gather(1, order[..., None].expand_as(fused))
            names = token_mask.any(1).gather(1, order)
            names[:, self.num_slots :] = False  # further mentions: where they stand cannot be known
            said = batch["caption_mask"].gather(1, order)
            weights = torch.where(said, 1.0, self.padding_weight)
            weights[:, : self.num_slots] = self.absent_weight
            weights[names] = self.name_weight
        align = alignment_loss(mapped, fused, weights, batch["shares"])
        with torch.no_grad():
            name_align = alignment_loss(mapped, fused, names.float(), batch["shares"])
            padding_align = alignment_loss(mapped, fused, 1 - said.float(), batch["shares"])
        loss = (
            self.alignment_loss_weight * align
            + self.generation_loss_weight * image_loss
            + self.text_loss_weight * word_loss
        )
        losses = {
            "alignment_loss": align, "name_alignment_loss": name_align, "padding_alignment_loss": padding_align,
            "generation_loss": image_loss, "text_loss": word_loss,
        }  # fmt: skip
        if self.drawing_loss_weight:
            picked = batch["picked"]
            weights = 1 + self.character_weight * around(batch["character_masks"], self.margin)
            losses["drawing_loss"] = drawing_loss(
                self.char_ldm, batch["latents"], batch["noise"], batch["timesteps"], mapped[picked], fused[picked],
                weights, batch["picked_shares"],
            )  # fmt: skip
            loss = loss + self.drawing_loss_weight * losses["drawing_loss"]
        return {"loss": loss, **losses}

    def full_precision(self, device: str | torch.device) -> None:
        """All but a language model that is frozen, whose states fit in whatever precision it has; of one in bf16 the
        weights alone keep it where the device only imitates that."""
        lm = self.llm.lm
        for part in (self.char_ldm, *(part for part in self.llm.children() if part is not lm)):
            part.float()
        if self.llm.is_packed():
            return
        if not has_bf16(device):
            keep_narrow(lm)
        elif any(parameter.requires_grad for parameter in lm.parameters()):
            lm.float()

    def sharded_layers(self) -> list[str]:
        return sharded_layers_of(self.llm.lm)

    def sample(self) -> tuple[list[Image.Image], list[str]]:
        """The first story, told and drawn as the pipeline does."""
        pipeline = StoryPipeline(self.char_ldm, self.llm, cast_of(self.data))
        texts = self.sentences[0][:SAMPLED]
        frames = pipeline.visualize(Story("Sample", (), tuple(Frame(text) for text in texts)))
        return [frame.image for frame in frames], list(texts)

    def export(self, folder: Path) -> None:
        self.llm.save(folder / "story_llm")


def make_task(data: StoryData, model: Path, seed: int = 0, lm: str | None = None, train_lm: bool | None = None,
              lora_rank: int = 0, quantisation: str | None = None, num_image_tokens: int | None = None,
              num_visual_tokens: int | None = None, visual_tokens: str | None = None,
              picture_first: bool | None = None, **options) -> StoryLLMTask:  # fmt: skip
    """The story LLM in `model` to train on, or a new one over the language model there, or over `lm`, SmolLM2 unless
    another is named.

    `lm` is any causal language model, a folder or hub id. It is frozen, in bf16 and not copied, unless `train_lm`;
    `lora_rank` adds a LoRA to every linear layer of it, `quantisation` ("8bit", "4bit") packs its frozen weights.
    What a new one is made with: see `StoryLLMConfig`; 8 [IMG] and 8 visual tokens of patches, pictures after their
    sentences, where nothing is said. Raises ValueError where these do not go together, or not with the story LLM
    that is there.
    """
    if quantisation and train_lm:
        raise ValueError("quantisation: packs a language model that is not trained, and train_lm is set")
    char_ldm, lm = CharLDM.from_folder(model), None if lm is None else found_anywhere(lm)
    asked = {"num_image_tokens": num_image_tokens, "num_visual_tokens": num_visual_tokens,
             "visual_tokens": visual_tokens, "picture_first": picture_first}  # fmt: skip
    asked = {name: value for name, value in asked.items() if value is not None}
    if (model / "story_llm").exists():
        llm = StoryLLM.from_folder(model / "story_llm", quantisation)
        for name, value in asked.items():
            if value != getattr(llm.config, name):
                raise ValueError(f"{name}: the story LLM in {model} has {getattr(llm.config, name)}, got {value}")
        was_trained = llm.config.lm is None and train_lm  # of a language model that was named, then kept here
        if not (was_trained or lm in (None, llm.config.lm)):
            raise ValueError(f"lm: the story LLM in {model} is over {llm.config.lm or 'its own'}, got {lm!r}")
        train_lm = llm.config.lm is None if train_lm is None else train_lm
    else:
        if lm is None and not (model / "lm").exists():
            lm = SMOLLM2
        train_lm = lm is None if train_lm is None else train_lm
        source = model / "lm" if lm is None else find_language_model(lm)
        language_model = load_language_model(source, None if train_lm else torch.bfloat16, quantisation)
        torch.manual_seed(seed)
        width = language_model.get_input_embeddings().weight.shape[1]
        text_width = char_ldm.text_encoder.config.hidden_size
        small = dict(hidden_width=192, num_encoder_layers=1, num_decoder_layers=3, feedforward_width=448)
        sizes = small if text_width < 512 else {}  # for a small Char-LDM a small mapper, else GILL's
        mapper = EmbeddingMapper(width, text_width, char_ldm.condition_length, **sizes)
        asked = {"num_visual_tokens": 8, "visual_tokens": "patches"} | asked
        config = StoryLLMConfig(char_ldm.image_encoder.config.hidden_size, **asked, lm=lm)
        llm = StoryLLM(language_model, AutoTokenizer.from_pretrained(source), mapper, config)
    if train_lm and llm.lora_parameters():
        raise ValueError("train_lm: is for a language model without a LoRA, and this one has one")
    if train_lm:
        llm.config = replace(llm.config, lm=None)  # what it becomes is kept with it
    if lora_rank:
        if llm.config.lm is None:
            raise ValueError("lora_rank: is for a language model named by `lm` and not trained as a whole")
        llm.add_lora(lora_rank)
    return StoryLLMTask(data, model, char_ldm, llm, seed, train_lm=train_lm, **options)
