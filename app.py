"""Easel's page and the entry of its Space.

python app.py [--model weights] [--host 127.0.0.1] [--port 7860] [--share] [--store FOLDER|off] [--mcp]
"""

if __name__ == "__main__":  # what drawing needs is imported in one process, and what the page needs in this one
    from pipeline.serve.apart import start_early

    start_early()

import argparse
import logging
import os
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradio.utils import get_upload_folder

from pipeline.loading.capabilities import CONTROLS, EASEL, Capabilities
from pipeline.loading.errors import WeightsError
from pipeline.loading.find import FoundModel, find_model
from pipeline.loading.hardware import is_zero_gpu, prepare
from pipeline.loading.options import LoadOptions, add_load_options, read_load_options
from pipeline.loading.weights import DEFAULT_WEIGHTS
from pipeline.serve.apart import draw_apart, end_early
from pipeline.serve.gate import LOOPBACK, Doorkeeper, is_loopback
from pipeline.serve.heap import Heap, share_heaps
from pipeline.serve.jobs import Jobs
from pipeline.serve.keys import Allowance, Keys, keys_from_environment, rate_from
from pipeline.serve.limits import Limits
from pipeline.serve.mcp_tools import McpUnusable, check_mcp, keep_quiet
from pipeline.serve.programs import Programs
from pipeline.serve.proxies import LOCAL, NOBODY
from pipeline.serve.replicas import AHEAD, fleet, replica_range
from pipeline.serve.startup import StartError, check_address, check_settings, take_long_turns, trust_proxies
from pipeline.serve.stopping import DRAIN_SECONDS, Stop, drain, drain_seconds, leave
from pipeline.serve.store import PictureStore, open_store
from pipeline.serve.studio import Studio
from pipeline.serve.workplace import Workplace
from pipeline.ui.api import build_api
from pipeline.ui.guard import fetch_nothing, guard, trust_localhost
from pipeline.ui.page import Page, build_page
from pipeline.ui.queueing import Presence, Queue
from pipeline.ui.routes import app_options
from pipeline.ui.templates import blocks
from pipeline.ui.theme import CSS, HEAD, easel_theme
from pipeline.ui.words import translations

if TYPE_CHECKING:
    from pipeline.text_to_image import TextToImagePipeline

__all__ = ["LIMITS", "build_demo", "launch_options", "limits_for", "main", "serve"]

LIMITS = Limits(
    max_count=5,
    max_references=5,
    max_steps=16,
    max_prior_steps=64,
    max_guidance=10.0,
    max_upload_mb=20,
    max_upload_pixels=40_000_000,
    max_search_pictures=200,
    max_queue=64,
    max_queue_of_address=56,
    max_queue_of_session=16,
    max_preview_drawings=2,
    max_previews_per_minute=6,
    kept_seconds=3600,
)
_UPLOADS_MB = 2048  # of all visitors' files together; the oldest go first
_PAGE_EVENTS = 256  # of the queue, those included that use no pipeline


def build_demo(
    pipe: "TextToImagePipeline | Callable[[], Any]",
    *,
    weights_hash: str = "",
    limits: Limits = LIMITS,
    store: PictureStore | None = None,
    capabilities: Capabilities = EASEL,
    at_once: int = 1,
) -> Page:
    """The page, queue included, not yet launched.

    Args:
        pipe: a pipeline, or a function that loads one: it starts in the background, and the page does not wait for it.
        weights_hash: names the weights in recipes and links.
        limits: what one request may ask for.
        store: where pictures are kept, so that a repeated recipe answers at once; without one, nowhere.
        capabilities: what the model can be asked for; the page has no other controls.
        at_once: pictures that are under way at a time.
    """
    limits = limits_for(capabilities, limits)
    jobs = Jobs(
        max_waiting=limits.max_queue,
        max_per_address=limits.max_queue_of_address,
        max_per_session=limits.max_queue_of_session,
        at_once=at_once,
    )
    studio = Studio(
        pipe,
        weights_hash=weights_hash,
        kept_seconds=limits.kept_seconds,
        store=store,
        capabilities=capabilities,
        jobs=jobs,
        files_in=Path(get_upload_folder()),  # gradio copies what is elsewhere, and hashes it, with every answer
    )
    with Page(title="Easel", analytics_enabled=False, delete_cache=(600, limits.kept_seconds)) as demo:
        build_page(demo, studio, limits)
        programs = Programs(studio, limits)
        allowance = Allowance(limits.max_pictures_per_minute)
        build_api(programs, studio.metrics, allowance)
    demo.queue(api_open=False)  # whoever asks directly is sent to the queue
    demo.studio, demo.limits, demo.programs, demo.allowance = studio, limits, programs, allowance
    demo.presence = Presence()
    demo._queue = Queue(
        jobs, demo.presence, blocks=demo, max_size=_PAGE_EVENTS, forget=studio.leave,
        busy=lambda door: studio.metrics.count(door, "busy"),
    )  # fmt: skip
    guard(demo)
    trust_localhost()
    fetch_nothing()
    studio.open()
    return demo


