"""Filling in masks, with a tiny SAM made on the spot and a detector that stands in for a large one."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import (
    OwlViTConfig,
    OwlViTForObjectDetection,
    OwlViTImageProcessor,
    OwlViTProcessor,
    PreTrainedTokenizerFast,
    Sam2Config,
    Sam2HieraDetConfig,
    Sam2MaskDecoderConfig,
    Sam2Model,
    Sam2PromptEncoderConfig,
    Sam2VisionConfig,
    SamConfig,
    SamImageProcessor,
    SamMaskDecoderConfig,
    SamModel,
    SamProcessor,
    SamPromptEncoderConfig,
    SamVisionConfig,
)

from storygptv.data import segment
from storygptv.data.schema import REQUIRED
from storygptv.data.segment import Segmenter, add_masks, combine
from storygptv.data.store import StoryData, write


@pytest.fixture(scope="module")
def sam(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sam")
    torch.manual_seed(0)
    config = SamConfig(
        vision_config=SamVisionConfig(
            hidden_size=16, output_channels=16, num_hidden_layers=1, num_attention_heads=2, image_size=64,
            patch_size=8, window_size=4, global_attn_indexes=[0], mlp_dim=16, num_pos_feats=8,
        ),
        prompt_encoder_config=SamPromptEncoderConfig(
            hidden_size=16, image_size=64, patch_size=8, mask_input_channels=4
        ),
        mask_decoder_config=SamMaskDecoderConfig(
            hidden_size=16, mlp_dim=16, num_hidden_layers=1, num_attention_heads=2, iou_head_hidden_dim=16
        ),
    )  # fmt: skip
    SamModel(config).save_pretrained(folder)
    sizes = {"size": {"longest_edge": 64}, "pad_size": {"height": 64, "width": 64}}
    SamProcessor(SamImageProcessor(**sizes)).save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def sam_2(tmp_path_factory):
    """SAM 2 as its hub folders are: nothing in it needs torchvision."""
    folder = tmp_path_factory.mktemp("sam2")
    torch.manual_seed(0)
    backbone = Sam2HieraDetConfig(
        hidden_size=8, image_size=[64, 64], blocks_per_stage=[1, 1, 2, 1], embed_dim_per_stage=[8, 16, 32, 64],
        num_attention_heads_per_stage=[1, 1, 1, 1], window_size_per_stage=[8, 4, 4, 2], global_attention_blocks=[3],
    )  # fmt: skip
    config = Sam2Config(
        vision_config=Sam2VisionConfig(
            backbone_config=backbone, backbone_channel_list=[64, 32, 16, 8], fpn_hidden_size=16,
            backbone_feature_sizes=[[16, 16], [8, 8], [4, 4]],
        ),
        prompt_encoder_config=Sam2PromptEncoderConfig(hidden_size=16, image_size=64, mask_input_channels=4),
        mask_decoder_config=Sam2MaskDecoderConfig(
            hidden_size=16, mlp_dim=16, num_hidden_layers=1, num_attention_heads=2, iou_head_hidden_dim=16
        ),
    )  # fmt: skip
    Sam2Model(config).save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def owl(tmp_path_factory):
    """A tiny OWL-ViT, of words apart."""
    folder = tmp_path_factory.mktemp("owl")
    vocabulary = {word: i for i, word in enumerate(("<pad>", "<unk>", "mia", "a", "girl", "with", "red", "bow"))}
    split = Tokenizer(WordLevel(vocabulary, unk_token="<unk>"))
    split.pre_tokenizer = Whitespace()
    words = PreTrainedTokenizerFast(
        tokenizer_object=split, pad_token="<pad>", unk_token="<unk>", eos_token="bow", model_max_length=8
    )
    torch.manual_seed(0)
    small = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    ids = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 7}
    config = OwlViTConfig(
        text_config=small | ids | {"vocab_size": len(vocabulary), "max_position_embeddings": 8},
        vision_config=small | {"image_size": 64, "patch_size": 16}, projection_dim=16,
    )  # fmt: skip
    OwlViTForObjectDetection(config).save_pretrained(folder)
    OwlViTProcessor(OwlViTImageProcessor(size={"height": 64, "width": 64}), words).save_pretrained(folder)
    return str(folder)


@pytest.fixture
def bare(toon_folder, tmp_path):
    """The toon data set without masks; its second story's frames have no boxes either."""
    data = StoryData.load(toon_folder)
    keep = (*REQUIRED, "story_id", "boxes", "referential_caption", "mentions")
    stories = [[{name: frame[name] for name in keep} for frame in data.story(n)] for n in range(len(data))]
    for frame in stories[1]:
        frame["boxes"] = []
    write([*stories, [*stories[0][1:], *stories[2][:1]]], data.info, tmp_path / "data", data.portraits)
    return tmp_path / "data"


