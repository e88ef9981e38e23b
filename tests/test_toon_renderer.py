"""The toon renderer: same scene, same bits; exact masks; figures, looks and places big enough to be seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("skia", reason="the toon extra draws", exc_type=ImportError)

from storygptv.toon.cast import CAST, NAMES
from storygptv.toon.figures import draw_figure
from storygptv.toon.layout import arrange
from storygptv.toon.pen import Sheet
from storygptv.toon.renderer import Drawing, portrait, render
from storygptv.toon.scene import (
    ACCESSORIES,
    EXPRESSIONS,
    INDOORS,
    LOOK_COLORS,
    OUTDOORS,
    PAIR_ACTIONS,
    PATTERNS,
    PLACES,
    PROPS,
    SOLO_ACTIONS,
    TIMES,
    TREE_SIDES,
    WALL_COLORS,
    Actor,
    Looks,
    PlaceLooks,
    Scene,
)


def place_looks(place: str, chance: Random) -> PlaceLooks:
    if place in INDOORS:
        return PlaceLooks(chance.choice(WALL_COLORS), None)
    return PlaceLooks(None, chance.choice(TREE_SIDES))


def random_scene(seed: int) -> Scene:
    chance = Random(seed)
    place = chance.choice(PLACES)
    names = chance.sample(NAMES, chance.randint(1, 4))
    paired = len(names) > 1 and chance.random() < 0.5
    action = chance.choice(PAIR_ACTIONS if paired else SOLO_ACTIONS)
    first = chance.randrange(len(names) - 1) if paired else 0
    agent, patient = chance.sample(names[first : first + 2], 2) if paired else (names[0], None)
    gives = action in ("give", "show")
    actors = tuple(
        Actor(
            name,
            action if name in (agent, patient) else chance.choice(SOLO_ACTIONS),
            chance.choice(EXPRESSIONS),
            Looks(chance.choice(ACCESSORIES), chance.choice(PATTERNS), chance.choice(LOOK_COLORS)),
            chance.choice(PROPS) if (gives and name == agent) or chance.random() < 0.2 else None,
        )
        for name in names
    )
    return Scene(
        place,
        place_looks(place, chance),
        actors,
        action,
        agent,
        patient,
        props=tuple(chance.sample(PROPS, chance.choice((0, 1, 2)))),
        time=chance.choice(TIMES),
        weather="clear" if place in INDOORS else chance.choice(("clear", "rain")),
        seed=seed,
    )


def whole_masks(scene: Scene) -> list[np.ndarray]:
    """What each actor would show if nothing stood before it."""
    masks = []
    for standing in arrange(scene)[0]:
        sheet = Sheet(128)
        with sheet.pen.moved(standing.x, standing.y, standing.scale, mirrored=standing.mirrored):
            draw_figure(sheet.pen, standing.actor, standing.receives)
        masks.append(sheet.pixels[..., 3] > 127)
    return masks


def changed(one: Drawing, other: Drawing) -> int:
    """The number of pixels whose colour differs to the eye."""
    return int((np.abs(one.pixels.astype(int) - other.pixels).max(-1) > 32).sum())


FIRST_FRAMES = Path(__file__).parent / "fixtures" / "toon_first_frames.png"  # 16 pixels a side, in a row
SCENES = [random_scene(seed) for seed in range(60)]


def test_same_scene_same_bits() -> None:
    for scene in SCENES[:10]:
        one, other = render(scene), render(replace(scene))
        assert np.array_equal(one.pixels, other.pixels)
        assert np.array_equal(one.segmentation, other.segmentation)
    scene = SCENES[0]
    assert not np.array_equal(render(scene).pixels, render(replace(scene, seed=scene.seed + 1)).pixels)


def test_the_world_looks_as_it_did() -> None:
    """A seed makes the same pictures, as far as they can be seen small, from one version to the next."""
    from storygptv.toon.dataset import toon_stories

    seen = [frame["image"] for story in toon_stories("train", 3, 2, seed=0, size=128) for frame in story]
    small = [picture.reshape(16, 8, 16, 8, 3).mean((1, 3)) for picture in seen]
    with Image.open(FIRST_FRAMES) as pinned:
        known = np.asarray(pinned.convert("RGB"), dtype=float).reshape(16, 6, 16, 3).transpose(1, 0, 2, 3)
    assert np.abs(np.stack(small) - known).max() < 3  # of 255: how another machine draws edges


@pytest.mark.parametrize("size", [64, 128, 256])
def test_shapes_and_boxes(size: int) -> None:
    scene = SCENES[3]
    drawing = render(scene, size)
    assert drawing.pixels.shape == (size, size, 3) and drawing.pixels.dtype == np.uint8
    assert drawing.segmentation.shape == (size, size) and drawing.segmentation.dtype == np.uint8
    assert drawing.boxes.shape == (len(scene.actors), 4)
    for k, (x1, y1, x2, y2) in enumerate(drawing.boxes.astype(int)):
        mask = drawing.segmentation == k + 1
        assert mask.sum() == mask[y1:y2, x1:x2].sum()
        assert mask[y1].any() and mask[y2 - 1].any() and mask[:, x1].any() and mask[:, x2 - 1].any()


def painted(scene: Scene) -> np.ndarray:
    """The segmentation if there were nothing but figures."""
    segmentation, whole, standings = np.zeros((128, 128), np.uint8), whole_masks(scene), arrange(scene)[0]
    for k in sorted(range(len(whole)), key=lambda k: standings[k].y):
        segmentation[whole[k]] = k + 1
    return segmentation


def test_masks_are_the_figures_less_what_stands_before_them() -> None:
    for scene in SCENES:
        segmentation = render(scene).segmentation
        hidden = segmentation != painted(scene)
        assert not segmentation[hidden].any()  # only props and marks of motion, nobody's pixels, are before them
        actors = tuple(replace(actor, action="stand", holds=None) for actor in scene.actors)
        bare = replace(scene, actors=actors, action="stand", patient=None, props=())
        assert np.array_equal(render(bare).segmentation, painted(bare))


def test_everyone_is_big_enough_and_seen() -> None:
    for scene in SCENES:
        drawing = render(scene)
        for k, (actor, whole) in enumerate(zip(scene.actors, whole_masks(scene), strict=True)):
            x1, y1, x2, y2 = drawing.boxes[k]
            assert (x2 - x1 if actor.action == "sleep" else y2 - y1) >= 40, (scene.seed, actor)
            assert (drawing.segmentation == k + 1).sum() >= 0.4 * whole.sum(), (scene.seed, actor)


def test_actors_stand_from_left_to_right_and_pairs_face_each_other() -> None:
    for scene in SCENES:
        standings = arrange(scene)[0]
        middles = [s.x + s.scale * (s.box[0] + s.box[2]) / 2 * (-1 if s.mirrored else 1) for s in standings]
        assert middles == sorted(middles), scene.seed
        if scene.patient is not None:
            agent, patient = (
                next(s for s in standings if s.actor.name == name) for name in (scene.agent, scene.patient)
            )
            assert agent.mirrored == (patient.x < agent.x)
            assert patient.mirrored == (agent.mirrored if scene.action == "chase" else not agent.mirrored)


def test_untold_looks_show_at_least_25_pixels() -> None:
    for scene in SCENES:
        drawing = render(scene)
        for k, actor in enumerate(scene.actors):

            def with_looks(looks: Looks | None, k: int = k, actor: Actor = actor, scene: Scene = scene) -> Drawing:
                actors = list(scene.actors)
                actors[k] = replace(actor, looks=looks)
                return render(replace(scene, actors=tuple(actors)))

            plain = with_looks(replace(actor.looks, pattern="plain"))
            assert changed(plain, with_looks(None)) >= 25, (scene.seed, actor)
            if actor.looks.pattern != "plain":
                assert changed(drawing, plain) >= 25, (scene.seed, actor)


def test_every_word_of_a_scene_changes_the_picture() -> None:
    actor = Actor("Leo", "stand", "happy")
    scene = Scene("park", PlaceLooks(None, "left"), (actor,), "stand", "Leo")

    def all_differ(scenes: list[Scene], least: int) -> None:
        drawings = [render(scene) for scene in scenes]
        for i, one in enumerate(drawings):
            for other in drawings[:i]:
                assert changed(one, other) >= least

    def acting(**changes: object) -> Scene:
        return replace(scene, actors=(replace(actor, **changes),))

    all_differ([acting(action=action) for action in SOLO_ACTIONS], 100)
    all_differ([acting(expression=expression) for expression in EXPRESSIONS], 12)
    all_differ([acting(holds=prop) for prop in (None, *PROPS)], 30)
    all_differ([replace(scene, props=(prop,)) for prop in PROPS], 60)
    all_differ([replace(scene, place=place) for place in OUTDOORS], 1000)
    all_differ([replace(scene, time=time, weather=w) for time in TIMES for w in ("clear", "rain", "snow")], 400)
    all_differ([replace(scene, place_looks=PlaceLooks(None, side)) for side in TREE_SIDES], 1000)
    walls = [replace(scene, place="kitchen", place_looks=PlaceLooks(wall, None)) for wall in WALL_COLORS]
    all_differ(walls, 1000)
    all_differ([replace(walls[0], place=place) for place in INDOORS], 1000)


def test_portraits_differ() -> None:
    portraits = [portrait(name, 64) for name in CAST]
    assert all(p.shape == (64, 64, 3) for p in portraits)
    assert len({p.tobytes() for p in portraits}) == len(CAST)


def test_mistakes_are_named() -> None:
    with pytest.raises(ValueError, match="name must be one of .*'Zoe'"):
        portrait("Zoe")
    with pytest.raises(ValueError, match="size must be at least 32 pixels, got 8"):
        render(SCENES[0], 8)
    with pytest.raises(ValueError, match="1 to 4, got 0"):
        render(replace(SCENES[0], actors=()))
