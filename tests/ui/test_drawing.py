"""Between a button and the finished picture. Example run: python -m pytest tests/ui/test_drawing.py"""

from dataclasses import replace

import pytest
from PIL import Image

from pipeline.loading.errors import WeightsError
from pipeline.recipe import Recipe, pixels_sha256
from pipeline.serve.drawn import Drawn
from pipeline.serve.render import Cancelled, Stage
from pipeline.serve.studio import Busy
from pipeline.ui.board import KEEP_SEED, ONE_PICTURE
from pipeline.ui.drawing import _without
from pipeline.ui.words import Words


def drawn(tab, changes: dict, **visitor) -> list[dict]:
    return list(tab.drawing.draw(tab.values(changes), tab.visitor(**visitor)))


def test_a_drawing_begins_with_its_seed_and_ends_with_its_picture(tab):
    form, board = tab.form, tab.board
    everything = drawn(tab, {form.prompt: "a cat", form.seed: 5, form.keep_seed: True, form.count: 1})
    first, last = everything[0], everything[-1]
    assert first[form.seed] == 5 and first[board.beside] is False and first[board.keep_once] == ""
    shown = next(update for update in reversed(everything) if board.canvas in update)
    (picture,) = shown[board.pictures]
    assert (picture.recipe.prompt, picture.recipe.seed, shown[board.selected]) == ("a cat", 5, 0)
    assert f'data-pixels="{picture.pixels_hash}"' in shown[board.canvas]
    assert shown[board.keys.download]["interactive"] and list(last) == [form.quality]


@pytest.mark.parametrize(("locked", "once", "kept"), [(True, "", True), (False, KEEP_SEED, True), (False, "", False)])
def test_a_seed_that_is_not_kept_is_rolled_and_forgets_variations(tab, monkeypatch, locked, once, kept):
    monkeypatch.setattr("pipeline.ui.drawing.roll", lambda: 99)
    form, board = tab.form, tab.board
    asked = {form.prompt: "a cat", form.seed: 5, form.variations: "7:0.25", form.keep_seed: locked, form.count: 1}
    first, *_ = drawn(tab, asked | {board.keep_once: once})
    assert (first[form.seed], first[form.variations]) == ((5, "7:0.25") if kept else (99, ""))


def test_several_stand_side_by_side_and_a_link_draws_one(tab):
    form, board = tab.form, tab.board
    asked = {form.prompt: "a cat", form.seed: 5, form.keep_seed: True, form.count: 2}
    updates = drawn(tab, asked)
    pictures = [update for update in updates if board.pictures in update]
    assert [update[board.selected] for update in pictures] == [0, 1]
    assert [one.recipe.seed for one in pictures[-1][board.pictures]] == [5, 6]
    assert pictures[-1][board.canvas].count("data-index") == 2
    assert any("2 drawings" in update.get(board.line, "") for update in updates)
    alone = drawn(tab, asked | {board.keep_once: ONE_PICTURE})
    assert [update[board.selected] for update in alone if board.pictures in update] == [0]


def test_what_is_wrong_is_said_and_the_last_picture_comes_back(tab, warned):
    form, board, cat = tab.form, tab.board, tab.drawn()
    (refused,) = drawn(tab, {form.prompt: ""})
    assert (
        "There is nothing to draw yet." in refused[board.line]
        and len(warned) == 1
        and "shelf" not in refused[board.canvas]
    )
    assert refused[board.keep_once] == "" and refused[board.expected] is None
    asked = {form.prompt: "", board.pictures: [cat], board.selected: 0, board.keys.file_format: "png"}
    (refused,) = drawn(tab, asked)
    assert f'data-pixels="{cat.pixels_hash}"' in refused[board.canvas]


@pytest.mark.parametrize(
    ("error", "words", "language", "warns"),
    [
        (Cancelled(), "Cancelled", "en", False),
        (Cancelled(), "Abgebrochen", "de", False),
        (WeightsError("The weights are damaged."), "The weights are damaged.", "en", True),
        (ZeroDivisionError("x"), "ZeroDivisionError", "en", True),
    ],
)
def test_whatever_ends_a_drawing_is_one_sentence(tab, warned, caplog, error, words, language, warns):
    def work():
        yield {tab.board.line: "begun"}
        raise error

    values = tab.values({tab.board.pictures: []})
    begun, ended = tab.drawing.guarded(work(), [], values, tab.visitor(language))
    assert begun == {tab.board.line: "begun"} and words in ended[tab.board.line] and bool(warned) is warns
    assert ("drawing failed" in caplog.text) is isinstance(error, ZeroDivisionError)


