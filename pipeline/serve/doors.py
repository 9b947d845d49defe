"""The doors for other people's clients: AWS' (`/model/{id}/invoke`) and OpenAI's (`/v1/images/...`, `/v1/models`).

They read a body into an `Order` (`bedrock`, `openai`), draw it (`drawing`), and answer in the form that the client
raises its own exceptions from. Nothing of what is asked for is logged.
"""

import base64
import logging
import time
import uuid
from collections.abc import Callable
from typing import Any

from PIL import Image
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from pipeline.loading.errors import HeldBack, WeightsError
from pipeline.pictures.decode import MAX_PIXELS, UnreadablePicture, decode_picture, flatten, open_header
from pipeline.recipe.files import SUFFIXES, read_recipe
from pipeline.safety import Refused
from pipeline.serve import bedrock, openai
from pipeline.serve.drawing import draw_order, embed_order
from pipeline.serve.entry import Entry, Turned
from pipeline.serve.forms import read_form
from pipeline.serve.jobs import Client, Place
from pipeline.serve.limits import Limits
from pipeline.serve.metrics import CONTENT_TYPE
from pipeline.serve.openapi import openapi, openapi_page
from pipeline.serve.order import NotOffered, Order
from pipeline.serve.proxies import public_url
from pipeline.serve.render import Cancelled, Rendered
from pipeline.serve.studio import Studio
from pipeline.serve.tools import tools_of
from pipeline.watermark import WatermarkError

__all__ = ["door_routes"]

_logger = logging.getLogger(__name__)
_MEDIA = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp", "avif": "image/avif"}
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
MAX_SIDE = 1408  # pixels: the largest that AWS takes, so that nothing is made smaller before it is looked at


