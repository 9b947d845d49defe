"""Reference pictures: what is drawn from them, and how far from it a seed may go.

Embeddings of two pictures have no drawing between them: their mean is a double exposure. So a picture from several
references has the drawing of one and the colours of another, as the seed and their weights choose; what is shown (the
first part of the embedding) is the fusion's.
"""

from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F

from pipeline.scene.drawing import Palette, choose_palette, even
from pipeline.scene.record import Scene, Thing

__all__ = ["References"]

_DRAWING, _COLOURS = 13, 14  # coordinates of the noise
_SAME_COLOURS = 0.65  # similarity from which colours are kept
_HUE_FREEDOM = 0.2  # a turn by 42 degrees at most
_UNLIKE = 0.3  # less alike to what the words name than the one that is most alike: not what they mean
CLOSE = 0.45  # similarity up to which a thing that the prompt names is drawn, in the references' colours


@dataclass(frozen=True)
class References:
    """Reference pictures, or an embedding that was given.

    Attributes:
        embeds: (num_images, embed_dim), unit length, each; in an order of their own, so that the order in which they
            were given changes nothing.
        fused: (1, embed_dim): what they show together.
        weights: (num_images,) share of each, in the same order.
        similarity: 0.2 to 1: how near to them the picture stays.
        colours: the main colour of each, "#rrggbb".
        shares: `weights` in the order in which the pictures were given.
        fitting: (num_images,) how much the drawing of each may be taken, where that is not `weights`.
    """

    embeds: torch.Tensor
    fused: torch.Tensor
    weights: torch.Tensor
    similarity: float
    colours: tuple[str, ...] = ()
    shares: tuple[float, ...] = ()
    fitting: torch.Tensor | None = None

    def named(self, text_embed: torch.Tensor, semantic_dim: int) -> "References":
        """With the drawing of one that shows what words name (1, embed_dim), where only some of them do.

        Of a house and a fish, "a house" is the house.
        """
        alike = F.cosine_similarity(self.embeds[:, :semantic_dim], text_embed[:, :semantic_dim])
        best = alike[self.weights > 0].max()
        return replace(self, fitting=self.weights * (alike >= best - _UNLIKE))

    @property
    def variety(self) -> float:
        """How far the form may go from them: nothing at a similarity of 1, all of it at 0.4 and below."""
        return min(1.0, (1.0 - self.similarity) / 0.6)

    def palette(self, noise: torch.Tensor) -> Palette:
        """How their colours are changed for the noise (``NOISE_DIM``,) of a thing: not at all from 0.65 up, fully at
        0.4 and below.
        """
        far = min(1.0, max(0.0, (_SAME_COLOURS - self.similarity) / 0.25))
        return choose_palette(noise, far, _HUE_FREEDOM)

    def drawn(self, noise: torch.Tensor) -> int:
        """Which one's drawing the noise (``NOISE_DIM``,) of a thing chooses."""
        return self._chosen(even(noise)[_DRAWING], self.weights if self.fitting is None else self.fitting)

    def coloured(self, noise: torch.Tensor) -> int:
        """Which one's colours it chooses."""
        return self._chosen(even(noise)[_COLOURS], self.weights)

    def _chosen(self, chance: float, weights: torch.Tensor) -> int:
        reached = weights.double().cumsum(0) / weights.double().sum()
        return min(int((reached <= chance).sum()), int(weights.nonzero().max()))

    def replaced_by(self, scene: Scene) -> bool:
        """Whether the things that a prompt names are drawn in their place."""
        return bool(scene.things) and self.similarity <= CLOSE and bool(self.colours)

    def tint(self, scene: Scene, noise: torch.Tensor) -> Scene:
        """A scene whose things have the references' colours, where the words say none."""
        things = [
            thing if thing.colour else replace(thing, colour=self.colours[self.coloured(noise[at])])
            for at, thing in enumerate(scene.things)
        ]
        return replace(scene, things=tuple(things))

    def scene(self, scene: Scene, noise: torch.Tensor) -> Scene:
        """One thing in the place of all: what is drawn from them, with the colour that the words say of it.

        Args:
            scene: as the words were understood; its ground, style and size stay.
            noise: (things, ``NOISE_DIM``).
        """
        named = scene.things[0] if len(scene.things) == 1 else None
        colour = named.colour if named else None
        drawn, coloured = self.drawn(noise[0]), self.coloured(noise[0])
        if colour is None and drawn != coloured and self.colours:
            colour = self.colours[coloured]
        name = named.name if named else "picture"
        thing = Thing("reference", name, colour=colour, part_colours=named.part_colours if named else {})
        if named is not None:
            thing = replace(thing, place=named.place, turn=named.turn, mirror=named.mirror, seed=named.seed)
        return replace(scene, things=(thing,), arrangement="single")

    def embed(self, noise: torch.Tensor, semantic_dim: int) -> torch.Tensor:
        """The drawing that the noise chooses, showing what they show together: (1, embed_dim), unit length."""
        own = self.embeds[self.drawn(noise)][None]
        if len(self.embeds) == 1:
            return own
        shown = F.normalize(self.fused[:, :semantic_dim], dim=-1) * own[:, :semantic_dim].norm(dim=-1, keepdim=True)
        return F.normalize(torch.cat([shown, own[:, semantic_dim:]], dim=1), dim=-1)
