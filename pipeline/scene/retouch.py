"""Pictures from outside changed: a part drawn anew, the surroundings drawn anew, or the ground taken away.

Each gives operations on the scene of the words and the uploads that they name. Outside of the part that changes all
stays as it was, to the bit before the mark.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter
from scipy import ndimage

from pipeline.language.relations import scenery_of
from pipeline.pictures.masks import dilated, labelled
from pipeline.scene.canvas import canvas_size
from pipeline.scene.cutout import cut_out
from pipeline.scene.edit import operation
from pipeline.scene.meant import meant
from pipeline.scene.record import MAX_SIDE, MIN_SIDE, SIDE_STEP, Scene
from pipeline.scene.uploads import canonical, upload_hash

__all__ = ["Retouch", "canvas_of", "cut_free", "ground_of", "parts_of", "repaint_around", "repaint_inside"]

_PART = 0.003  # of the picture: the smallest piece that is a part of it
_MOST_PARTS = 12
_EDGE = 3  # pixels around a part that belong to its edge
_FILL = 0.94  # how much of its box a new thing takes
_FOOT = 0.88  # of the height: where what is kept stands on a larger canvas with a scenery
_SOFT = 1.5  # pixels: the edge of what is kept, where it may change a little


@dataclass(frozen=True)
class Retouch:
    """How a picture from outside is changed.

    Attributes:
        size: of the canvas, in pixels.
        operations: on the scene that the words say (``pipeline.scene.edit``).
        uploads: the pictures that they name, by hash.
    """

    size: tuple[int, int]
    operations: tuple[str, ...]
    uploads: dict[str, Image.Image]


def canvas_of(size: tuple[int, int]) -> tuple[int, int]:
    """The canvas of a picture: its own size where a scene can have it, else the nearest that one can."""
    sides = [side // SIDE_STEP * SIDE_STEP for side in size]
    if all(MIN_SIDE <= side <= MAX_SIDE for side in sides):
        return sides[0], sides[1]
    return canvas_size(*size, size[0] * size[1])


def parts_of(picture: Image.Image) -> list[np.ndarray]:
    """Where the things of a picture are, the largest first: (height, width) of bool each.

    Raises:
        ValueError: there is nothing but ground (see ``cut_out``).
    """
    alpha = np.asarray(cut_out(picture).picture.getchannel("A").resize(picture.size)) > 127
    labels, count = labelled(alpha, np.ones((3, 3)))
    sizes = np.asarray(ndimage.sum_labels(alpha, labels, range(1, count + 1)))
    order = [at for at in np.argsort(-sizes, kind="stable") if sizes[at] > _PART * alpha.size]
    return [labels == at + 1 for at in order[:_MOST_PARTS]]


def repaint_inside(
    picture: Image.Image, changes: Image.Image, said: Scene, size: tuple[int, int], *, things: np.ndarray | None = None
) -> Retouch:
    """INPAINTING: what the words name is drawn in the part that changes; where they name nothing, its surroundings
    close over it.

    Args:
        picture: from outside.
        changes: white where it changes, of the picture's size.
        said: the scene of the words.
        size: of the canvas.
        things: (height, width) of bool, where the picture's things are: none of their colours close over the part.

    Raises:
        ValueError: the mask marks nothing, or all of the picture.
    """
    cover, changes = _covering(picture, size), _covering(changes.convert("L"), size)
    hole = np.asarray(changes) > 127
    if not hole.any() or hole.all():
        raise ValueError(
            f"The mask marks {'all' if hole.any() else 'nothing'} of the picture. Mark the part that shall change."
        )
    kept = np.array(cover.convert("RGBA"))
    kept[hole] = 0
    front = canonical(Image.fromarray(kept))
    uploads = {upload_hash(front): front}
    operations = [operation("canvas", *size)]
    if said.things or said.ground is None:
        under = front
        if things is not None:
            gone = np.asarray(_covering(Image.fromarray((255 * things).astype(np.uint8)), size)) > 0
            kept[dilated(gone, iterations=_EDGE)] = 0
            under = canonical(Image.fromarray(kept)) if kept[..., 3].any() else front
        uploads[upload_hash(under)] = under
        operations.append(operation("ground", "picture", upload_hash(under)))
    operations += _placed(said, [_box(hole)], size)
    return Retouch(size, (*operations, *_plain(said), operation("front", next(iter(uploads)))), uploads)


def repaint_around(
    picture: Image.Image,
    changes: Image.Image,
    said: Scene,
    size: tuple[int, int],
    *,
    kept_name: str = "",
    exact: bool = False,
) -> Retouch:
    """OUTPAINTING: the part that is kept stands on the ground that the words say, or on its own, carried on.

    Args:
        picture: from outside; on a larger canvas it stands in the middle.
        changes: white where it changes, of the picture's size.
        said: the scene of the words; the thing that is kept is not drawn again, others stand beside it.
        size: of the canvas.
        kept_name: what is kept, in words; without them it is the first thing that the words name.
        exact: every pixel that is kept stays; else its edge is softened.

    Raises:
        ValueError: nothing is kept.
    """
    alpha = changes.convert("L").point([0 if level > 127 else 255 for level in range(256)])
    if not alpha.getbbox():
        raise ValueError("The mask keeps nothing of the picture. Leave black what shall stay.")
    whole, kept = picture.convert("RGBA"), picture.convert("RGBA")
    own = picture.getchannel("A") if picture.mode == "RGBA" else None
    if not exact:
        alpha = Image.fromarray(
            np.minimum(np.asarray(alpha), np.asarray(alpha.filter(ImageFilter.GaussianBlur(_SOFT))))
        )
    if own is not None:
        alpha = Image.fromarray(np.minimum(np.asarray(alpha), np.asarray(own)))
    kept.putalpha(alpha)
    scenery = _scenery(said)
    in_scene = scenery is not None or (said.ground is not None and said.ground.kind == "scene")
    front = canonical(_centred(kept, size, foot=in_scene))
    uploads = {upload_hash(front): front}
    operations = [operation("canvas", *size)]
    if scenery is not None:
        operations.append(operation("ground", "scene", scenery[1]))
    elif said.ground is None:
        under = canonical(_centred(whole, size))
        if alpha.getextrema() != (255, 255):  # the ground around what is kept, carried on; none of what stood there
            under = canonical(_without(whole, alpha, size))
        uploads[upload_hash(under)] = under
        operations.append(operation("ground", "picture", upload_hash(under)))
    known = {thing.id for thing in meant(kept_name, said)} if kept_name else {thing.id for thing in said.things[:1]}
    known |= {scenery[0]} if scenery is not None else set()
    operations += [operation("remove", thing.id) for thing in said.things if thing.id in known]
    left = [thing for thing in said.things if thing.id not in known]
    if left:
        free = _free(np.asarray(front.getchannel("A")) > 127, len(left))
        operations += [
            operation("place", thing.id, *_place(box, size)) for thing, box in zip(left, free, strict=False)
        ]
    return Retouch(size, (*operations, *_plain(said), operation("front", next(iter(uploads)))), uploads)


def _scenery(said: Scene) -> tuple[str, str] | None:
    """The thing that is meant as the ground, and its scenery: around a picture "a sunny beach" is no small beach."""
    if said.ground is not None and said.ground.kind != "colour":
        return None
    named = ((thing.id, scenery_of(thing.said or thing.name)) for thing in said.things)
    return next(((id, name) for id, name in named if name is not None), None)


def cut_free(picture: Image.Image) -> tuple[Retouch, str]:
    """BACKGROUND_REMOVAL: the thing alone, and how it was cut (``CutOut.method``)."""
    size = canvas_of(picture.size)
    cut = cut_out(_covering(picture, size))
    front = canonical(cut.picture)
    hash = upload_hash(front)
    operations = operation("canvas", *size), operation("ground", "transparent"), operation("front", hash)
    return Retouch(size, operations, {hash: front}), cut.method


def ground_of(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A picture's ground at a canvas' size: without what stands on it, where it is transparent."""
    picture = picture.convert("RGBA")
    return canonical(
        _without(picture, Image.new("L", picture.size), picture.size).resize(size, Image.Resampling.BICUBIC)
    )


