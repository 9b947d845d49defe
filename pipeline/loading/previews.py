"""What a latent picture looks like half-way, without running its decoder: a linear map, fitted to that decoder once.

A decoder of latents is nearly linear at low resolution: each latent pixel's channels give one colour. The map is the
least-squares fit of smooth random latents to the decoder's own pictures of them, scaled down. Pipelines hand their
latents over in several forms (packed into patches, as a film of one picture, normalised by channel); all become
(1, channels, height, width) with numbers of about unit size.
"""

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from diffusers import DiffusionPipeline

__all__ = ["Previews"]

_SAMPLES, _SIDE, _COARSE = 12, 16, 4  # random latents, their side, and the side they are made smooth from


class Previews:
    """Previews of one pipeline's latents.

    Args:
        pipe: with a ``vae`` that decodes (batch, channels, height, width), or a film of such pictures.
    """

    def __init__(self, pipe: "DiffusionPipeline"):
        self._pipe = pipe
        self._map: torch.Tensor | None = None  # (channels + 1, 3), the last row a constant
        self._fitted = False

    def __call__(self, latents: "torch.Tensor", size: tuple[int, int]) -> "torch.Tensor | None":
        """(1, 3, height, width) in [-1, 1] at the latents' size; None for latents of another form, and for those of a
        decoder that gives no numbers.

        Args:
            latents: of one picture or of several, of which the first is shown, as a callback is given them.
            size: (width, height) of the picture, in pixels.
        """
        import torch

        unpacked = self._unpacked(latents[:1], size)
        if unpacked is None or not bool(unpacked.isfinite().all()):
            return None
        with torch.no_grad():
            if not self._fitted:
                self._map, self._fitted = self._fit(unpacked), True
            if self._map is None:
                return None
            flat = unpacked[0].float().flatten(1).T  # (height * width, channels)
            colours = torch.cat([flat, torch.ones_like(flat[:, :1])], dim=1) @ self._map
            return colours.T.reshape(1, 3, *unpacked.shape[-2:]).clamp(-1, 1)

    @property
    def _channels(self) -> int | None:
        config = self._pipe.vae.config
        return getattr(config, "latent_channels", None) or getattr(config, "z_dim", None)

    def _unpacked(self, latents: "torch.Tensor", size: tuple[int, int]) -> "torch.Tensor | None":
        """As (1, channels, height, width)."""
        channels = self._channels
        if latents.ndim == 3:
            unpacked = self._unpatched(latents, size)
            if unpacked is None:
                return None
            latents = unpacked
        if latents.ndim == 5 and latents.shape[1] == channels and latents.shape[2] == 1:
            latents = latents[:, :, 0]  # a film of one picture
        elif latents.ndim == 5 and latents.shape[-1] == channels and latents.shape[1] == 1:
            latents = latents[:, 0].permute(0, 3, 1, 2)  # likewise, channels last
        if channels and latents.ndim == 4 and latents.shape[1] == 4 * channels:
            latents = _spread(latents)
        return latents if latents.ndim == 4 and latents.shape[1] == channels else None

    def _unpatched(self, latents: "torch.Tensor", size: tuple[int, int]) -> "torch.Tensor | None":
        """Of (1, patches, channels of a patch), as FLUX and those after it have them: on their grid."""
        pipe: Any = self._pipe
        unpack, scale = getattr(pipe, "_unpack_latents", None), getattr(pipe, "vae_scale_factor", 8)
        if unpack is not None and self._normals() is None:
            for more in ((scale,), ()):  # Krea knows its own scale
                try:
                    return unpack(latents, size[1], size[0], *more)
                except (TypeError, RuntimeError, AttributeError):
                    continue
        side = math.sqrt(size[0] * size[1] / latents.shape[1])  # pixels of one patch
        height, width = round(size[1] / side), round(size[0] / side)
        if height * width != latents.shape[1]:
            return None
        return latents.transpose(1, 2).reshape(1, latents.shape[2], height, width)

    def _normals(self) -> "torch.Tensor | None":
        """(mean, variance) of each patch's channel, where the decoder has them (FLUX.2): (2, 4 * channels)."""
        import torch

        norm: Any = getattr(self._pipe.vae, "bn", None)
        return None if norm is None else torch.stack([norm.running_mean, norm.running_var])

    def _raw(self, latents: "torch.Tensor") -> "torch.Tensor":
        """Normalised latents as the decoder takes them."""
        import torch

        config: Any = self._pipe.vae.config
        normals, channels = self._normals(), latents.shape[1]
        mean, std = getattr(config, "latents_mean", None), getattr(config, "latents_std", None)
        if normals is not None:  # a patch's places together
            by_place = normals.float().cpu().reshape(2, channels, -1).mean(dim=2)
            shift, scale = by_place[0], by_place[1].sqrt()
        elif mean is not None and std is not None:
            shift, scale = torch.tensor(mean).flatten(), torch.tensor(std).flatten()
        else:
            factor, offset = getattr(config, "scaling_factor", None), getattr(config, "shift_factor", None)
            return latents / (factor or 1) + (offset or 0)
        return latents * scale.reshape(1, -1, 1, 1) + shift.reshape(1, -1, 1, 1)

    def _decoded(self, raw: "torch.Tensor") -> "torch.Tensor":
        """Pictures of raw latents, each by itself: (n, 3, height, width)."""
        import torch

        vae: Any = self._pipe.vae
        parameter = next(vae.parameters())
        is_film = getattr(vae.config, "z_dim", None) is not None or hasattr(vae.config, "temporal_compression_ratio")
        pictures = []
        for each in raw[:, None].to(parameter):
            shown = vae.decode(each[:, :, None] if is_film else each, return_dict=False)[0]
            pictures.append((shown[:, :, 0] if shown.ndim == 5 else shown).float().cpu())
        return torch.cat(pictures)

    def _fit(self, like: "torch.Tensor") -> "torch.Tensor | None":
        import torch

        generator = torch.Generator("cpu").manual_seed(0)
        coarse = torch.randn(_SAMPLES, like.shape[1], _COARSE, _COARSE, generator=generator)
        smooth = torch.nn.functional.interpolate(coarse, size=(_SIDE, _SIDE), mode="bilinear")
        pictures = self._decoded(self._raw(smooth))
        if not bool(pictures.isfinite().all()):
            return None  # the picture itself will not be one either, and that is said
        small = torch.nn.functional.adaptive_avg_pool2d(pictures[:, :3], (_SIDE, _SIDE))
        inputs = smooth.permute(0, 2, 3, 1).flatten(0, 2)
        inputs = torch.cat([inputs, torch.ones_like(inputs[:, :1])], dim=1)
        return torch.linalg.lstsq(inputs, small.permute(0, 2, 3, 1).flatten(0, 2)).solution.to(like.device)


def _spread(latents: "torch.Tensor") -> "torch.Tensor":
    """(1, 4 * channels, height, width) of 2 by 2 patches -> (1, channels, 2 * height, 2 * width)."""
    import torch

    return torch.nn.functional.pixel_shuffle(latents, 2)
