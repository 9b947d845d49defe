"""The page's endpoints for programs: /generate, /variations, /verify, /embed and /search, in the pipeline's words.

from gradio_client import Client
client = Client("http://127.0.0.1:7860")
files, pictures = client.predict(prompt="a red apple, 3d render", seed=7, api_name="/generate")

What they take and do is `pipeline.serve.tools` and `pipeline.serve.programs`; here are the widgets, never shown, that
gradio makes endpoints of.
"""

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.route_utils import API_PREFIX
from gradio_client.utils import encode_file_path

from pipeline.loading.errors import WeightsError
from pipeline.serve.entry import TOO_MANY
from pipeline.serve.jobs import CURRENT
from pipeline.serve.keys import Allowance
from pipeline.serve.metrics import Metrics
from pipeline.serve.programs import ProgramPicture, Programs
from pipeline.serve.render import Cancelled
from pipeline.serve.tools import PICTURE, Tool, pictures_of
from pipeline.ui.events import DRAWING
from pipeline.watermark import WatermarkError

__all__ = ["build_api"]

_DRAWS = ("generate", "variations")


def build_api(programs: Programs, metrics: Metrics, allowance: Allowance) -> None:
    """Declare the endpoints inside the current gradio context.

    Args:
        programs: what they do.
        metrics: where requests are counted.
        allowance: pictures a minute of one key or address.
    """
    with gr.Row(visible=False):
        for tool in programs.tools.values():
            if tool.name in _DRAWS:
                outputs = [gr.File(label="files", file_count="multiple"), gr.JSON(label="pictures")]
            else:
                outputs = gr.JSON(label=tool.result)
            line: dict[str, Any] = {"concurrency_limit": 2 if tool.name == "verify" else 1}
            line |= {} if tool.name == "verify" else {"concurrency_id": DRAWING}
            gr.Button(tool.name).click(
                _endpoint(programs, tool, metrics, allowance),
                [_widget(name, argument) for name, argument in tool.arguments.items()],
                outputs,
                api_name=tool.name,
                preprocess=False,  # each argument would go to another thread and back, unchanged: see `_plain`
                postprocess=False,  # so would each answer: see `Page.postprocess_data`
                **line,
            )


def _endpoint(programs: Programs, tool: Tool, metrics: Metrics, allowance: Allowance) -> Callable:
    """A function whose signature and docstring are the tool's, as gradio reads them.

    It is no generator: gradio would read arguments and make answers anew with every step. Where the client hangs up,
    its place is told, and the drawing stops within one step.
    """

    def endpoint(*values: Any):
        try:
            with metrics.answering("api") as say:
                given = dict(zip(tool.arguments, map(_plain, values), strict=True))
                place = CURRENT.get()
                if place and not allowance.take(
                    place.client.holder or place.client.address, pictures_of(tool.name, given)
                ):
                    say("turned away")
                    raise ValueError(TOO_MANY)
                *_, result = programs.call(tool.name, given)
                return _told(result) if tool.name in _DRAWS else result
        except (ValueError, WeightsError, WatermarkError, Cancelled) as error:
            raise gr.Error(str(error).replace("`", "") or "Cancelled.", print_exception=False) from error

    parameters = [
        inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=argument.get("default", _NO_DEFAULT))
        for name, argument in tool.arguments.items()
    ]
    endpoint.__name__ = tool.name
    endpoint.__signature__ = inspect.Signature(parameters)
    lines = [f"    {name}: {argument['description']}" for name, argument in tool.arguments.items()]
    endpoint.__doc__ = "\n".join([tool.description, "", "Parameters:", *lines])
    return endpoint


_NO_DEFAULT = inspect.Parameter.empty


def _told(drawn: list[ProgramPicture]) -> tuple[list[dict], list[dict]]:
    """(files as gradio tells of them, what is said of each)."""
    return [_file(each.path) for each in drawn], [each.facts for each in drawn]


def _file(path: Path) -> dict[str, Any]:
    url = f"{API_PREFIX}/file={encode_file_path(str(path))}"
    data = gr.FileData(path=str(path), url=url, orig_name=path.name, size=path.stat().st_size)
    return data.model_dump()


def _widget(name: str, argument: Mapping[str, Any]) -> gr.components.Component:
    """The component whose endpoint parameter an argument is. What it holds is checked by us, as it came."""
    kind, default = argument["type"], argument.get("default")
    if argument.get("contentEncoding"):
        return gr.File(label=name, type="filepath")
    if kind == "array" and argument["items"] == PICTURE:
        return gr.File(label=name, file_count="multiple", type="filepath")
    widgets = {
        "string": lambda: gr.Textbox(default, label=name),
        "integer": lambda: gr.Number(default, label=name, precision=0),
        "number": lambda: gr.Number(default, label=name),
        "boolean": lambda: gr.Checkbox(bool(default), label=name),
        "array": lambda: gr.JSON(default, label=name),
    }
    return widgets[kind]()


def _plain(value: Any) -> Any:
    """A value as it came, since gradio rounds 1.5 and fails on "7", and says neither; files as their paths.

    Where a file may be is checked before (gradio takes none but uploads).
    """
    if isinstance(value, list):
        return [_plain(each) for each in value]
    is_file = isinstance(value, dict) and isinstance(value.get("meta"), dict) and "path" in value
    return value["path"] if is_file else value