def door_routes(studio: Studio, limits: Limits, entry: Entry, root_path: str = "") -> list[Route]:
    """All that other people's clients find, their list, and /metrics.

    Args:
        studio: who draws.
        limits: of one request.
        entry: who may ask.
        root_path: below which a proxy serves this.
    """
    metrics, tools = studio.metrics, tools_of(studio.capabilities, limits)
    metrics.watch(lambda: len(studio.jobs), lambda: studio.is_ready)

    async def tell(request: Request) -> Response:
        return Response(metrics.text(), headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"})

    async def listed(request: Request) -> Response:
        document = openapi(public_url(request, root_path), tools.values(), needs_key=bool(entry.keys))
        if request.url.path.endswith(".json"):
            return JSONResponse(document)
        return HTMLResponse(openapi_page(document))

    routes = [Route("/metrics", tell), Route("/openapi.json", listed), Route("/api", listed)]
    return routes + _AwsDoor(studio, limits, entry).routes() + _OpenAIDoor(studio, limits, entry, root_path).routes()


class _AwsDoor:
    """POST /model/{id}/invoke, as `bedrock-runtime` answers it.

    Args:
        studio: who draws.
        limits: of one request.
        entry: who may ask.
    """

    def __init__(self, studio: Studio, limits: Limits, entry: Entry):
        self._studio, self._limits, self._entry = studio, limits, entry

    def routes(self) -> list[Route]:
        """What the server answers."""
        return [
            Route("/model/{model_id:path}/invoke", self.invoke, methods=["POST"]),
            Route("/model/{rest:path}", self.unknown, methods=_METHODS),
        ]

    async def unknown(self, request: Request) -> Response:
        """What else `bedrock-runtime` can be asked for."""
        words = f"{request.method} {request.url.path[:200]} is not offered here. invoke_model is."
        refused = bedrock.AwsError("UnknownOperationException", words)
        return JSONResponse({"message": words}, refused.status, headers={"x-amzn-ErrorType": refused.kind})

    async def invoke(self, request: Request) -> Response:
        """One call of `invoke_model`."""
        model_id = request.path_params["model_id"]

        def work(data: bytes, place: Place, client: Client) -> dict:
            if bedrock.version_of(model_id) == "embed":
                return self._embed(data, place)
            return self._draw(model_id, data, place, client)

        headers = {"x-amzn-RequestId": str(uuid.uuid4())}
        try:
            answer = await self._entry.let_in(request, "bedrock", work)
        except Exception as error:  # whatever it is, the client gets it in AWS' form
            refused = _as_aws(error)
            headers |= {"x-amzn-ErrorType": refused.kind} | (error.headers if isinstance(error, Turned) else {})
            return JSONResponse({"message": refused.message}, refused.status, headers=headers)
        return JSONResponse(answer, headers=headers)

    def _draw(self, model_id: str, data: bytes, place: Place, client: Client) -> dict:
        order = bedrock.read_order(model_id, data, _opened)
        self._entry.allow(client, order.count)
        try:
            drawn = draw_order(self._studio, self._limits, order, place)
        except NotOffered as error:
            raise bedrock.not_offered(error, data) from error
        held = [str(each) for each in drawn if isinstance(each, HeldBack)]
        files = [self._studio.files.encode(each) for each in drawn if isinstance(each, Rendered)]
        return bedrock.answer_images(files, held[0] if held else None)

    def _embed(self, data: bytes, place: Place) -> dict:
        order, tokens = bedrock.read_embedding_order(data, _opened, self._studio.count_tokens)
        return bedrock.answer_embedding(embed_order(self._studio, order, place), tokens)


class _OpenAIDoor:
    """/v1/images/generations, /edits, /variations and /v1/models, as OpenAI answers them.

    Args:
        studio: who draws.
        limits: of one request.
        entry: who may ask.
        root_path: below which a proxy serves this.
    """

    def __init__(self, studio: Studio, limits: Limits, entry: Entry, root_path: str):
        self._root_path = root_path
        self._studio, self._limits, self._entry = studio, limits, entry
        self._started = int(time.time())

    def routes(self) -> list[Route]:
        """What the server answers."""
        return [
            Route("/v1/images/generations", self.generations, methods=["POST"]),
            Route("/v1/images/edits", self.edits, methods=["POST"]),
            Route("/v1/images/variations", self.variations, methods=["POST"]),
            Route("/v1/models", self.models),
            Route("/v1/models/{model:path}", self.models),
            Route("/v1/files/{name}", self.file),
            Route("/v1/{rest:path}", self.unknown, methods=_METHODS),
        ]

    async def generations(self, request: Request) -> Response:
        """Pictures from words."""
        return await self._answer(request, lambda data: openai.read_generation(data))

    async def edits(self, request: Request) -> Response:
        """Pictures from pictures and words."""

        def read(data: bytes) -> tuple[Order, openai.Answer]:
            form = read_form(data, request.headers.get("content-type", ""))
            masks = [_opened(file, "mask", keep_alpha=True) for file in form.files("mask")]
            if len(masks) > 1:
                raise openai.invalid("mask", f"mask takes one picture, got {len(masks)}.")
            return openai.read_edit(form.text, _all_opened(form.files("image")), masks[0] if masks else None)

        return await self._answer(request, read)

    async def variations(self, request: Request) -> Response:
        """Pictures like a picture."""

        def read(data: bytes) -> tuple[Order, openai.Answer]:
            form = read_form(data, request.headers.get("content-type", ""))
            return openai.read_variation(form.text, _all_opened(form.files("image")))

        return await self._answer(request, read)

    async def models(self, request: Request) -> Response:
        """The one model, by whatever name."""
        try:
            self._entry.client_of(request)
            return JSONResponse(openai.answer_models(self._started, request.path_params.get("model")))
        except Exception as error:
            return _openai_refusal(error)

    async def file(self, request: Request) -> Response:
        """A picture that was answered as a link; its name is the key to it."""
        data = self._studio.files.published(request.path_params["name"])
        if data is None:
            return _openai_refusal(Turned(404, "There is no such file any more: links hold for an hour."))
        kind = request.path_params["name"].rpartition(".")[2]
        media = next(_MEDIA[name] for name, suffix in SUFFIXES.items() if suffix == f".{kind}")
        return Response(data, media_type=media, headers={"Cache-Control": "private, max-age=3600"})

    async def unknown(self, request: Request) -> Response:
        """What else OpenAI's clients can ask for."""
        words = f"Unknown request URL: {request.method} {request.url.path[:200]}. Pictures are drawn here: see /api."
        return JSONResponse(openai.OpenAIError(404, words, code="unknown_url").body(), 404)

    async def _answer(self, request: Request, read: Callable[[bytes], tuple[Order, openai.Answer]]) -> Response:
        base = public_url(request, self._root_path)

        def work(data: bytes, place: Place, client: Client) -> dict[str, Any]:
            order, answer = read(data)
            self._entry.allow(client, order.count)
            try:
                drawn = draw_order(self._studio, self._limits, order, place)
            except NotOffered as error:
                raise openai.not_offered(error) from error
            files = [self._one(each, answer, base) for each in drawn if isinstance(each, Rendered)]
            return answer.body(files, int(time.time()))

        try:
            return JSONResponse(await self._entry.let_in(request, "openai", work))
        except Exception as error:  # whatever it is, the client gets it in OpenAI's form
            return _openai_refusal(error)

    def _one(self, rendered: Rendered, answer: openai.Answer, base: str) -> dict[str, str]:
        try:
            file = self._studio.files.encode(rendered, answer.file_format, answer.compression)
        except ValueError as error:
            raise openai.invalid("output_compression", str(error)) from error
        if answer.urls:
            name = self._studio.files.publish(file, SUFFIXES[answer.file_format])
            return {"url": f"{base}/v1/files/{name}"}
        return {"b64_json": base64.b64encode(file).decode("ascii")}


def _opened(data: bytes, name: str, *, keep_alpha: bool = False) -> Image.Image:
    """A picture from outside, and the recipe that its file says (`Order.images`). Raises ValueError, in a sentence."""
    try:
        with open_header(data) as header:
            recipe = read_recipe(header)
        image = decode_picture(data, max_side=MAX_SIDE).image
    except UnreadablePicture as error:
        raise ValueError(error.sentence(name, MAX_PIXELS)) from error
    image = image if keep_alpha else flatten(image)
    image.info["recipe"] = recipe
    return image


def _all_opened(files: list[bytes]) -> list[Image.Image]:
    if len(files) > 5:
        raise openai.invalid("image", f"image takes 1 to 5 pictures, got {len(files)}.")
    try:
        return [_opened(file, "image") for file in files]
    except ValueError as error:
        raise openai.invalid("image", str(error)) from error


def _as_aws(error: Exception) -> bedrock.AwsError:
    """Any failure as AWS types it."""
    sentence = str(error).replace("`", "")
    if isinstance(error, bedrock.AwsError):
        return error
    if isinstance(error, Refused):
        return bedrock.blocked(sentence)
    if isinstance(error, ValueError):
        return bedrock.AwsError("ValidationException", sentence)
    if isinstance(error, Turned):
        kinds = {401: "AccessDeniedException", 429: "ThrottlingException", 503: "ServiceUnavailableException"}
        return bedrock.AwsError(kinds.get(error.status, "ValidationException"), sentence)
    if isinstance(error, (WeightsError, Cancelled)):
        return bedrock.AwsError("ServiceUnavailableException", sentence or "The drawing was stopped.")
    if not isinstance(error, WatermarkError):
        _logger.exception("a request failed")
    return bedrock.AwsError("InternalServerException", "The picture could not be made. Try another seed.")


def _openai_refusal(error: Exception) -> Response:
    """Any failure as OpenAI answers it."""
    refused, headers = _as_openai(error), error.headers if isinstance(error, Turned) else {}
    return JSONResponse(refused.body(), refused.status, headers=headers)


def _as_openai(error: Exception) -> openai.OpenAIError:
    sentence = str(error).replace("`", "")
    if isinstance(error, openai.OpenAIError):
        return error
    if isinstance(error, Refused):
        return openai.OpenAIError(400, sentence, code="moderation_blocked", kind="image_generation_user_error")
    if isinstance(error, ValueError):
        return openai.OpenAIError(400, sentence)
    if isinstance(error, Turned):
        kinds = {401: "authentication_error", 429: "rate_limit_error", 503: "server_error"}
        codes = {401: "invalid_api_key", 429: "rate_limit_exceeded", 404: "not_found"}
        kind = kinds.get(error.status, "invalid_request_error")
        return openai.OpenAIError(error.status, sentence, code=codes.get(error.status), kind=kind)
    if isinstance(error, (WeightsError, Cancelled)):
        return openai.OpenAIError(503, sentence or "The drawing was stopped.", kind="server_error")
    if not isinstance(error, WatermarkError):
        _logger.exception("a request failed")
    return openai.OpenAIError(500, "The picture could not be made. Try again.", kind="server_error")
