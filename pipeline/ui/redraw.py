"""Drawing a picture again to verify it: past the store, and compared pixel by pixel with the one that is shown."""

import logging
from collections.abc import Iterator
from dataclasses import replace

import gradio as gr

from pipeline.loading.errors import WeightsError
from pipeline.serve.drawn import Drawn
from pipeline.serve.limits import Limits
from pipeline.serve.render import Cancelled, Rendered, compare
from pipeline.serve.studio import Studio
from pipeline.serve.uploads import open_picture
from pipeline.ui.canvas import status
from pipeline.ui.form import reference_paths
from pipeline.ui.tabs.create import DRAWING, CreateTab, progress_updates
from pipeline.watermark import WatermarkError

__all__ = ["wire_redraw"]

_HIDDEN = {"show_progress": "hidden", "api_visibility": "private"}
_logger = logging.getLogger(__name__)


def wire_redraw(studio: Studio, limits: Limits, create: CreateTab) -> None:
    """Wire the button beside the picture."""
    form = create.form

    def again(values: dict, request: gr.Request) -> Iterator[dict]:
        kept, number, file_format = list(values[create.pictures]), values[create.selected], values[create.file_format]
        if number is None:
            yield {create.status: status("There is no picture yet.")}
            return
        shown, verdict, words = kept[number], None, status("")
        try:
            images = []
            if shown.recipe.image_hashes:  # one that came by a link brings no files; the form may have them
                paths = shown.references or reference_paths(values[form.references])
                images = [open_picture(path, limits) for path in paths]
            expected = open_picture(studio.files.download(shown.path, shown.recipe, "png"), limits)
            for event in studio.draw(shown.recipe, images, visitor=request.session_hash, fresh=True):
                if isinstance(event, Rendered):
                    verdict = compare(event.image, expected)
                    verdict = replace(verdict, sentence=f"Drawn again. {verdict.sentence}")
                    words = status(f"Drawn again in {event.seconds:.1f} s")
                    if verdict.result != "identical":  # both on the shelf, to look at
                        kept.append(Drawn.from_rendered(event, str(studio.save(event)), shown.references))
                else:
                    stages = studio.capabilities.stages
                    yield progress_updates(event, shown.recipe, "", create.canvas, create.status, stages)
        except Cancelled:
            words = status("Cancelled. Nothing was compared.")
        except (ValueError, WeightsError, WatermarkError) as error:
            words = status(str(error).replace("`", ""), "bad")
        except Exception as error:
            _logger.exception("drawing again failed")
            words = status(f"Something went wrong ({type(error).__name__}). The server's log has the details.", "bad")
        yield {**create.show(kept, number, verdict, file_format), create.status: words}

    drawing = {"concurrency_limit": 1, "concurrency_id": DRAWING, **_HIDDEN}
    quick = {"queue": False, **_HIDDEN}
    buttons = [form.generate, form.cancel, create.status]
    create.again.click(create.begin, None, buttons, **quick).then(
        again, create.inputs, create.outputs, **drawing
    ).then(create.end, None, buttons, **quick)
