"""Which phrase a name stands for. Example run: python -m pytest tests/training/test_vocabulary.py"""

import pytest
import torch

from pipeline.data.cutouts import Cutout
from pipeline.language.common_words import MEANT
from pipeline.models.vocabulary import Vocabulary
from pipeline.scene.rendering import can_render
from pipeline.training.vocabulary import make_vocabulary
from tests.tiny import tiny_text_encoder, tiny_tokenizer


def cutout(index: int, phrase: str, *, styles=("3d render", "3d icon"), **more) -> Cutout:
    return Cutout(index, str(index), phrase, phrase, phrase.lower(), styles=styles, **more)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    torch.manual_seed(0)
    rows = [
        cutout(0, "Christmas tree", keywords=("tree", "celebration")),
        cutout(1, "deciduous tree", keywords=("tree", "wood"), aliases=("broadleaf",)),
        cutout(2, "wood", keywords=("log", "12")),
        cutout(2, "wood", styles=("flat sticker",)),
        cutout(4, "moss", styles=("flat geometric",)),
        cutout(5, "fern", styles=("flat sticker",)),
        cutout(3, "waving hand: dark", keywords=("hidden",), is_tone_variant=True),
    ]
    return make_vocabulary(rows, tiny_tokenizer(), tiny_text_encoder())


def test_a_phrase_stands_for_itself_even_where_it_is_a_keyword_of_another(vocabulary):
    assert vocabulary.phrase_of["christmas tree"] == "christmas tree" and vocabulary.phrase_of["wood"] == "wood"


def test_aliases_and_keywords_stand_for_a_phrase_that_has_them(vocabulary):
    assert vocabulary.phrase_of["broadleaf"] == "deciduous tree"
    assert vocabulary.phrase_of["celebration"] == "christmas tree"
    assert vocabulary.phrase_of["log"] == "wood"


def test_a_shared_word_stands_for_what_people_mean(vocabulary):
    assert MEANT["tree"] == "deciduous tree" == vocabulary.phrase_of["tree"]


def test_a_phrase_knows_the_styles_that_it_can_be_shown_in(vocabulary):
    assert vocabulary.config.rendered == [style for style in vocabulary.config.styles if can_render(style)]
    assert set(vocabulary.config.rendered) <= set(vocabulary.styles_of("fern"))
    drawn = {style for styles in vocabulary.config.shown.values() for style in styles}
    assert drawn.isdisjoint(vocabulary.config.rendered)


def test_numbers_and_the_keywords_of_tone_variants_name_nothing(vocabulary):
    assert "12" not in vocabulary.phrase_of and "hidden" not in vocabulary.phrase_of


def test_embeddings_are_unit_length_and_find_their_own_name(vocabulary):
    assert torch.allclose(vocabulary.embeds.norm(dim=1), torch.ones(len(vocabulary.embeds)), atol=1e-5)
    name, cosine = vocabulary.nearest(vocabulary.embeds[1])
    assert cosine == pytest.approx(1.0, abs=1e-5) and name == vocabulary.config.names[1]


def test_names_and_phrases_must_pair_up():
    with pytest.raises(ValueError, match="one entry per name"):
        Vocabulary(["a", "b"], ["a"], {}, {})


def test_backgrounds_without_colours_are_refused():
    with pytest.raises(ValueError, match="`backgrounds`"):
        Vocabulary(["a"], ["a"], {}, ["white"])
