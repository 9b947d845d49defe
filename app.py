"""Easel's page and the entry of its Space.

python app.py [--model weights] [--host 127.0.0.1] [--port 7860] [--share]
"""

import argparse
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr

from pipeline.ui.about import ABOUT
from pipeline.ui.api import build_api
from pipeline.ui.canvas import status
from pipeline.ui.create_tab import build_create_tab
from pipeline.ui.history_tab import build_history_tab
from pipeline.ui.limits import Limits
from pipeline.ui.links import wire_links
from pipeline.ui.studio import Studio
from pipeline.ui.theme import CSS, HEAD, HEADER, easel_theme
from pipeline.ui.verify_tab import build_verify_tab
from pipeline.ui.words import say, translations
from pipeline.weights import DEFAULT_WEIGHTS, load_pipeline, weights_hash

if TYPE_CHECKING:
    from pipeline.text_to_image import TextToImagePipeline

__all__ = ["LIMITS", "build_demo", "launch_options", "main"]

LIMITS = Limits(
    max_count=5,
    max_references=5,
    max_steps=16,
    max_prior_steps=64,
    max_guidance=10.0,
    max_upload_mb=20,
    max_upload_pixels=40_000_000,
    max_queue=24,
    kept_seconds=3600,
)


def build_demo(
    pipe: "TextToImagePipeline | Callable[[], TextToImagePipeline]",
    *,
    weights_hash: str = "",
    limits: Limits = LIMITS,
) -> gr.Blocks:
    """The page, queue included, not yet launched.

    Args:
        pipe: a pipeline, or a function that loads one: it starts in the background, and the page does not wait for it.
        weights_hash: names the weights in recipes and links.
        limits: what one request may ask for.
    """
    studio = Studio(pipe, weights_hash=weights_hash, kept_seconds=limits.kept_seconds)
    with gr.Blocks(title="Easel", analytics_enabled=False, delete_cache=(600, limits.kept_seconds)) as demo:
        with gr.Row(elem_id="top"):
            gr.HTML(HEADER, elem_id="title", scale=1)
            state = gr.HTML(_state(studio), elem_id="model-state", scale=0, min_width=150)
            theme = gr.Button(say("Light / dark"), size="sm", elem_id="theme-toggle", scale=0, min_width=90)
        with gr.Tabs() as tabs:
            with gr.Tab(say("Create"), id="create"):
                create = build_create_tab(studio, limits)
            with gr.Tab(say("Verify"), id="verify"):
                check = build_verify_tab(limits)
            with gr.Tab(say("History"), id="history"):
                build_history_tab()
            with gr.Tab(say("About"), id="about"):
                gr.Markdown(ABOUT, elem_id="about")
        build_api(studio, limits)
        hidden = {"show_progress": "hidden", "api_visibility": "private"}
        theme.click(None, js="() => { window.easel.toggleTheme(); }", **hidden)

        def loading():
            while not studio.ended(0.5):
                yield _state(studio)
            yield _state(studio)

        demo.load(loading, None, state, concurrency_limit=None, **hidden)
        wire_links(demo, studio, create, check, tabs)

        def leave(request: gr.Request):
            studio.leave(request.session_hash)

        demo.unload(leave)
    demo.queue(max_size=limits.max_queue, default_concurrency_limit=1)
    demo.studio = studio
    studio.open()
    return demo


def launch_options(demo: gr.Blocks, limits: Limits = LIMITS) -> dict:
    """What `demo.launch` needs beside host and port: looks, limits, and the folder that downloads come from."""
    return {
        "theme": easel_theme(),
        "i18n": translations(),
        "css": CSS,
        "head": HEAD,
        "allowed_paths": [str(demo.studio.folder)],
        "max_file_size": f"{limits.max_upload_mb}mb",
        "footer_links": ["api"],
        "run_history": False,
        "show_error": False,
        "ssr_mode": False,
        "pwa": False,
    }


def main(argv: list[str] | None = None) -> None:
    """Serve the page until it is stopped. The GRADIO_* environment variables are honoured where no option is given."""
    parser = argparse.ArgumentParser(prog="python app.py", description="Serve Easel's page.")
    parser.add_argument("--model", type=Path, default=DEFAULT_WEIGHTS, help="weights folder (default: weights)")
    parser.add_argument("--host", help="address to listen on (default: GRADIO_SERVER_NAME or 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port (default: GRADIO_SERVER_PORT or the first free one from 7860)")
    parser.add_argument("--share", action=argparse.BooleanOptionalAction, help="make a public gradio.live address")
    arguments = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    demo = build_demo(lambda: load_pipeline(arguments.model), weights_hash=weights_hash(arguments.model))
    demo.launch(
        server_name=arguments.host,
        server_port=arguments.port,
        share=arguments.share,
        **launch_options(demo),
    )


def _state(studio: Studio) -> str:
    """One line on the model for the page's corner."""
    if studio.error is not None:
        return status(str(studio.error).replace("`", ""), "bad")
    return status("Model ready", "good") if studio.is_ready else status("Loading the model…")


if __name__ == "__main__":
    main()
