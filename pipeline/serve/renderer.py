"""One renderer: a pipeline, and what is asked of it from another process. The same for every kind of renderer."""

import os
import threading
from collections.abc import Callable
from typing import Any

__all__ = ["QUICK", "Renderer", "understood"]

QUICK = frozenset({"read", "wish", "tokens", "layout", "process"})  # what does not wait for the drawing under way


class Renderer:
    """Answers what `pipeline.serve.replicas.Fleet` asks, one drawing at a time.

    Args:
        pipe: a pipeline.
    """

    def __init__(self, pipe: Any):
        self._pipe = pipe
        self._turn = threading.Lock()

    def answer(
        self, method: str, arguments: tuple, cancel: threading.Event, on_stage: Callable[[Any], None] | None = None
    ) -> Any:
        """What a method gives; see `pipeline.serve.replicas.Renderers.call`.

        Raises:
            Cancelled: ``cancel`` was set.
            Exception: whatever the pipeline raised.
        """
        if method not in QUICK:
            with self._turn:  # what waits here is at hand when the one before is finished
                return self._draw(method, arguments, cancel, on_stage)
        if method in ("read", "wish"):
            return understood(self._pipe, method, arguments)
        if method == "process":
            return os.getpid()
        if method == "tokens":
            return len(self._pipe.tokenizer(*arguments)["input_ids"])
        encoder = getattr(self._pipe, "image_encoder", None)
        dims = (0, 0) if encoder is None else (encoder.config["embed_dim"], encoder.config["semantic_dim"])
        return *dims, getattr(self._pipe, "weights_hash", "")

    def _draw(
        self, method: str, arguments: tuple, cancel: threading.Event, on_stage: Callable[[Any], None] | None
    ) -> Any:
        from pipeline.serve.render import render, render_together

        if method == "draw":
            return render(self._pipe, *arguments, on_stage=on_stage, cancel=cancel)
        if method == "together":
            return render_together(self._pipe, *arguments, on_stage=on_stage, cancel=cancel)
        if method == "embed_texts":
            return self._pipe.get_text_embeds(*arguments)
        return self._pipe.get_image_embeds(*arguments)


def understood(pipe: Any, method: str, arguments: tuple) -> Any:
    """A prompt, or a wish, read by a pipeline's reader; None where it has none."""
    from pipeline.scene.wish import Wishes

    reader = getattr(pipe, "reader", None)
    if reader is None:
        return None
    if method == "read":
        return reader.parse(arguments[0], **arguments[1])
    text, scene, seed, it = arguments
    return Wishes(reader).read(text, scene, seed=seed, it=it)
