"""Random scenes of the open world."""

from collections import Counter

from storygptv.scene import ACTIONS, KINDS, PLACES
from storygptv.world.samples import drawn_sample, random_sample


def test_a_number_is_always_the_same_scene():
    assert random_sample(7) == random_sample(7)
    assert (drawn_sample(7, 64).pixels == drawn_sample(7, 64).pixels).all()


def test_everything_comes_up():
    samples = [random_sample(seed) for seed in range(3000)]
    assert {scene.place for scene, _, _ in samples} == set(PLACES)
    assert {figure.action for scene, _, _ in samples for figure in scene.figures} == set(ACTIONS)
    assert {each.kind for _, looks, _ in samples for each in looks.values()} == set(KINDS)
    counts = Counter(len(scene.figures) for scene, _, _ in samples)
    assert set(counts) == {1, 2, 3, 4, 5} and counts[2] > counts[4] > 100


def test_all_of_them_are_drawn():
    for seed in range(60):
        drawing = drawn_sample(seed, 96)
        assert 0.02 < (drawing.segmentation > 0).mean() < 0.95
