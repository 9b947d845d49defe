"""The widget that hands on an uploaded file as it came."""

import gradio as gr

__all__ = ["picture_upload"]


def picture_upload(**options) -> gr.Image:
    """A `gr.Image` whose value is the uploaded file itself, metadata included.

    The stock one decodes the upload before any check of ours could run. (A subclass would do, but gradio writes
    a stub file beside the source of every subclass.)
    """
    upload = gr.Image(type="filepath", format="png", **options)
    upload.preprocess = lambda payload: None if payload is None or payload.path is None else str(payload.path)
    return upload