def limits_for(capabilities: Capabilities, limits: Limits = LIMITS) -> Limits:
    """The limits of one request, wide enough for twice what the model starts with."""
    twice = {name: 2 * capabilities.start(name) for name in CONTROLS}
    return replace(
        limits,
        max_references=min(limits.max_references, capabilities.max_references),
        max_steps=max(
            limits.max_steps, int(twice["num_inference_steps"]), int(twice["super_res_num_inference_steps"])
        ),
        max_prior_steps=max(limits.max_prior_steps, int(twice["prior_num_inference_steps"])),
        max_guidance=max(limits.max_guidance, twice["guidance_scale"], twice["prior_guidance_scale"]),
    )


def launch_options(
    demo: Page,
    *,
    hosts: Collection[str] | None = None,
    keys: Keys | None = None,
    mcp: bool = False,
    root_path: str | None = None,
    proxies: str = LOCAL,
) -> dict:
    """What `demo.launch` needs beside host and port: looks, limits, routes, and the folder of downloads.

    Args:
        demo: of `build_demo`.
        hosts: names under which the server may be asked for; None for any.
        keys: one of which programs need; None is none.
        mcp: whether MCP clients are answered too.
        root_path: below which a proxy serves this; None is what GRADIO_ROOT_PATH says.
        proxies: whose X-Forwarded headers are believed.
    """
    root_path = os.environ.get("GRADIO_ROOT_PATH", "") if root_path is None else root_path
    return {
        "app_kwargs": app_options(demo, hosts=hosts, keys=keys, mcp=mcp, root_path=root_path, proxies=proxies),
        "root_path": root_path,
        "mcp_server": False,  # gradio's own; ours has schemas that strict clients accept
        "theme": easel_theme(),
        "i18n": translations(blocks()),
        "css": CSS,
        "head": HEAD,
        "allowed_paths": [str(demo.studio.folder)],
        "max_file_size": f"{demo.limits.max_upload_mb}mb",
        "footer_links": ["api"],
        "max_threads": demo.limits.max_queue + 40,  # who waits for a turn has one
        "state_session_capacity": 512,
        "run_history": False,
        "show_error": False,
        "enable_monitoring": False,  # /metrics is ours
        "ssr_mode": False,
        "pwa": False,
    }