def test_a_variation_is_of_the_selected_picture_and_comes_after_it(tab):
    cat = tab.drawn()
    board = tab.board
    values = tab.values({board.pictures: [cat], board.selected: 0, board.keys.file_format: "png"})
    updates = list(tab.drawing.vary(0.3, "decoder")(values, tab.visitor()))
    shown = next(update for update in reversed(updates) if board.pictures in update)
    first, second = shown[board.pictures]
    assert first == cat and shown[board.selected] == 1
    ((turned),) = second.recipe.variations
    assert turned.endswith(":0.3:decoder")
    assert replace(second.recipe, variations=(), num_inference_steps=1) == cat.recipe, "in two steps the noise tells"


def test_leaving_out_draws_from_the_others_and_keeps_the_shelf(tab, tmp_path, warned):
    board, paths = tab.board, []
    for colour in ("red", "blue"):
        Image.new("RGB", (48, 48), colour).save(tmp_path / f"{colour}.png")
        paths.append(str(tmp_path / f"{colour}.png"))
    images = [Image.open(path).convert("RGB") for path in paths]
    recipe = Recipe(prompt="a cat", weights_hash="0123456789ab", image_hashes=tuple(map(pixels_sha256, images)))
    pair = tab.drawn(recipe, images, paths)
    values = tab.values({board.pictures: [pair], board.selected: 0})
    updates = list(tab.drawing.leave_out(values, tab.visitor()))
    bars = [update[tab.form.shares] for update in updates if tab.form.shares in update]
    assert [bar.count("<img") for bar in bars] == [1, 2]
    assert not any(board.pictures in update for update in updates)
    gone = replace(pair, references=(paths[0], str(tmp_path / "gone.png")))
    (refused,) = tab.drawing.leave_out(
        tab.values({board.pictures: [gone], board.selected: 0, board.keys.file_format: "png"}), tab.visitor()
    )
    assert "no longer kept" in refused[board.line] and len(warned) == 1


@pytest.mark.parametrize(
    ("weights", "left", "others"),
    [((1.0, 2.0, 3.0), 1, (1.0, 3.0)), ((), 0, ()), ((0.0, 2.0, 0.0), 1, None), ((0.0, 2.0, 0.0), 0, (2.0, 0.0))],
)
def test_without_one_reference_the_others_keep_their_weights(weights, left, others):
    hashes = tuple(letter * 64 for letter in "abc")
    found = _without(Recipe(image_hashes=hashes, image_weights=weights), left)
    if others is None:
        assert found is None
    else:
        assert found is not None and found.image_weights == others
        assert found.image_hashes == hashes[:left] + hashes[left + 1 :]


def test_the_buttons_change_places_while_it_is_drawn(tab):
    form, board, drawing = tab.form, tab.board, tab.drawing
    begun = drawing.begin(tab.visitor("de"))
    assert (begun[form.generate]["interactive"], begun[form.cancel]["interactive"]) == (False, True)
    assert Words("de")("status.waiting") in begun[board.line]
    ended = drawing.end()
    assert (ended[form.generate]["interactive"], ended[form.cancel]["interactive"]) == (True, False)
    assert Words("en")("status.stopping") in drawing.stopping(tab.visitor())


def test_cancel_stops_the_visitor_who_asks_and_nobody_else(tab):
    mine, other = (tab.studio.start(name) for name in ("cancels", "draws"))
    tab.drawing.cancel(tab.visitor(name="cancels"))
    assert mine.is_set() and not other.is_set()


def test_progress_shows_the_sketch_until_the_finished_picture_takes_its_place(tab):
    recipe, words, board = Recipe(prompt="a cat"), Words(), tab.board
    waiting = tab.drawing.progress(Busy("One picture is before yours."), recipe, words)
    assert "One picture is before yours." in waiting[board.line] and board.canvas in waiting
    sketch = Image.new("RGB", (8, 8), "red")
    decoding = tab.drawing.progress(Stage("decoder", 1, 1, sketch), recipe, words, of=" (2/3)")
    assert "(2/3)" in decoding[board.line] and "data:image/png" in decoding[board.canvas]
    assert board.canvas not in tab.drawing.progress(Stage("super_res", 1, 1, None), recipe, words)


def test_a_cut_out_whose_file_is_gone_is_asked_for_again(tab, tmp_path):
    Image.new("RGBA", (8, 8), (255, 0, 0, 128)).save(tmp_path / "cut.png")
    found = tab.drawing.open_uploads([("a" * 64, str(tmp_path / "cut.png"))])
    assert found["a" * 64].getpixel((4, 4)) == (255, 0, 0, 128)
    with pytest.raises(ValueError, match="A picture of yours is no longer kept here. Add it again."):
        tab.drawing.open_uploads([("a" * 64, str(tmp_path / "gone.png"))])
    missing = Drawn("/x.png", Recipe(image_hashes=("a" * 64,)), "0" * 16, 1.0)
    with pytest.raises(ValueError, match="The reference pictures are no longer kept here."):
        tab.drawing.open_references(missing)