class Finds(Segmenter):
    """Finds everybody but the first in the left half of the picture."""

    asked: list[list[str]] = []

    def __init__(self, model, detector, device, threshold):
        super().__init__(model, None, device, threshold)

    def detect(self, image, descriptions):
        self.asked.append(list(descriptions))
        return [None, *[[0.0, 0.0, image.shape[1] / 2, image.shape[0]]] * (len(descriptions) - 1)]


def test_masks_are_filled_in_and_nothing_else_changes(bare, sam, monkeypatch):
    monkeypatch.setattr(segment, "Segmenter", Finds)
    monkeypatch.setattr(segment, "ROWS_A_FILE", 4)
    before = StoryData.load(bare)
    done: list[tuple[int, int]] = []
    told = {before.info.names[0]: "a girl with a red bow"}
    filled, left = add_masks(
        bare, sam, "a detector", told, devices=("cpu", "cpu"), progress=lambda *at: done.append(at)
    )
    after = StoryData.load(bare)
    alone = sum(len(before.text("characters")[row]) == 1 for row in before.stories[1])
    nobody = sum(not names for names in before.text("characters"))
    assert filled == sum(after.has_segmentation) == len(before.frames) - nobody - alone and left == alone
    assert done[-1][0] == done[-1][1] == -(-(filled + left) // 4)
    assert Finds.asked and {text for texts in Finds.asked for text in texts} <= {*before.info.names, *told.values()}
    assert after.stories == before.stories and after.story_ids == before.story_ids and after.info == before.info
    for row in range(len(before.frames)):
        old, new = before.frame(row), after.frame(row)
        assert (old.pop("image") == new.pop("image")).all() and old.pop("segmentation") is None
        masks = new.pop("segmentation")
        assert old == new
        assert masks is None or (masks.dtype == np.uint8 and masks.max() <= len(new["characters"]))
    assert not [path for path in bare.parent.iterdir() if path.name.startswith(".")]
    assert add_masks(bare, sam, "a detector")[0] == 0  # nothing is left to do


def test_it_goes_on_where_it_stopped(bare, sam, monkeypatch):
    monkeypatch.setattr(segment, "Segmenter", Finds)
    monkeypatch.setattr(segment, "ROWS_A_FILE", 3)
    calls: list[int] = []
    whole = segment._segment_rows

    def interrupted(segmenter, data, rows, *rest):
        calls.append(rows[0])
        if len(calls) == 2:
            raise RuntimeError("the power went")
        return whole(segmenter, data, rows, *rest)

    monkeypatch.setattr(segment, "_segment_rows", interrupted)
    with pytest.raises(RuntimeError, match="the power went"):
        add_masks(bare, sam, "a detector")
    assert not any(StoryData.load(bare).has_segmentation)
    stopped = calls[-1]
    add_masks(bare, sam, "a detector")
    assert calls.count(calls[0]) == 1 and calls.count(stopped) == 2  # what was done is not done again
    assert any(StoryData.load(bare).has_segmentation)


@pytest.mark.parametrize("model", ["sam", "sam_2"])
def test_a_batch_is_its_pictures(model, request):
    segmenter = Segmenter(request.getfixturevalue(model), None, "cpu", 0.25)
    images = list(np.random.default_rng(0).integers(0, 255, (3, 48, 48, 3), dtype=np.uint8))
    boxes = [[[2.0, 3, 20, 30], [10, 10, 40, 44]], [[0, 0, 9, 9], [30, 30, 47, 47]], [[5, 5, 30, 40], [1, 1, 8, 40]]]
    together = segmenter.segment(images, boxes)
    for image, box, masks in zip(images, boxes, together, strict=True):
        assert masks.shape == (2, 48, 48) and masks.dtype == bool
        assert (segmenter.segment([image], [box])[0] != masks).mean() < 0.01


def test_sam_2_reads_and_draws_at_its_own_size(sam_2):
    processor = Segmenter(sam_2, None, "cpu", 0.25).processor
    pictures = [np.full((32, 128, 3), 255, np.uint8), np.full((64, 64, 3), 255, np.uint8)]
    inputs = processor(pictures, [[[0.0, 0, 128, 32], [64, 8, 96, 16]], [[1, 2, 3, 4], [5, 6, 7, 8]]], "pt")
    white = (1 - np.array([0.485, 0.456, 0.406])) / [0.229, 0.224, 0.225]
    assert inputs["pixel_values"].shape == (2, 3, 64, 64)
    assert inputs["pixel_values"][0, :, 5, 60].numpy() == pytest.approx(white, abs=1e-5)
    assert inputs["input_boxes"].tolist() == [[[0, 0, 64, 64], [32, 16, 48, 32]], [[1, 2, 3, 4], [5, 6, 7, 8]]]
    logits = torch.full((2, 2, 3, 16, 16), -1.0)
    logits[..., :8] = 1.0  # the left half
    wide, square = processor.post_process_masks(logits, inputs["original_sizes"])
    assert wide.shape == (2, 3, 32, 128) and wide[..., :60].all() and not wide[..., 68:].any()
    assert square.shape == (2, 3, 64, 64)


def test_a_detector_finds_each_description_where_it_is_surest(sam, owl):
    picture = np.random.default_rng(0).integers(0, 255, (48, 40, 3), dtype=np.uint8)
    segmenter = Segmenter(sam, owl, "cpu", 0.0)
    boxes = segmenter.detect(picture, ["Mia", "A girl with a red bow."])
    inputs = segmenter.detector_processor(images=picture, text=[["mia", "a girl with a red bow"]], return_tensors="pt")
    found = segmenter.detector(**inputs)
    for k, box in enumerate(boxes):
        x, y, width, height = found.pred_boxes[0, found.logits[0, :, k].argmax()].tolist()
        edges = [(x - width / 2) * 40, (y - height / 2) * 48, (x + width / 2) * 40, (y + height / 2) * 48]
        assert box == pytest.approx(np.clip(edges, 0, [40, 48, 40, 48]).tolist(), abs=0.1)
    segmenter.threshold = 1.0
    assert segmenter.detect(picture, ["Mia"]) == [None]


def test_the_smaller_of_two_masks_is_in_front():
    large, small = np.zeros((2, 4, 4), bool)
    large[:, :3] = small[1, 1] = True
    expected = large * 2
    expected[1, 1] = 1
    assert (combine(np.stack((small, large)), [1, 2], (4, 4)) == expected).all()


def test_what_cannot_be_done_is_said(bare, sam, tmp_path):
    with pytest.raises(ValueError, match="detector: 3 frames have no boxes, such as row 3"):
        add_masks(bare, sam)
    with pytest.raises(ValueError, match="is no SAM that loads"):
        Segmenter(str(tmp_path), None, "cpu", 0.25)
    with pytest.raises(ValueError, match="is none that loads"):
        Segmenter(sam, str(tmp_path), "cpu", 0.25)
