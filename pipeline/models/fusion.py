"""Several picture embeddings fused into one, whatever their number and order.

Notable choices:
- four poolings: mean, max, attention and gated attention (Ilse, Tomczak, Welling 2018, arXiv 1802.04712), the ones
  that MIVC (Wu et al., WACV 2024, arXiv 2312.17109) compares for pictures of one product;
- the order of the pictures changes no bit of the result: pictures are put in one canonical order first, and every
  reduction runs in float64 and is rounded once;
- one picture is returned as it came, to the bit;
- an untrained attention head scores all pictures alike, which makes it the mean;
- a head that sees each picture by itself, as in these papers, can leave out a bad picture, never a wrong one: a car is
  wrong among cats only. A head may score what a picture has in common with its bag instead.
"""

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from diffusers.utils import BaseOutput
from torch import nn

__all__ = ["ATTENDS_TO", "FUSION_TYPES", "ImageFusion", "ImageFusionOutput"]

FUSION_TYPES = ("mean", "max", "attention", "gated")
ATTENDS_TO = ("picture", "bag")


@dataclass
class ImageFusionOutput(BaseOutput):
    """What `ImageFusion` returns.

    image_embeds: (batch, dim), L2-normalised, in the input's dtype.
    weights: (batch, num_images), non-negative, each row sums to 1: how much each picture decided. For "max" it is the
        share of the dimensions that a picture won; masked pictures have 0.
    """

    image_embeds: torch.Tensor
    weights: torch.Tensor


