"""A finished picture as page, search and shelf know it: its file, its recipe, and what it was made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.loading.capabilities import EASEL
from pipeline.recipe import Recipe
from pipeline.serve.render import Rendered

if TYPE_CHECKING:
    from pipeline.scene.notes import Note
    from pipeline.scene.record import Scene
    from pipeline.scene.standing import Standing

__all__ = ["Drawn"]


@dataclass(frozen=True)
class Drawn:
    """A finished picture of this session, with its file and those of its reference pictures on the server."""

    path: str
    recipe: Recipe
    pixels_hash: str
    seconds: float
    image_weights: tuple[float, ...] = ()
    references: tuple[str, ...] = ()
    read_as: str = ""
    scene: "Scene | None" = None
    standing: "Standing | None" = None  # of a picture drawn here and now; one from the store has none
    uploads: tuple[tuple[str, str], ...] = ()  # (hash, file) of each cut-out of the visitor's that is in it
    notes: "tuple[Note, ...]" = ()  # how the prompt was understood, as far as a person should know

    @classmethod
    def from_rendered(
        cls, rendered: Rendered, path: str, references: Sequence[str] = (), uploads: Sequence[tuple[str, str]] = ()
    ) -> "Drawn":
        weights = tuple(rendered.image_weights or ())
        read_as, notes = "", ()
        if rendered.reading is not None:
            read_as, notes = rendered.reading.sentence, rendered.reading.notes
        return cls(
            path, rendered.recipe, rendered.pixels_hash, rendered.seconds, weights, tuple(references), read_as,
            rendered.scene, rendered.standing, tuple(uploads), notes,
        )  # fmt: skip

    @property
    def changeable(self) -> bool:
        """Whether drawing it again would tell what stands in it: recipes of our own model that say things in words."""
        return self.recipe.model == EASEL.model and bool(self.recipe.prompt.strip())

    @property
    def alt(self) -> str:
        return self.recipe.prompt or "Picture made from reference pictures"

    @property
    def query(self) -> str:
        """The query of a link that draws this picture again and compares the two."""
        return self.recipe.to_query(self.pixels_hash)
