"""Coarse maps of who is where, made to end where the picture's own regions end.

Cross-attention is known at one value a latent position, so the outline it gives of a character is some pixels wrong
everywhere, and what it cuts out has the ground between the legs and no brim on the hat. A picture's regions of one
colour (Felzenszwalb and Huttenlocher 2004) end where its things end: each region is taken whole or left.

Shapes: K characters.
"""

from __future__ import annotations

import numpy as np

ATTENDED = 0.6  # of the most that any position attends to a name: a region at which it is so on average is taken
SOMEWHAT = 0.2  # and of such a region, where it is at least so
REFERENCE = 128  # height and width in pixels of the picture that the next two are for; they grow with the area
SCALE, SMALLEST_REGION = 200, 6  # of Felzenszwalb's regions; pixels


def masks_by_region(maps: np.ndarray, picture: np.ndarray) -> np.ndarray:
    """The pixels of each character in a picture uint8 (H, W, 3), by how much each of them attends to it: maps float
    (K, H, W), about 0 to 1, to masks bool (K, H, W), which do not overlap.

    Where a character's regions hold less than half of the area that its map alone would give, because a region runs on
    into the ground and is dropped, the map alone is taken."""
    from skimage.segmentation import felzenszwalb

    if not len(maps):
        return np.zeros(maps.shape, bool)
    larger = picture.shape[0] * picture.shape[1] / REFERENCE**2
    regions = felzenszwalb(picture, scale=SCALE * larger, sigma=0.3, min_size=max(1, round(SMALLEST_REGION * larger)))
    flat = regions.ravel()
    means = np.stack([np.bincount(flat, each.ravel()) for each in maps]) / np.bincount(flat)  # (K, regions)
    masks = _mostly(means)[:, regions] & (maps > SOMEWHAT)
    alone = _mostly(maps)
    lost = masks.sum((1, 2)) < alone.sum((1, 2)) / 2
    masks[lost] = alone[lost] & ~masks[~lost].any(0)
    return masks


def _mostly(attended: np.ndarray) -> np.ndarray:
    """By how much each place attends to whom (K, ...), who it belongs to, bool (K, ...): one at most."""
    most = np.zeros(attended.shape, bool)
    np.put_along_axis(most, attended.argmax(0)[None], True, axis=0)
    return most & (attended > ATTENDED)
