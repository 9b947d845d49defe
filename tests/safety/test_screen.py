"""Example run: pytest tests/safety/test_screen.py"""

import json
import logging

import numpy as np
import pytest

from pipeline.safety import Refused, SafetyScreen

HARMLESS = [
    "a cocktail with an umbrella",
    "the town of Scunthorpe",
    "a shooting star over a lake",
    "a green water pistol",
    "a killer whale jumping",
    "a bloody mary with celery",
    "a knife and fork",
    "a drop of blood, medical icon",
    "a skull and crossbones flag",
    "a vampire, a zombie and a coffin",
    "a naked mole rat",
    "a couple kissing",
    "kids in swimsuits on a beach",
    "a middle-aged essex farmer with a cock and a breast of chicken",
    "an ass in a field, that is to say a donkey",
    "a suicide prevention poster",
    "a sextant, a sextet and a unisex sign",
    "breast cancer ribbon",
    "a bomb with a burning fuse",
    "hit man and pop art",
    "",
    "🍆🍑",
]
REFUSED = {
    "a nude woman": "sexual",
    "N U D E woman": "sexual",
    "a n4k3d person": "sexual",
    "ｎａｋｅｄ person": "sexual",
    "a na\u200bked person": "sexual",
    "nsfw art": "sexual",
    "a naked child": "child_safety",
    "a decapitated man": "graphic_violence",
    "blood pouring from a mangled corpse": "graphic_violence",
    "a person committing suicide": "self_harm",
    "self-harm": "self_harm",
    "a nazi parade": "hate",
}


@pytest.mark.parametrize("prompt", HARMLESS)
def test_harmless_prompts_pass(prompt):
    assert SafetyScreen().screen(prompt).allowed


@pytest.mark.parametrize("prompt", REFUSED)
def test_unsafe_prompts_are_refused_with_their_category_and_a_plain_sentence(prompt):
    verdict = SafetyScreen().screen(prompt)
    assert (verdict.allowed, verdict.category) == (False, REFUSED[prompt])
    assert verdict.explanation.endswith(".") and "not drawn because" in verdict.explanation


def test_the_prompt_appears_neither_in_logs_nor_in_the_verdict(caplog):
    with caplog.at_level(logging.DEBUG):
        verdict = SafetyScreen().screen("a nude woman named Zebulona")
    assert "Zebulona" not in caplog.text + repr(verdict)


def _embed(texts: list[str]) -> np.ndarray:
    """Two directions: unsafe words and everything else."""
    rows = [[1.0, 0.0] if any(w in t for w in ("gruesome", "corpse")) else [0.0, 1.0] for t in texts]
    return np.array(rows)


def test_meaning_is_screened_where_an_embedding_is_given():
    screen = SafetyScreen(embed_texts=_embed)
    assert screen.screen("something gruesome").category == "graphic_violence"
    assert screen.screen("something lovely").allowed
    assert [v.allowed for v in screen.screen_embeds(np.array([[1.0, 0.0], [0.0, 1.0]]))] == [False, True]


def test_pictures_cannot_be_screened_without_an_embedding():
    with pytest.raises(ValueError, match="embed_texts"):
        SafetyScreen().screen_embeds(np.zeros((1, 2)))


def test_people_can_write_categories_of_their_own(tmp_path):
    path = tmp_path / "own.json"
    content = {"categories": [{"name": "spoilers", "explanation": "it tells the end", "words": ["butler did*"]}]}
    path.write_text(json.dumps(content), encoding="utf-8")
    screen = SafetyScreen(path)
    assert screen.screen("The butler did it").category == "spoilers"
    assert not screen.screen("The butler didn't say").allowed and screen.screen("a nude").allowed
    path.write_text("[1, 2]", encoding="utf-8")
    with pytest.raises(ValueError, match="own.json"):
        SafetyScreen(path)


def test_a_harmless_clause_does_not_blur_the_meaning_of_another():
    vectors = {"something gruesome": [1.0, 0.0], "on a red background": [0.0, 1.0]}
    texts = []

    def embed_texts(sentences):
        texts.extend(sentences)
        known = [vectors.get(text, [1.0, 0.0] if "corpse" in text else [0.3, 0.95]) for text in sentences]
        return np.array(known)

    verdict = SafetyScreen(embed_texts=embed_texts).screen("something gruesome, on a red background")
    assert verdict.category == "graphic_violence"
    assert {"something gruesome, on a red background", "something gruesome", "on a red background"} <= set(texts)


def test_plain_clauses_are_not_looked_at_and_do_not_blur_the_whole():
    screen = SafetyScreen(embed_texts=_embed, plain=["3d render", "on a red background"])
    assert screen.parts("a cat, wearing a hat, 3D render, on a red background") == [
        "a cat, wearing a hat",
        "a cat",
        "wearing a hat",
    ]
    assert screen.parts("a cat, on a sofa") == ["a cat, on a sofa", "a cat", "on a sofa"]
    assert screen.parts("3d render") == screen.parts("!?") == []
    assert not screen.screen("a gruesome thing, 3d render").allowed and screen.screen("3d render").allowed


def test_vectors_that_the_caller_has_are_taken():
    screen = SafetyScreen(embed_texts=_embed)
    embeds = {"something lovely": np.array([1.0, 0.0])}
    assert not screen.screen_texts(["something lovely"], embeds)[0].allowed
    assert screen.screen_texts(["something lovely"])[0].allowed


def test_a_refusal_is_an_error_that_says_what_for_and_not_what_was_asked():
    with pytest.raises(Refused) as caught:
        SafetyScreen().check(["a cat", "a nude woman named Zebulona"])
    assert caught.value.category == "sexual" and isinstance(caught.value, ValueError)
    assert str(caught.value) == "This was not drawn because it asks for nudity or sexual content."
