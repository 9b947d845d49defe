"""The transform itself: test_detect.py. Example run: python -m pytest tests/watermark/test_spectrum.py"""

import numpy as np
import pytest

from pipeline.watermark.spectrum import HIGHEST, MARGIN, Spectrum, _spline


@pytest.mark.parametrize("shape", [(40, 40), (41, 64)])
def test_a_wave_is_found_at_its_own_frequency(shape):
    wave = np.cos(2 * np.pi * 0.1 * (np.arange(shape[1]) + 0.5 - shape[1] / 2), dtype=np.float32)
    spectrum = Spectrum(np.broadcast_to(wave, shape).astype(np.float32))
    columns = np.linspace(0, 0.3, 61, dtype=np.float32)
    found = np.abs(spectrum.grid(np.zeros(1, np.float32), columns))[0]
    assert columns[found.argmax()] == pytest.approx(0.1, abs=0.003)
    assert found.max() == pytest.approx(shape[0] * shape[1] / 2, rel=0.1)


def test_an_even_plane_has_its_sum_at_nothing_and_real_planes_are_symmetric():
    plane = np.random.default_rng(0).normal(2, 1, (33, 50)).astype(np.float32)
    spectrum = Spectrum(plane)
    zero = np.zeros(1, np.float32)
    assert spectrum.grid(zero, zero)[0, 0].real == pytest.approx(plane.sum(), rel=1e-2)
    places = np.random.default_rng(1).uniform(-0.3, 0.3, (2, 20)).astype(np.float32)
    there, opposite = spectrum.at(places), spectrum.at(-places)
    assert np.allclose(there, np.conj(opposite), atol=0.02 * np.abs(there).max())


def test_what_is_beyond_the_highest_is_nothing_and_less_is_kept_where_less_is_read():
    plane = np.random.default_rng(0).normal(size=(64, 64)).astype(np.float32)
    spectrum, low = Spectrum(plane), Spectrum(plane, 0.1)
    far = np.float32([HIGHEST + (MARGIN + 2) / 128])
    assert spectrum.grid(far, np.zeros(1, np.float32)) == 0 == spectrum.at(np.stack([far, far]))
    assert low.samples.size < 0.3 * spectrum.samples.size
    rows = np.float32([-0.05, 0.02])
    assert np.allclose(low.grid(rows, rows), spectrum.grid(rows, rows), atol=0.02 * np.abs(spectrum.samples).max())


@pytest.mark.parametrize("axis", [0, 1])
def test_a_spline_of_equal_coefficients_is_their_value_and_one_of_a_ramp_the_ramp(axis):
    ramp = np.arange(8, dtype=np.float32)
    samples = np.stack([np.full(8, 3, np.float32), ramp], 1 - axis)
    places = np.float32([1.0, 2.25, 4.75, 5.0, 0.5, 6.5])
    found = _spline(samples, places, axis)
    even, risen = (found[:, 0], found[:, 1]) if axis == 0 else (found[0], found[1])
    assert even[:4] == pytest.approx([3] * 4, abs=1e-5) and risen[:4] == pytest.approx(places[:4], abs=1e-5)
    assert not found.take([4, 5], axis).any()  # two samples on either side are wanted
