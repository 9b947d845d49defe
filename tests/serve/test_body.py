"""Bodies of programs. Example run: python -m pytest tests/serve/test_body.py"""

import pytest

from pipeline.serve.body import Malformed, Violation, aws_sentence, check, parse

SCHEMA = {
    "type": "object",
    "properties": {
        "n": {"type": "integer", "minimum": 1, "maximum": 5},
        "scale": {"type": "number", "minimum": 1.1},
        "on": {"type": "boolean"},
        "words": {"type": "string", "minLength": 1, "maxLength": 4},
        "kind": {"enum": ["a", "b"]},
        "list": {
            "type": "array",
            "minItems": 1,
            "maxItems": 2,
            "items": {"type": "string", "pattern": "#[0-9a-f]{2}"},
        },
        "in": {"type": "object", "properties": {"a/b": {"type": "integer"}}, "required": ["a/b"]},
    },
    "required": ["words"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"n": 0}, "#/n: 0 is not greater or equal to 1"),
        ({"n": 6}, "#/n: 6 is not less or equal to 5"),
        ({"n": "1"}, "#/n: expected type: Integer, found: String"),
        ({"n": 1.5}, "#/n: expected type: Integer, found: Double"),
        ({"n": True}, "#/n: expected type: Integer, found: Boolean"),
        ({"scale": "x"}, "#/scale: expected type: Number, found: String"),
        ({"scale": float("inf")}, "#/scale: expected type: Number, found: Double"),
        ({"on": 1}, "#/on: expected type: Boolean, found: Integer"),
        ({"words": ""}, "#/words: expected minLength: 1, actual: 0"),
        ({"words": "abcde"}, "#/words: expected maxLength: 4, actual: 5"),
        ({"words": None}, "#: required key [words] not found"),
        ({"kind": "c"}, "#/kind: c is not a valid enum value, expected one of [a, b]"),
        ({"list": []}, "#/list: expected minimum item count: 1, found: 0"),
        ({"list": ["#aa"] * 3}, "#/list: expected maximum item count: 2, found: 3"),
        ({"list": ["#aa", "#AA"]}, "#/list/1: string [#AA] does not match pattern #[0-9a-f]{2}"),
        ({"in": []}, "#/in: expected type: Object, found: JSONArray"),
        ({"in": {"a/b": "1"}}, "#/in/a~1b: expected type: Integer, found: String"),
        ({"other": 1}, "#: extraneous key [other] is not permitted"),
    ],
)
def test_a_broken_rule_is_named_with_its_place_and_the_actual_value(change, sentence):
    with pytest.raises(Violation) as broken:
        check({"words": "abc"} | change, SCHEMA)
    assert aws_sentence(broken.value) == sentence


def test_a_whole_character_may_be_written_in_two_halves():
    assert parse(rb'{"a": "\ud83d\ude00"}') == {"a": "\U0001f600"}


def test_half_a_character_is_no_text_however_it_came():
    with pytest.raises(Violation) as broken:
        check({"words": "a\ud83d"}, SCHEMA)
    assert aws_sentence(broken.value).encode() and broken.value.path == ("words",)


def test_what_keeps_the_rules_passes_and_null_is_left_out():
    check({"words": "abc", "n": 5, "scale": 2, "on": False, "kind": "a", "list": ["#aa"], "in": {"a/b": 1}}, SCHEMA)
    check({"words": "abc", "n": None, "list": None}, SCHEMA)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b'{"a": NaN}', "NaN is not a JSON number"),
        (b'{"a": 1, "a": 2}', "'a' is there twice"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "not JSON"),
        (rb'{"a": ["\ud83d"]}', "half of a character"),
        (rb'{"\udc00": 1}', "half of a character"),
        (b"{" + b",".join(b'"%d":0' % number for number in range(100_000)) + b',"99999":0}', "'99999' is there twice"),
    ],
)
def test_what_is_no_json_is_refused_in_words(data, sentence):
    with pytest.raises(Malformed, match=sentence):
        parse(data)
