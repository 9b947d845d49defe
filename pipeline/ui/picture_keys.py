"""The keys below a finished picture: take it away, draw it a little differently, put it back into the form."""

from dataclasses import dataclass

import gradio as gr

from pipeline.loading.capabilities import EASEL, Capabilities
from pipeline.recipe.files import FORMATS
from pipeline.stickers.icons import ICON_SETS, TONED
from pipeline.stickers.targets import TARGETS
from pipeline.ui.templates import block
from pipeline.ui.words import say

__all__ = ["A_LITTLE", "A_LOT", "FOR", "ICON_SET", "PictureKeys", "build_picture_keys"]

FOR, ICON_SET = "for:", "icons:"  # what the values of places, and of sets of icons, begin with
_NAMES = {"png": "PNG", "jpeg": "JPEG", "webp": "WebP", "avif": "AVIF"}
_ON_COLOUR = "element.addEventListener('change', event => trigger('select', {colour: event.target.value}));"
A_LITTLE, A_LOT = 0.3, 0.7  # of the way to another seed's noise


@dataclass(frozen=True)
class PictureKeys:
    """The widgets. page.css shows them while the canvas has a finished picture.

    again: button -> (strength, stage) of the variation that it draws.
    copies: button -> the form in which the browser copies the link.
    """

    download: gr.DownloadButton
    file_format: gr.Dropdown
    colour: gr.HTML  # picks that of a glyph or a duotone; out of sight for all else
    ink: gr.State  # that colour, as hex
    again: dict[gr.Button, tuple[float, str]]
    copies: dict[gr.Button, str]
    reuse_prompt: gr.Button
    reuse_seed: gr.Button
    reuse_all: gr.Button
    as_reference: gr.Button
    verify: gr.Button
    compare: gr.Button
    download_all: gr.Button
    upload: gr.UploadButton  # out of sight: the editor's own button opens it


def _places(capabilities: Capabilities) -> list[tuple]:
    """What a picture may leave for: (label, value)."""
    targets = [(say(f"target.{name}"), FOR + name) for name in TARGETS]
    sets = [
        name for name in ICON_SETS if capabilities.scenes or name not in TONED
    ]  # of an opaque one: a filled square
    return targets + [(say(f"icons.{name}"), ICON_SET + name) for name in sets]


def build_picture_keys(capabilities: Capabilities = EASEL) -> PictureKeys:
    """Lay the keys out inside the current gradio context, those hidden for which the model has nothing."""

    def key(name: str, elem_id: str, visible: bool = True) -> gr.Button:
        return gr.Button(say(name), size="sm", elem_id=elem_id, min_width=80, visible=visible)

    varies = capabilities.variations

    with gr.Row(elem_id="picture-actions", elem_classes="keys"):
        download = gr.DownloadButton(
            say("keys.download"), size="sm", variant="primary", elem_id="download", min_width=80
        )
        file_format = gr.Dropdown(
            [*((_NAMES[name], name) for name in FORMATS), *_places(capabilities)],
            value="png",
            label=say("keys.file_format"),
            container=False,
            min_width=80,
            elem_id="file-format",
        )
        ink = gr.State("#000000")
        colour = gr.HTML(str(block("icon_colour")), elem_id="icon-colour", js_on_load=_ON_COLOUR, visible=False)
        copies = {key("keys.copy_link", "copy-link"): "link"}
        again = {
            key("keys.vary_little", "vary-little", varies): (A_LITTLE, ""),
            key("keys.vary_lot", "vary-lot", varies): (A_LOT, ""),
        }
        upload = gr.UploadButton(say("edit.upload"), file_types=["image"], elem_id="add-picture")
    with gr.Accordion(say("keys.more"), open=False, elem_id="more-keys"):
        with gr.Row(elem_classes="keys"):
            reuse_prompt = key("keys.use_prompt", "reuse-prompt")
            reuse_seed = key("keys.keep_seed", "reuse-seed")
            reuse_all = key("keys.use_settings", "reuse-all")
            as_reference = key("keys.use_reference", "use-as-reference", capabilities.max_references > 0)
        with gr.Row(elem_classes="keys"):
            again |= {
                key("keys.new_prior", "new-prior", varies): (1.0, "prior"),
                key("keys.new_decoder", "new-decoder", varies): (1.0, "decoder"),
                key("keys.new_super_res", "new-super-res", varies): (1.0, "super_res"),
            }
            verify = key("keys.draw_again", "draw-again")
        with gr.Row(elem_classes="keys"):
            copies |= {
                key("keys.copy_markdown", "copy-markdown"): "markdown",
                key("keys.copy_html", "copy-html"): "html",
            }
            compare = key("keys.compare", "compare")
            download_all = key("keys.download_all", "download-all")
    return PictureKeys(
        download, file_format, colour, ink, again, copies, reuse_prompt, reuse_seed, reuse_all, as_reference, verify,
        compare, download_all, upload,
    )  # fmt: skip