def _plain(said: Scene) -> list[str]:
    """What words may add to a whole picture is not added to a part of one."""
    removed = [operation("letter", "none")] if said.lettering is not None else []
    return removed + ([operation("outline", "none")] if said.outline is not None else [])


def _covering(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The picture at that size: cut where a few pixels are over, else scaled to cover it."""
    if picture.size == size:
        return picture
    over = picture.width - size[0], picture.height - size[1]
    if all(0 <= pixels < SIDE_STEP for pixels in over):
        left, top = over[0] // 2, over[1] // 2
        return picture.crop((left, top, left + size[0], top + size[1]))
    scale = max(size[0] / picture.width, size[1] / picture.height)
    half = size[0] / scale / 2, size[1] / scale / 2
    x, y = picture.width / 2, picture.height / 2
    box = (max(0.0, x - half[0]), max(0.0, y - half[1]),
           min(float(picture.width), x + half[0]), min(float(picture.height), y + half[1]))  # fmt: skip
    return picture.resize(size, Image.Resampling.BICUBIC, box=box)


def _centred(picture: Image.Image, size: tuple[int, int], *, foot: bool = False) -> Image.Image:
    """On a canvas: as large as it is where it fits in, else made smaller; nothing around it. ``foot``: what is seen of
    it stands in the lower part of a canvas that has room.
    """
    if picture.size != size and all(0 <= a - b < SIDE_STEP for a, b in zip(picture.size, size, strict=True)):
        return _covering(picture, size)
    scale = min(1.0, size[0] / picture.width, size[1] / picture.height)
    if scale < 1:
        width, height = (max(1, round(side * scale)) for side in picture.size)
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    canvas = Image.new("RGBA", size)
    left, top = ((canvas_side - side) // 2 for canvas_side, side in zip(size, picture.size, strict=True))
    if foot and top > 0 and (box := picture.getchannel("A").getbbox()):
        top = max(top, round(_FOOT * size[1]) - box[3])
    canvas.paste(picture, (left, top))
    return canvas


def _without(whole: Image.Image, kept: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The ground of a picture: without what is kept, and without the other things that stand on it."""
    gone = np.asarray(kept) > 0
    try:
        gone = gone | np.any(parts_of(whole), axis=0)
    except ValueError:  # nothing else stands there
        pass
    gone = dilated(gone, iterations=_EDGE)
    values = np.array(whole)
    if not gone.all():
        values[gone] = 0
    return _centred(Image.fromarray(values), size)


def _box(region: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero(region.any(1)), np.flatnonzero(region.any(0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _placed(said: Scene, boxes: list[tuple[int, int, int, int]], size: tuple[int, int]) -> list[str]:
    """The things of the words, side by side in a box, along its longer side; those in a relation go with the other."""
    free = [thing for thing in said.things if thing.relation is None]
    (left, top, right, bottom), count = boxes[0], max(1, len(free))
    operations = []
    for at, thing in enumerate(free):
        if right - left >= bottom - top:
            step = (right - left) / count
            box = (left + at * step, top, left + (at + 1) * step, bottom)
        else:
            step = (bottom - top) / count
            box = (left, top + at * step, right, top + (at + 1) * step)
        operations.append(operation("place", thing.id, *_place(box, size)))
    return operations


def _place(box: tuple[float, float, float, float], size: tuple[int, int]) -> tuple[float, float, float]:
    """(x, y, side) of a thing that fills a box of pixels."""
    left, top, right, bottom = box
    side = _FILL * min(right - left, bottom - top) / min(size)
    return (left + right) / 2 / size[0], (top + bottom) / 2 / size[1], min(max(side, 0.02), 2.0)


def _free(kept: np.ndarray, count: int) -> list[tuple[int, int, int, int]]:
    """The boxes beside what is kept, the roomiest first; one is taken again, halved, where there are too few."""
    height, width = kept.shape
    left, top, right, bottom = _box(kept) if kept.any() else (width, height, 0, 0)
    boxes = [(0, 0, left, height), (right, 0, width, height), (0, 0, width, top), (0, bottom, width, height)]

    def room(box: tuple[int, int, int, int]) -> int:
        return min(box[2] - box[0], box[3] - box[1])

    found: list[tuple[int, int, int, int]] = []
    while len(found) < count:
        boxes.sort(key=room, reverse=True)
        best = boxes.pop(0)
        if room(best) < min(width, height) // 8:  # no room: in the upper corner, over nothing that matters
            best = (0, 0, min(width, height) // 4, min(width, height) // 4)
        elif best[2] - best[0] >= 2 * room(best):
            middle = (best[0] + best[2]) // 2
            boxes.append((middle, best[1], best[2], best[3]))
            best = (best[0], best[1], middle, best[3])
        elif best[3] - best[1] >= 2 * room(best):
            middle = (best[1] + best[3]) // 2
            boxes.append((best[0], best[1], best[2], middle))
            best = (best[0], middle, best[2], best[3])
        found.append(best)
    return found
