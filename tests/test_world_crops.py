"""Crops of the open world, and an autoencoder that learns from them."""

import json

import numpy as np
import pytest

from storygptv.training import train
from storygptv.world.crops import WorldCrops


def test_a_number_is_always_the_same_crop_mostly_around_somebody():
    crops = WorldCrops(picture=64, side=32)
    pixels, somebody = crops.crops(range(40))
    again = WorldCrops(picture=64, side=32).crops(range(20, 40))
    assert pixels.shape == (40, 32, 32, 3) and pixels.dtype == np.uint8
    assert (pixels[20:] == again[0]).all() and (somebody[20:] == again[1]).all()
    whole = np.mean([crops.crop(number)[1].mean() for number in range(100)])
    assert whole > 0.25
    assert (WorldCrops(1, 64, 32).crops(range(4))[0] != pixels[:4]).any()


def test_an_autoencoder_of_16_channels_learns_from_them(tmp_path, monkeypatch):
    from storygptv.models.latents import downsampling, to_latents, to_pixel_values, to_pixels
    from storygptv.models.loading import load_part
    from storygptv.training import vae

    monkeypatch.setattr(vae, "WORLD_EPOCH", 64)
    options = {"steps": 60, "batch_size": 4, "log_every": 10, "warmup_steps": 2, "learning_rate": 3e-3}
    small = vae.new_vae
    monkeypatch.setattr(vae, "new_vae", lambda widths, *more: small((32, 32, 64), *more))
    train("vae", "world", tmp_path, log=lambda line: None, ema_decay=0.8, **options)
    rows = [json.loads(line) for line in (tmp_path / "training" / "vae" / "log.jsonl").read_text().splitlines()]
    assert rows[-1]["psnr"] > rows[0]["psnr"] + 1
    autoencoder = load_part(vae.AutoencoderKL, tmp_path / "vae").eval()
    assert downsampling(autoencoder) == 16 and autoencoder.config.latent_channels == 16
    pictures = to_pixel_values(WorldCrops(seed=5).crops(range(2))[0])
    latents = to_latents(autoencoder, pictures)
    assert latents.shape == (2, 16, 8, 8) and to_pixels(autoencoder, latents).shape == pictures.shape
    assert latents.std().item() == pytest.approx(1, abs=0.35)