def main(argv: list[str] | None = None) -> None:
    """Serve the page until it is stopped. The GRADIO_* environment variables are honoured where no option is given."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    share_heaps()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    stop, host = Stop(), arguments.host or os.environ.get("GRADIO_SERVER_NAME")
    proxies = arguments.proxy or (["*"] if os.environ.get("SPACE_ID") else [])
    trust_proxies(())  # the web server: `TrustedProxies` looks at the headers, all of them
    mcp = arguments.mcp or os.environ.get("GRADIO_MCP_SERVER", "").lower() == "true"
    try:
        check_settings(proxies)
        check_address(host, arguments.port)
        store = open_store(arguments.store, max_megabytes=arguments.store_mb, max_days=arguments.store_days)
        keys, rate = keys_from_environment(), rate_from(arguments.rate)
        patience = drain_seconds(arguments.drain_seconds)
        replicas = replica_range(arguments.replicas) if arguments.replicas else None
        if mcp:
            check_mcp()
            keep_quiet()
        prepare()
        model = find_model(arguments.model, options := read_load_options(arguments))
    except (StartError, McpUnusable, WeightsError, ValueError) as error:
        parser.error(str(error).replace("`", ""))
    if arguments.share_history:
        logging.info("The history is shared: every visitor can search what all visitors drew, prompts included.")
    uploads = Workplace()
    uploads.keep_trimmed(_UPLOADS_MB * 2**20)
    os.environ["GRADIO_TEMP_DIR"] = str(uploads.folder)
    load, at_once = _renderers(arguments, model, replicas, options)
    demo = build_demo(
        load,
        weights_hash=model.weights_hash,
        capabilities=model.capabilities,
        at_once=at_once,
        store=store,
        limits=replace(LIMITS, search_store=arguments.share_history, max_pictures_per_minute=rate),
    )
    shared = arguments.share or os.environ.get("GRADIO_SHARE", "").lower() == "true"
    hosts = [*LOOPBACK, *arguments.allow_host] if is_loopback(host) and not shared else None
    try:
        demo.launch(
            server_name=arguments.host,
            server_port=arguments.port,
            share=arguments.share,
            prevent_thread_lock=True,
            **launch_options(
                demo,
                hosts=hosts,
                keys=keys,
                mcp=mcp,
                root_path=arguments.root_path,
                proxies=",".join(proxies) or NOBODY,
            ),
        )
    except OSError as error:
        parser.error(f"The server cannot start: {error}")
    serve(demo, stop, patience)
    uploads.close()


def serve(demo: Page, stop: Stop, patience: float = DRAIN_SECONDS) -> None:
    """Serve a page that was launched until the process is asked to stop; then let the drawings under way end.

    Args:
        demo: of `build_demo`.
        stop: who hears the signals.
        patience: seconds that drawings under way may take.
    """
    demo.doorkeeper = Doorkeeper(demo.server)
    Heap().keep_trimmed(stop.asked)
    stop.wait()
    drain(demo.studio.jobs, patience)
    demo.server.config.timeout_graceful_shutdown = 1  # second; streams that stay open have nothing left to say
    demo.close(verbose=False)
    demo.studio.close()


def _renderers(
    arguments: argparse.Namespace, model: FoundModel, replicas: tuple[int, int] | None, options: LoadOptions
) -> tuple[Callable[[], Any], int]:
    """(what loads the model, pictures that are under way at a time): on Ray, here on ZeroGPU, or else apart."""
    if replicas is not None:
        end_early()
        return partial(fleet, arguments.model, *replicas, arguments.ray_address, options), AHEAD * replicas[1]
    if is_zero_gpu():  # a GPU is lent to functions of this process
        take_long_turns()
        return model.load, 1
    return partial(draw_apart, arguments.model, options), AHEAD


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python app.py", description="Serve Easel's page.")
    parser.add_argument(
        "--model",
        metavar="PATH_OR_REPO",
        default=str(DEFAULT_WEIGHTS),
        help="folder of ours or of a diffusers text-to-image pipeline, one .safetensors file, or a Hub name",
    )
    parser.add_argument("--host", help="address to listen on (default: GRADIO_SERVER_NAME or 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port (default: GRADIO_SERVER_PORT or the first free one from 7860)")
    parser.add_argument("--store", metavar="FOLDER", help="where pictures are kept, or off (default: EASEL_STORE)")
    parser.add_argument("--store-mb", type=float, help="size of the store in MB (default: EASEL_STORE_MB or 512)")
    parser.add_argument("--store-days", type=float, help="age at which it forgets (default: EASEL_STORE_DAYS or 7)")
    parser.add_argument("--share", action=argparse.BooleanOptionalAction, help="make a public gradio.live address")
    parser.add_argument(
        "--share-history",
        action=argparse.BooleanOptionalAction,
        default=os.environ.get("EASEL_SHARE_HISTORY", "").strip().lower() in ("1", "true", "on", "yes"),
        help="let every visitor search what all visitors drew (default: EASEL_SHARE_HISTORY or no)",
    )
    parser.add_argument(
        "--proxy",
        metavar="ADDRESS",
        action="append",
        default=[],
        help="address or network of a proxy of yours, whose word on visitors' addresses counts; may be repeated",
    )
    parser.add_argument(
        "--allow-host",
        metavar="NAME",
        action="append",
        default=[],
        help="name under which a server on 127.0.0.1 may be asked for beside localhost; may be repeated",
    )
    parser.add_argument(
        "--rate", type=int, metavar="N", help="pictures a minute for one key or address (default: EASEL_RATE or any)"
    )
    parser.add_argument(
        "--drain-seconds",
        type=float,
        metavar="N",
        help="for drawings under way after SIGTERM (default: EASEL_DRAIN_SECONDS or 7; hosts often kill after 10)",
    )
    parser.add_argument("--root-path", help="path below which a proxy serves this (default: GRADIO_ROOT_PATH)")
    parser.add_argument(
        "--replicas",
        metavar="N|MIN-MAX",
        help='renderers on Ray Serve instead of a model in this process (needs ".[ray]")',
    )
    parser.add_argument("--ray-address", help="of a Ray cluster (default: this machine)")
    parser.add_argument("--mcp", action="store_true", help='serve the endpoints as MCP tools too (needs ".[mcp]")')
    add_load_options(parser)
    return parser


if __name__ == "__main__":
    main()
    leave()
