"""What a latent picture looks like half-way, without running its decoder: a linear map, fitted to that decoder once.

A decoder of latents is nearly linear at low resolution: each latent pixel's channels give one colour. The map is the
least-squares fit of smooth random latents to the decoder's own pictures of them, scaled down.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from diffusers import DiffusionPipeline

__all__ = ["Previews"]

_SAMPLES, _SIDE, _COARSE = 12, 16, 4  # random latents, their side, and the side they are made smooth from


class Previews:
    """Previews of one pipeline's latents.

    Args:
        pipe: with a ``vae`` that decodes (batch, channels, height, width).
    """

    def __init__(self, pipe: "DiffusionPipeline"):
        self._pipe = pipe
        self._map: torch.Tensor | None = None  # (channels + 1, 3), the last row a constant

    def __call__(self, latents: "torch.Tensor", size: tuple[int, int]) -> "torch.Tensor | None":
        """(1, 3, height, width) in [-1, 1] at the latents' size; None for latents of another form.

        Args:
            latents: of one picture, as a callback is given them.
            size: (width, height) of the picture, in pixels.
        """
        import torch

        unpacked = self._unpacked(latents, size)
        if unpacked is None:
            return None
        with torch.no_grad():
            if self._map is None:
                self._map = self._fit(unpacked)
            flat = unpacked[0].float().flatten(1).T  # (height * width, channels)
            colours = torch.cat([flat, torch.ones_like(flat[:, :1])], dim=1) @ self._map
            return colours.T.reshape(1, 3, *unpacked.shape[-2:]).clamp(-1, 1)

    def _unpacked(self, latents: "torch.Tensor", size: tuple[int, int]) -> "torch.Tensor | None":
        """As (1, channels, height, width)."""
        channels = getattr(self._pipe.vae.config, "latent_channels", None)
        unpack = getattr(self._pipe, "_unpack_latents", None)
        if latents.ndim == 3 and unpack is not None:  # (1, patches, channels of a patch), as FLUX
            try:
                latents = unpack(latents, size[1], size[0], self._pipe.vae_scale_factor)
            except (TypeError, RuntimeError):
                return None
        return latents[:1] if latents.ndim == 4 and latents.shape[1] == channels else None

    def _fit(self, like: "torch.Tensor") -> "torch.Tensor":
        import torch

        vae = self._pipe.vae
        generator = torch.Generator("cpu").manual_seed(0)
        coarse = torch.randn(_SAMPLES, like.shape[1], _COARSE, _COARSE, generator=generator)
        smooth = torch.nn.functional.interpolate(coarse, size=(_SIDE, _SIDE), mode="bilinear")
        scale, shift = (getattr(vae.config, name, None) for name in ("scaling_factor", "shift_factor"))
        raw = smooth / (scale or 1) + (shift or 0)
        parameter = next(vae.parameters())
        pictures = [vae.decode(each[None].to(parameter), return_dict=False)[0].float().cpu() for each in raw]
        small = torch.nn.functional.adaptive_avg_pool2d(torch.cat(pictures), (_SIDE, _SIDE))
        inputs = smooth.permute(0, 2, 3, 1).flatten(0, 2)
        inputs = torch.cat([inputs, torch.ones_like(inputs[:, :1])], dim=1)
        return torch.linalg.lstsq(inputs, small.permute(0, 2, 3, 1).flatten(0, 2)).solution.to(like.device)
