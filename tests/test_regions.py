"""Masks that end where a picture's regions end."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from storygptv.models.regions import masks_by_region


def coarse(mask: np.ndarray, cell: int) -> np.ndarray:
    """A mask, some pixels too large, known at one value a cell."""
    values = functional.max_pool2d(torch.from_numpy(mask)[None, None].float(), 9, 1, 4)
    cells = functional.avg_pool2d(values, cell)
    return functional.interpolate(cells, mask.shape, mode="bicubic")[0, 0].numpy()


def overlap(found: np.ndarray, masks: np.ndarray) -> float:
    """The least intersection over union of masks (K, H, W)."""
    return min((found & masks).sum((1, 2)) / (found | masks).sum((1, 2)))


@pytest.fixture
def two() -> tuple[np.ndarray, np.ndarray]:
    """A picture with a red disc and a blue one beside it, and their masks (2, 128, 128)."""
    y, x = np.mgrid[:128, :128]
    masks = np.stack([(y - 68) ** 2 + (x - left) ** 2 < 676 for left in (34, 90)])
    picture = np.full((128, 128, 3), 200, np.uint8)
    picture[masks[0]], picture[masks[1]] = (200, 30, 30), (30, 30, 200)
    return picture, masks


def test_masks_follow_the_picture_where_maps_are_coarse(two):
    picture, masks = two
    maps = np.stack([coarse(mask, 8) for mask in masks])
    found = masks_by_region(maps, picture)
    assert overlap(maps > 0.6, masks) < 0.85 and overlap(found, masks) > 0.9


def test_a_larger_picture_gives_the_same_masks_larger(two):
    picture, masks = two
    large = lambda values: values.repeat(2, -2).repeat(2, -1)  # noqa: E731
    maps = np.stack([coarse(mask, 8) for mask in masks])
    found = masks_by_region(large(maps), large(picture.transpose(2, 0, 1)).transpose(1, 2, 0))
    assert overlap(found, large(masks_by_region(maps, picture))) > 0.95


def test_where_there_are_no_regions_the_maps_alone_say(two):
    _, masks = two
    plain = np.zeros((128, 128, 3), np.uint8)
    maps = np.stack([coarse(mask, 8) for mask in masks])
    found = masks_by_region(maps, plain)
    assert np.array_equal(found, (maps > 0.6) & (maps == maps.max(0)))


def test_nobody_and_nowhere(two):
    picture, _ = two
    assert masks_by_region(np.zeros((0, 128, 128)), picture).shape == (0, 128, 128)
    assert not masks_by_region(np.zeros((2, 128, 128)), picture).any()
