"""Stage 2, the story LLM (paper section 3.3): [IMG] tokens aligned to Char-LDM's condition."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from transformers import AutoTokenizer

from storygptv.data.collate import character_token_mask, names_in_slots, slot_token_mask, tokenize
from storygptv.data.store import StoryData
from storygptv.models.char_ldm import CharLDM
from storygptv.models.loading import find_model, found_anywhere, has_bf16, load_language_model
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
from storygptv.training.lm import pad, spread_positions
from storygptv.training.looks import SeenLooks
from storygptv.training.losses import alignment_loss, generation_loss, mean_by

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
    and `margin` say (see `CharLDMTask`). Where the story LLM has character slots, its target is the plain condition,
    and it tells who is there (`presence_loss`: of its head, or of its cast tokens and the [IMG] that ends them); looks
    are fused into both conditions before they are drawn from.

    From the story numbered `drawn_from_story` in the run on, a quarter of the pictures are Char-LDM's own drawings, of
    the first `num_drawn_stories` of the data. What the cast is seen to look like is of the true pictures always.
    With `only_look_match` nothing of the story LLM but its look match is trained.

    Losses are means over stories, of a story over its frames: a batch of twice as many stories is as two batches.
    """

    def __init__(self, data: StoryData, model: Path, char_ldm: CharLDM, llm: StoryLLM, seed: int = 0,
                 text_loss_weight: float = 0.1, generation_loss_weight: float = 0.1, alignment_loss_weight: float = 1.0,
                 drawing_loss_weight: float = 0.0, num_drawing_frames: int = 1, character_weight: float = 0.0,
                 margin: int = 0, presence_loss_weight: float = 0.1,
                 padding_weight: float = 2.0, name_weight: float = 40.0, absent_weight: float = 10.0,
                 missing_pictures: float = 0.1, own_frame_target: bool = False, fused_target: bool = True,
                 train_lm: bool = True, num_drawn_stories: int = 0, drawn_from_story: int = 0,
                 only_look_match: bool = False):  # fmt: skip
        super().__init__()
        if llm.config.num_character_slots and not fused_target:
            raise ValueError("fused_target: with character slots looks are fused in as a frame is drawn, got false")
        if only_look_match and not llm.config.look_width:
            raise ValueError("only_look_match: the story LLM has none, look_match must be set too")
        self.data, self.model, self.seed = data, model, seed
        self.text_loss_weight, self.generation_loss_weight = text_loss_weight, generation_loss_weight
        self.alignment_loss_weight, self.drawing_loss_weight = alignment_loss_weight, drawing_loss_weight
        if num_drawing_frames < 1:
            raise ValueError(f"num_drawing_frames: must be at least 1, got {num_drawing_frames}")
        self.num_drawing_frames, self.character_weight, self.margin = num_drawing_frames, character_weight, margin
        self.presence_loss_weight = presence_loss_weight
        self.padding_weight, self.name_weight, self.absent_weight = padding_weight, name_weight, absent_weight
        self.missing_pictures, self.own_frame_target = missing_pictures, own_frame_target
        self.fused_target = fused_target
        self.num_drawn_stories, self.drawn_from_story = num_drawn_stories, drawn_from_story
        self.llm = llm
        llm.lm.requires_grad_(train_lm)
        for parameter in llm.lora_parameters():
            parameter.requires_grad_(True)
        if llm.vision_encoder is not None:
            llm.vision_encoder.requires_grad_(False)
        if only_look_match:
            llm.requires_grad_(False).look_match.requires_grad_(True)
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
        self.drawn_features, self.drawn_index = None, {}
        if llm.config.look_width:
            told = self.portraits, self.characters, self.caption_ids, self.token_masks
            found = caches.found_features(char_ldm, *told) if char_ldm.fusion is not None else None
            self.seen_looks = SeenLooks(self.features, found, self.slots, self._named, len(llm.cast_ids))
            if not llm.look_match.scale.any() and (worn := self.seen_looks.worn(data)):  # it is new
                llm.init_look_match(*worn)
        if self.num_drawn_stories:
            stories = data.stories[: self.num_drawn_stories]
            rows = [row for story in stories for row in story]
            # drawn with the looks of the true first appearance, which later targets hold
            features = torch.stack(
                [f for story in stories for f in self._target_features(story, [True] * len(story), True)]
            )
            self.drawn_features = caches.drawn(
                f"drawn-{self.num_drawn_stories}", char_ldm, self.caption_ids[rows], features, self.token_masks[rows],
                self.seed, kind,
            )  # fmt: skip
            self.drawn_index = {row: index for index, row in enumerate(rows)}

    @property
    def num_rows(self) -> int:
        return len(self.data.stories)

    def sketch(self, batch_size: int) -> object:
        llm, first = self.llm, self.data.told(required=True)[0]
        casts = [range(min(2, llm.config.num_character_slots))] * len(first) if llm.config.cast_tokens else None
        length = min(len(llm.story_ids(first, None, casts)), llm.lm.config.max_position_embeddings)
        num_pictures = batch_size * (1 if llm.config.picture_first else len(first))
        embeds = torch.zeros(batch_size, length, llm.width, dtype=llm.lm.dtype) + llm.image_embeds[0].to(llm.lm.dtype)
        mask = torch.zeros(batch_size, 1, length, length, dtype=llm.lm.dtype)  # whole, lest its numbers be looked at
        decoder = llm.lm.get_decoder()
        positions = torch.arange(length).expand(batch_size, -1)
        hidden = decoder(
            inputs_embeds=embeds, attention_mask=mask, position_ids=positions, use_cache=False
        ).last_hidden_state
        mapped = llm.map(torch.zeros(num_pictures, llm.config.num_image_tokens, llm.width))
        looks = torch.zeros(batch_size, len(first), len(llm.cast_ids), llm.config.look_width)
        ids = torch.zeros(batch_size, length, dtype=torch.long)
        logits = self._with_looks(llm.logits(hidden), ids, hidden, looks)
        if not self.drawing_loss_weight:
            return logits, mapped
        unet, drawn = self.char_ldm.unet.config, min(num_pictures, batch_size * self.num_drawing_frames)
        latents = torch.zeros(drawn, unet.in_channels, unet.sample_size, unet.sample_size)
        timesteps = torch.zeros(drawn, dtype=torch.long)
        return logits, self.char_ldm.predict(latents, timesteps, mapped[:drawn])

    def batch(self, step: int, batch_size: int) -> dict[str, Tensor]:
        llm, rngs = self.llm, sample_rngs(step, batch_size, self.seed)
        sequences, positions, rows, pictures, looks, targets, shares = [], [], [], [], [], [], []
        picked, picked_shares, noise_rngs, noise_numbers = [], [], [], []
        limit = llm.lm.config.max_position_embeddings
        stories = rows_of(step, batch_size, len(self.data.stories), self.seed)
        for number, story, rng in zip(sample_numbers(step, batch_size), stories, rngs, strict=True):
            is_drawn = bool(self.num_drawn_stories and number >= self.drawn_from_story and number % 2)
            if is_drawn:  # half of the stories are ones that were drawn, and half of their pictures drawings
                story %= self.num_drawn_stories
            story_rows = self.data.stories[story]
            if llm.config.picture_first:  # its last sentence alone has [IMG], so stories of every length are told
                story_rows = story_rows[: int(rng.integers(1, len(story_rows) + 1))]
            is_seen = rng.random(len(story_rows)) >= self.missing_pictures
            is_drawing = (rng.random(len(story_rows)) < 0.5) & is_drawn
            ids = np.array(self._ids(story, story_rows, is_seen))
            while len(ids) > limit:  # of a story that is too long, the frames that fit
                story_rows, is_seen = story_rows[:-1], is_seen[:-1]
                ids = np.array(self._ids(story, story_rows, is_seen))
            if llm.config.look_width:
                looks.append(self.seen_looks.remembered(story_rows, is_seen, rng))
            for row, seen, drawing in zip(story_rows[:-1], is_seen, is_drawing, strict=False):
                if seen:
                    features = self.drawn_features if drawing else self.visual_features
                    pictures.append(features[self.drawn_index[row] if drawing else row])
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
        if llm.config.num_character_slots:
            batch["slot_features"] = torch.zeros(len(rows), self.num_slots, batch["character_features"].shape[-1])
            for i, row in enumerate(rows):
                batch["slot_features"][i, self.slots[row]] = targets[i][: len(self.slots[row])]
        if self.drawing_loss_weight:
            picked_rows = [rows[i] for i in picked]
            batch["picked"], batch["picked_shares"] = torch.tensor(picked), torch.tensor(picked_shares)
            batch["latents"] = self.latents[picked_rows].float()
            scheduler = self.char_ldm.scheduler
            batch |= draw_noise(batch["latents"], noise_rngs, noise_numbers, scheduler, self.seed)
            batch["character_masks"] = self.masks[picked_rows].float() / 255
        if pictures:
            batch["visual_features"] = torch.stack(pictures).float()
        if looks:
            batch["look_features"] = nn.utils.rnn.pad_sequence(looks, batch_first=True)
        return batch

    def _ids(self, story: int, rows: list[int], is_seen: Sequence[bool]) -> list[int]:
        """The first frames of a story, in `rows`, as the story LLM reads them."""
        casts = [self._named(row) for row in rows] if self.llm.config.cast_tokens else None
        return self.llm.story_ids(self.sentences[story][: len(rows)], is_seen, casts)

    def _named(self, row: int) -> list[int]:
        """The slots of those whom a frame's original caption names, in its order."""
        mask = self.token_masks[row]
        first = mask.int().argmax(-1).tolist()
        named = sorted((first[k], slot) for k, slot in enumerate(self.slots[row]) if mask[k].any())
        return list(dict.fromkeys(slot for _, slot in named))

    def _target_features(self, rows: list[int], is_seen: Sequence[bool], at_once: bool = False) -> list[Tensor]:
        """For each frame of a story, the features (K, F) its target is fused with; `is_seen` says of which frames
        the story LLM sees a picture. With `at_once` a first appearance has its own crop already."""
        seen_before: dict[int, Tensor] = {}
        targets = []
        for row, seen in zip(rows, is_seen, strict=True):
            features = torch.zeros_like(self.features[row], dtype=torch.float32)
            seen_now = dict(seen_before)
            for k, character in enumerate(self.characters[row]):
                own = self.features[row, k].float()
                if seen and own.any():
                    seen_now.setdefault(character, own)
                known = seen_now if at_once else seen_before
                features[k] = own if self.own_frame_target else known.get(character, self.portraits[character].float())
            seen_before = seen_now
            targets.append(features)
        return targets

    def forward(self, batch: dict[str, Tensor], generator: torch.Generator) -> dict[str, Tensor]:
        llm, ids = self.llm, batch["ids"]
        has_slots = bool(llm.config.num_character_slots)
        there = ids >= 0
        ids = ids.masked_fill(~there, 0)  # what stands at padding is neither attended to nor learnt
        hidden, mapped = llm(ids, there.long(), batch["position_ids"], batch.get("visual_features"))
        logits = llm.logits(hidden)
        is_word, is_image = ids < llm.vocab_size, (ids >= llm.vocab_size) & (ids <= llm.image_ids[-1])
        is_cast = (ids > llm.picture_ids[-1]) & (ids <= llm.picture_ids[-1] + len(llm.cast_ids))
        word_loss = generation_loss(logits[:, :-1], ids.masked_fill(~(there & is_word), -100)[:, 1:])
        image_loss = generation_loss(logits[:, :-1], ids.masked_fill(~is_image, -100)[:, 1:])
        with torch.no_grad():
            token_mask, order = batch["character_token_mask"], batch["order"]
            text = self.char_ldm.condition(batch["caption_ids"])
            fused = text
            if self.fused_target:
                fused = self.char_ldm.fused(text, batch["character_features"], token_mask)
            text, fused = (c.gather(1, order[..., None].expand_as(c)) for c in (text, fused))
            target = text if has_slots else fused
            names = token_mask.any(1).gather(1, order)
            names[:, self.num_slots :] = False  # further mentions: where they stand cannot be known
            said = batch["caption_mask"].gather(1, order)
            weights = torch.where(said, 1.0, self.padding_weight)
            weights[:, : self.num_slots] = self.absent_weight
            weights[names] = self.name_weight
        align = alignment_loss(mapped, target, weights, batch["shares"])
        with torch.no_grad():
            name_align = alignment_loss(mapped, target, names.float(), batch["shares"])
            padding_align = alignment_loss(mapped, target, 1 - said.float(), batch["shares"])
        loss = (
            self.alignment_loss_weight * align
            + self.generation_loss_weight * image_loss
            + self.text_loss_weight * word_loss
        )
        losses = {
            "alignment_loss": align, "name_alignment_loss": name_align, "padding_alignment_loss": padding_align,
            "generation_loss": image_loss, "text_loss": word_loss,
        }  # fmt: skip
        if has_slots:
            present = names[:, : self.num_slots]
            if llm.config.cast_tokens:
                said_of = is_cast | (ids == llm.image_ids[0])
                labels = llm.places(ids).masked_fill(~said_of, -100)
                logits = self._with_looks(logits, ids, hidden, batch.get("look_features"))
                losses["presence_loss"] = generation_loss(logits[:, :-1], labels[:, 1:])
            else:
                shown = llm.presence_logits(mapped).float()
                each = nn.functional.binary_cross_entropy_with_logits(shown, present.float(), reduction="none")
                losses["presence_loss"] = mean_by(each.mean(-1), batch["shares"])
            loss = loss + self.presence_loss_weight * losses["presence_loss"]
            mapped = self.char_ldm.fused(mapped, batch["slot_features"], slot_token_mask(present, mapped.shape[1]))
        if self.drawing_loss_weight:
            picked = batch["picked"]
            weights = 1 + self.character_weight * around(batch["character_masks"], self.margin)
            losses["drawing_loss"] = drawing_loss(
                self.char_ldm, batch["latents"], batch["noise"], batch["timesteps"], mapped[picked], fused[picked],
                weights, batch["picked_shares"],
            )  # fmt: skip
            loss = loss + self.drawing_loss_weight * losses["drawing_loss"]
        return {"loss": loss, **losses}

    def _with_looks(self, logits: Tensor, ids: Tensor, hidden: Tensor, looks: Tensor | None) -> Tensor:
        """The logits (B, T, V + R + S) of stories (B, T) with hidden states (B, T, width), to those of the cast added
        what `looks` (B, N, S, F) say, if words are compared with looks."""
        if not self.llm.config.look_width:
            return logits
        described = self.llm.described(ids, hidden, looks)
        return logits + nn.functional.pad(described, (logits.shape[-1] - described.shape[-1], 0))

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
              image_tokens: str | None = None,
              num_visual_tokens: int | None = None, visual_tokens: str | None = None,
              picture_first: bool | None = None, character_slots: bool = False, cast_tokens: bool = False,
              look_match: bool = False, only_look_match: bool = False, **options) -> StoryLLMTask:  # fmt: skip
    """The story LLM in `model` to train on, or a new one over the language model there, or over `lm`.

    `lm` is any causal language model, a folder or hub id. It is frozen, in bf16 and not copied, unless `train_lm`;
    `lora_rank` adds a LoRA to every linear layer of it, `quantisation` ("8bit", "4bit") packs its frozen weights.
    `character_slots` gives it a slot for each of the cast, `cast_tokens` a token, `look_match` a comparison of words
    with what each was seen to look like, if it has none: see `StoryLLMConfig`, also for what a new one is made with (8
    [IMG] and 8 visual tokens of patches, pictures after their sentences, where nothing is said). `image_tokens` is a
    model, a folder or name, as whose [IMG] tokens those of a new one begin: for a language model that knows them. With
    `only_look_match` nothing else of the story LLM that is there is trained. Raises ValueError where these do not go
    together, or not with the story LLM that is there.
    """
    if quantisation and train_lm:
        raise ValueError("quantisation: packs a language model that is not trained, and train_lm is set")
    if only_look_match and (train_lm or lora_rank):
        raise ValueError("only_look_match: trains nothing else; leave train_lm and lora_rank out")
    char_ldm, lm = CharLDM.from_folder(model), None if lm is None else found_anywhere(lm)
    asked = {"num_image_tokens": num_image_tokens, "num_visual_tokens": num_visual_tokens,
             "visual_tokens": visual_tokens, "picture_first": picture_first}  # fmt: skip
    asked = {name: value for name, value in asked.items() if value is not None}
    if (model / "story_llm").exists():
        llm = StoryLLM.from_folder(model / "story_llm", quantisation)
        if image_tokens is not None and not (model / "training" / "story-llm").exists():  # else it is this run's
            raise ValueError(f"image_tokens: are what a new story LLM begins with, and {model} has one")
        for name, value in asked.items():
            if value != getattr(llm.config, name):
                raise ValueError(f"{name}: the story LLM in {model} has {getattr(llm.config, name)}, got {value}")
        llm.check_looks(char_ldm.image_encoder.config.projection_dim)
        was_trained = llm.config.lm is None and train_lm  # of a language model that was named, then kept here
        if not (was_trained or lm in (None, llm.config.lm)):
            raise ValueError(f"lm: the story LLM in {model} is over {llm.config.lm or 'its own'}, got {lm!r}")
        train_lm = llm.config.lm is None if train_lm is None else train_lm
    else:
        train_lm = lm is None if train_lm is None else train_lm
        source = model / "lm" if lm is None else lm
        language_model = load_language_model(source, None if train_lm else torch.bfloat16, quantisation)
        torch.manual_seed(seed)
        width = language_model.get_input_embeddings().weight.shape[1]
        # for a small language model a small mapper, else GILL's
        sizes = {} if lm else dict(hidden_width=192, num_encoder_layers=1, num_decoder_layers=3, feedforward_width=448)
        mapper = EmbeddingMapper(width, char_ldm.text_encoder.config.hidden_size, char_ldm.condition_length, **sizes)
        asked = {"num_visual_tokens": 8, "visual_tokens": "patches"} | asked
        config = StoryLLMConfig(char_ldm.image_encoder.config.hidden_size, **asked, lm=lm)
        llm = StoryLLM(language_model, AutoTokenizer.from_pretrained(source), mapper, config)
        if image_tokens is not None:
            llm.know_image_tokens(find_model(image_tokens))
    if only_look_match and not ((model / "story_llm").exists() and llm.config.cast_tokens):
        raise ValueError(f"only_look_match: is of a story LLM with cast tokens, and {model} has none")
    if train_lm and llm.lora_parameters():
        raise ValueError("train_lm: is for a language model without a LoRA, and this one has one")
    if train_lm:
        llm.config = replace(llm.config, lm=None)  # what it becomes is kept with it
    if lora_rank:
        if llm.config.lm is None:
            raise ValueError("lora_rank: is for a language model named by `lm` and not trained as a whole")
        llm.add_lora(lora_rank)
    cast = len(data.info.names)
    if character_slots and not llm.config.num_character_slots:
        if cast > LARGE_CAST * char_ldm.condition_length:
            raise ValueError(f"character_slots: are for a small cast, {data.info.name} has {cast} characters")
        torch.manual_seed(seed)
        llm.add_character_slots(cast)
    elif llm.config.num_character_slots not in (0, cast):
        raise ValueError(f"data: must have the story LLM's {llm.config.num_character_slots} characters, got {cast}")
    if cast_tokens and not llm.config.cast_tokens:
        if not llm.config.num_character_slots:
            raise ValueError("cast_tokens: are of character slots, so character_slots must be set too")
        torch.manual_seed(seed)
        llm.add_cast_tokens(data.info.names)
    if look_match and not llm.config.look_width:
        if not llm.config.cast_tokens:
            raise ValueError("look_match: is of cast tokens, so cast_tokens must be set too")
        torch.manual_seed(seed)
        llm.add_look_match(char_ldm.image_encoder.config.projection_dim)
    options["only_look_match"] = only_look_match
    return StoryLLMTask(data, model, char_ldm, llm, seed, train_lm=train_lm, **options)
