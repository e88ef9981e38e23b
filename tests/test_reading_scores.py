"""How well stories are understood: the calibration of what is said to be likely."""

import numpy as np
import pytest

from storygptv.evaluation.reading import calibrated, calibration_error, fit_certainty


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_probabilities_are_made_those_of_being_right(seed):
    rng = np.random.default_rng(seed)
    said = np.concatenate([rng.uniform(0.97, 1, 3000), rng.uniform(0.2, 1, 700), np.full(20, 1e-4), np.ones(50)])
    chances = [(float(p), bool(rng.random() < 0.6 * p + 0.3)) for p in said]
    certainty = fit_certainty(chances)
    assert calibration_error(calibrated(chances, certainty)) < 0.04 < calibration_error(chances)
    assert 0 < certainty[0] < 1  # it was too sure
