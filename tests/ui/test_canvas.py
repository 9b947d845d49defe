"""Example run: python -m pytest tests/ui/test_canvas.py"""

import re

from pipeline.recipe import Recipe
from pipeline.scene.notes import NOTE_KINDS, Note
from pipeline.serve.drawn import Drawn
from pipeline.serve.render import Stage
from pipeline.ui.canvas import canvas_compared, canvas_drawing, canvas_finished, shares
from pipeline.ui.words import TABLES, Words

CAT = Drawn("/tmp/cat.png", Recipe(prompt="a cat", seed=7), "0" * 16, 1.0)


def percent(stage, recipe, **known):
    return int(re.search(r'aria-valuenow="(\d+)"', canvas_drawing(stage, recipe, Words(), **known))[1])


def test_the_bar_is_as_far_as_the_time_is():
    recipe = Recipe(prompt="a cat", prior_num_inference_steps=8, num_inference_steps=2)
    cost = {"prior": 1.0, "decoder": 10.0, "super_res": 20.0}
    assert percent(Stage("prior", 8, 8), recipe, cost=cost) == round(100 * 8 / 48)
    assert percent(Stage("decoder", 2, 2), recipe, cost=cost) == round(100 * 28 / 48)
    assert percent(Stage("super_res", 1, 1), recipe, cost=cost) == 100


def test_a_varied_picture_says_how():
    varied = Drawn("/tmp/x.png", CAT.recipe.varied(3, 0.3).varied(4, 1, "decoder"), "0" * 16, 1.0)
    facts = re.findall(r"<span>(.*?)</span>", canvas_finished(varied, Words()))
    assert facts[:3] == ["Seed 7", "varied 30 %", "new sketch"]


def test_a_comparison_names_what_differs_and_nothing_else():
    other = Drawn("/tmp/dog.png", Recipe(prompt="<b>a dog", seed=7, num_inference_steps=4), "1" * 16, 1.0)
    markup = canvas_compared(CAT, other, Words())
    assert re.findall(r'<th scope="row">(.*?)</th>', markup) == ["Prompt", "Decoder steps"]
    assert "<b>" not in markup and "&lt;b&gt;a dog" in markup
    assert markup.index("cat.png") < markup.index("dog.png")


def test_equal_pixels_are_called_identical():
    assert "Identical, pixel for pixel." in canvas_compared(CAT, CAT, Words())


def test_shares_are_the_fusions_and_each_has_its_picture_without():
    drawn = Drawn("/tmp/x.png", CAT.recipe, "0" * 16, 1.0, image_weights=(0.75, 0.25))
    assert re.findall(r"<span>(\d+ %)</span>", shares(drawn, Words())) == ["75 %", "25 %"]
    markup = shares(drawn, Words(), ["/tmp/without-1.png", None])
    assert 'alt="Drawn without picture 1"' in markup and "nothing left" in markup
    assert shares(CAT, Words()) == ""


def test_how_a_prompt_was_read_is_said_in_the_visitors_language_with_a_button_for_each_choice():
    notes = (Note("guessed", "<i>car", "leopard", ("automobile", "racing car")), Note("left out", "old"))
    drawn = Drawn("/tmp/x.png", CAT.recipe, "0" * 16, 1.0, notes=notes)
    german = " ".join(canvas_finished(drawn, Words("de")).split())
    assert "„&lt;i&gt;car“ wurde nie gelehrt: „leopard“ ist geraten. Meinten Sie:" in german
    assert "Weggelassen: “old”." in german and "<i>" not in german
    assert re.findall(r'data-said="(.*?)" data-mean="(.*?)"', german) == [
        ("&lt;i&gt;car", "automobile"),
        ("&lt;i&gt;car", "racing car"),
    ]
    assert "read-as" not in canvas_finished(CAT, Words())


def test_every_kind_of_note_has_its_sentence_and_the_english_one_is_the_prompts_own():
    for kind, sentence in NOTE_KINDS.items():
        assert TABLES["en"][f"note.{kind.replace(' ', '_')}"] == sentence
