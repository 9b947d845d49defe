"""The five things that programs can ask for, done: what the endpoints of the page and the MCP tools share."""

import dataclasses
import json
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.loading.capabilities import CONTROLS
from pipeline.serve.collection import find
from pipeline.serve.evidence import Evidence, look
from pipeline.serve.jobs import CURRENT, stopping
from pipeline.serve.limits import Limits
from pipeline.serve.render import Cancelled, Rendered, series
from pipeline.serve.request import read_request
from pipeline.serve.studio import Restored, Studio
from pipeline.serve.together import draw_series
from pipeline.serve.tools import Tool, checked, tools_of
from pipeline.serve.uploads import open_picture

__all__ = ["ProgramPicture", "Programs"]


@dataclasses.dataclass(frozen=True)
class ProgramPicture:
    """One picture for a program: its file, and what is said of it."""

    path: Path
    facts: dict[str, Any]


class Programs:
    """The tools of one studio.

    Args:
        studio: who draws.
        limits: of one request.

    Attributes:
        tools: by name, with their arguments.
    """

    def __init__(self, studio: Studio, limits: Limits):
        self.tools: dict[str, Tool] = tools_of(studio.capabilities, limits)
        self._studio, self._limits = studio, limits

    def call(self, name: str, given: Mapping[str, Any]) -> Generator[Any, None, None]:
        """Run a tool: yields None at every step, last the result. Closing the iterator stops it.

        Args:
            name: of a tool.
            given: its arguments as they came; pictures are paths of files.

        Returns:
            A list of `Drawn` (generate, variations), or what JSON can hold.

        Raises:
            ValueError: one sentence that names the argument.
            WeightsError, WatermarkError, Cancelled: see `Studio.draw`.
        """
        arguments, place = checked(self.tools[name], given), CURRENT.get()
        for result in self._steps(name, arguments):
            if result is None and place is not None and place.cancelled.is_set():
                raise stopping() if self._studio.jobs.is_stopped else Cancelled
            yield result

    def _steps(self, name: str, arguments: dict[str, Any]) -> Generator[Any, None, None]:
        if name in ("generate", "variations"):
            yield from self._draw(arguments)
        elif name == "verify":
            yield from self._verify(**arguments)
        elif name == "embed":
            picture = open_picture(arguments["image"], self._limits) if arguments["image"] else None
            yield self._studio.embed(arguments["text"], picture)
        else:
            yield from self._search(**arguments)

    def _draw(self, arguments: dict[str, Any]) -> Iterator[list[ProgramPicture] | None]:
        studio = self._studio
        paths = arguments.pop("image") or []
        file_format, fresh = arguments.pop("file_format"), arguments.pop("fresh", False)
        weights = arguments.pop("image_weights") or [1.0] * len(paths)
        if len(weights) != len(paths):
            raise ValueError(f"image_weights has {len(weights)} numbers for {len(paths)} pictures. Give one each.")
        start: dict[str, Any] = {name: studio.capabilities.start(name) for name in CONTROLS}
        if "width" in arguments:
            start["model"] = studio.capabilities.model  # a size that is the recipe's default is meant too
        recipe, images, count = read_request(
            self._limits,
            paths=paths,
            image_weights=[float(weight) for weight in weights],
            count=arguments.pop("num_images_per_prompt"),
            **start | arguments,
        )
        studio.capabilities.check(recipe)
        drawn = []
        for _, event in draw_series(studio, series(studio.recipe(recipe), count), images, fresh=fresh, steps=False):
            if isinstance(event, Rendered):
                path = studio.files.download(studio.save(event), event.recipe, file_format)
                drawn.append(ProgramPicture(path, _describe(event) | {"signed": studio.files.signs}))
            else:
                yield None
        yield drawn

    def _verify(self, image: str, deep: bool) -> Iterator[dict | None]:
        for event in look(image, self._limits, self._studio.store, deep=deep):
            if not isinstance(event, Evidence):
                yield None
                continue
            recipe, seal = event.recipe, event.credentials
            yield {
                **dataclasses.asdict(event.found),
                "sentence": event.found.sentence,
                "recipe": recipe and json.loads(recipe.to_json()),
                "recipe_source": event.source,
                "credentials": seal and {**dataclasses.asdict(seal), "sentence": seal.sentence},
                "credentials_checked": event.checked,
            }

    def _search(
        self, images: list[str], text: str, image: str | None, image_weight: float, top_k: int
    ) -> Iterator[list[dict] | None]:
        studio = self._studio
        if not text.strip() and image is None:
            raise ValueError("There is nothing to search for. Pass text, image, or both.")
        index = studio.new_index()
        for number, path in enumerate(images):
            index.add(str(number), studio.embed("", open_picture(path, self._limits)))
            yield None
        picture = open_picture(image, self._limits) if image else None
        results = find(studio, index, text, picture, image_weight=image_weight, top_k=top_k)
        yield [
            {
                "index": int(result.id),
                "file": Path(images[int(result.id)]).name,
                "score": result.score,
                "near_identical_to": None if result.duplicate_of is None else int(result.duplicate_of),
            }
            for result in results
        ]


def _describe(rendered: Rendered) -> dict[str, Any]:
    recipe = rendered.recipe
    return {
        "seed": recipe.seed,
        "id": recipe.id,
        "pixels_hash": rendered.pixels_hash,
        "query": recipe.to_query(rendered.pixels_hash),
        "seconds": round(rendered.seconds, 3),
        "from_store": isinstance(rendered, Restored),
        "image_weights": rendered.image_weights,
        "read_as": "" if rendered.reading is None else rendered.reading.sentence,
        "recipe": json.loads(recipe.to_json()),
    }