class ImageFusion(ModelMixin, ConfigMixin):
    """Fuse `num_images` embeddings of one thing into one embedding.

    embed_dim: length of an embedding (M in Ilse et al.).
    hidden_dim: width of the attention heads (L in Ilse et al., 128 there too).
    fusion_type: the pooling used when `forward` names none; one of `FUSION_TYPES`.
    attends_to: what the heads score, "picture": each picture by itself (Ilse et al.); "bag": its product with the
        weighted mean of the bag, number by number, whose sum is their cosine.
    """

    config: Any  # diffusers' record of the constructor's arguments, by attribute

    @register_to_config
    def __init__(
        self,
        embed_dim: int = 512,
        hidden_dim: int = 128,
        fusion_type: str = "mean",
        attends_to: str = "picture",
    ):
        super().__init__()
        _check_fusion_type(fusion_type)
        if attends_to not in ATTENDS_TO:
            raise ValueError(
                f"`attends_to` must be one of {', '.join(ATTENDS_TO)}, got {attends_to!r}. Pick one of them."
            )
        self.attention_v = nn.Linear(embed_dim, hidden_dim, bias=False)
        self.attention_w = nn.Linear(hidden_dim, 1, bias=False)
        self.gated_v = nn.Linear(embed_dim, hidden_dim, bias=False)
        self.gated_u = nn.Linear(embed_dim, hidden_dim, bias=False)
        self.gated_w = nn.Linear(hidden_dim, 1, bias=False)
        for layer in (self.attention_v, self.gated_v, self.gated_u):
            if attends_to == "picture":
                nn.init.normal_(layer.weight)  # unit vectors in, activations of unit variance out: tanh has work to do
            else:  # about the cosine with the bag, each with noise of its own
                nn.init.normal_(layer.weight, mean=embed_dim**-0.5, std=embed_dim**-0.5)
        for layer in (self.attention_w, self.gated_w):
            nn.init.zeros_(layer.weight)  # equal scores: the mean, until training says otherwise

    def forward(
        self,
        image_embeds: torch.Tensor,
        mask: torch.Tensor | None = None,
        weights: torch.Tensor | None = None,
        fusion_type: str | None = None,
    ) -> ImageFusionOutput:
        """Fuse each row's pictures.

        image_embeds: (batch, num_images, dim), L2-normalised.
        mask: (batch, num_images) bool, True for a picture, False for padding; all True by default. What padding holds
            is never read.
        weights: (batch, num_images), the user's own, >= 0, any scale; equal by default. 0 leaves a picture out.
        fusion_type: overrides the configured one.

        Raises ValueError for a wrong shape, an unknown `fusion_type`, a negative or non-finite weight, and a row
        without any picture.
        """
        fusion_type = str(fusion_type or self.config.fusion_type)
        _check_fusion_type(fusion_type)
        mask, weights = self._check_inputs(image_embeds, mask, weights)

        h = image_embeds.double().masked_fill(~mask.unsqueeze(-1), 0.0) + 0.0  # + 0.0 turns -0.0 into 0.0
        user = weights.double().masked_fill(~mask, 0.0)
        order = _canonical_order(h, user)  # (batch, num_images)
        h = torch.gather(h, 1, order.unsqueeze(-1).expand_as(h))
        user, kept = torch.gather(user, 1, order), torch.gather(mask, 1, order)
        user = user / user.sum(1, keepdim=True)

        if fusion_type == "max":
            z, a = _max_pool(h, user, kept)
        else:
            scores = self._scores(h, user, fusion_type)  # (batch, num_images)
            a = torch.softmax((scores + user.log()).masked_fill(~kept, -torch.inf), dim=1)
            z = (a.unsqueeze(-1) * h).sum(1)  # Eq. 7, Ilse et al. 2018: z = sum_k a_k h_k
        z = F.normalize(z, dim=-1)
        # K = 1 is the identity: normalising a normalised float32 vector again could still move its last bit.
        z = torch.where(mask.sum(1, keepdim=True) == 1, h[:, 0], z)

        per_image = torch.zeros_like(a).scatter(1, order, a)
        return ImageFusionOutput(z.to(image_embeds.dtype), per_image.to(image_embeds.dtype))

    def _scores(self, h: torch.Tensor, user: torch.Tensor, fusion_type: str) -> torch.Tensor:
        """Attention logits (batch, num_images) of h (batch, num_images, dim); equal ones give the mean."""
        if fusion_type == "mean":
            return h.new_zeros(h.shape[:2])
        if self.config.attends_to == "bag":
            mean = F.normalize((user.unsqueeze(-1) * h).sum(1, keepdim=True), dim=-1)
            h = h * mean * h.shape[-1] ** 0.5  # as long as a picture's embedding is, if all numbers are alike
        if fusion_type == "attention":  # Eq. 8, Ilse et al. 2018: w^T tanh(V h_k)
            hidden, w = torch.tanh(_linear(h, self.attention_v)), self.attention_w
        else:  # Eq. 9, Ilse et al. 2018: w^T (tanh(V h_k) * sigmoid(U h_k))
            hidden = torch.tanh(_linear(h, self.gated_v)) * torch.sigmoid(_linear(h, self.gated_u))
            w = self.gated_w
        return _linear(hidden, w).squeeze(-1)

    def _check_inputs(
        self, image_embeds: torch.Tensor, mask: torch.Tensor | None, weights: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        dim = self.config.embed_dim
        if image_embeds.ndim != 3 or image_embeds.shape[-1] != dim or image_embeds.shape[1] == 0:
            raise ValueError(
                f"`image_embeds` must have shape (batch, num_images >= 1, {dim}), got {tuple(image_embeds.shape)}. "
                "Stack the embeddings of one request along dimension 1."
            )
        expected = image_embeds.shape[:2]
        if mask is None:
            mask = torch.ones(expected, dtype=torch.bool, device=image_embeds.device)
        if weights is None:
            weights = torch.ones(expected, dtype=image_embeds.dtype, device=image_embeds.device)
        for name, value in (("mask", mask), ("weights", weights)):
            if value.shape != expected:
                raise ValueError(
                    f"`{name}` must have shape (batch, num_images) = {tuple(expected)}, got {tuple(value.shape)}. "
                    f"Give one value for each picture."
                )
        if mask.dtype != torch.bool:
            raise ValueError(f"`mask` must be bool, got {mask.dtype}. Pass `mask.bool()`.")
        if not (torch.isfinite(weights) & (weights >= 0)).masked_fill(~mask, True).all():
            raise ValueError(
                f"`weights` must be finite and >= 0, got {weights.tolist()}. Use 0 to leave a picture out."
            )
        mask = mask & (weights > 0)
        empty = (~mask.any(1)).nonzero().flatten().tolist()
        if empty:
            raise ValueError(
                f"every row needs a picture with `mask` True and a weight above 0, rows {empty} have none. "
                "Drop these rows, or raise one of their weights."
            )
        return mask, weights


def _check_fusion_type(fusion_type: str) -> None:
    if fusion_type not in FUSION_TYPES:
        raise ValueError(
            f"`fusion_type` must be one of {', '.join(FUSION_TYPES)}, got {fusion_type!r}. Pick one of them."
        )


def _linear(x: torch.Tensor, layer: nn.Linear) -> torch.Tensor:
    return F.linear(x, layer.weight.double())


def _max_pool(h: torch.Tensor, user: torch.Tensor, kept: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """z_m = max_k h_km and the share of dimensions each picture won, a tie being shared evenly.

    A picture whose weight is below the largest is first drawn towards the weighted mean in proportion: equal weights
    give the plain maximum, and a weight near 0 gives the maximum of the others.
    """
    mean = (user.unsqueeze(-1) * h).sum(1, keepdim=True)
    drawn = torch.lerp(mean.expand_as(h), h, (user / user.amax(1, keepdim=True)).unsqueeze(-1))
    drawn = drawn.masked_fill(~kept.unsqueeze(-1), -torch.inf)
    z = drawn.amax(1)
    won = (drawn == z.unsqueeze(1)).to(h.dtype)
    return z, (won / won.sum(1, keepdim=True)).mean(-1)


@torch.no_grad()
def _canonical_order(h: torch.Tensor, user: torch.Tensor) -> torch.Tensor:
    """Indices (batch, num_images) that put pictures in one order, whatever order they came in.

    Heaviest first, so padding (weight 0) is last; equal weights are ordered by their embeddings, lexicographically.
    Pictures equal in all of this are interchangeable.
    """
    key = torch.cat([-user.unsqueeze(-1), h], dim=-1)
    left, right = key.unsqueeze(2), key.unsqueeze(1)  # (batch, num_images, 1, dim + 1) and its transpose
    first = (left != right).int().argmax(-1, keepdim=True)  # first column that differs; 0 where none does
    above = torch.gather(left.expand(-1, -1, key.shape[1], -1), -1, first) > torch.gather(
        right.expand(-1, key.shape[1], -1, -1), -1, first
    )
    return above.squeeze(-1).sum(-1).argsort(dim=1, stable=True)
