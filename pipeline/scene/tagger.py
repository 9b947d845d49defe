"""A prompt's words with their roles and heads, as the scene parser sees them."""

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from transformers import BertModel, PreTrainedTokenizerBase

from pipeline.language.word_states import word_states
from pipeline.models.scene_parser import SceneParser

__all__ = ["Tagger", "Token"]

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[^\w\s]")
MAX_WORDS = 160
_REMEMBERED = 64  # texts: four seeds of one prompt are one reading

# What a word of one role may tell something of.
_HEADS = {
    "thing": ("relation", "negation"),
    "part": ("thing", "again", "one", "part", "negation"),
    "number": ("thing", "part"),
    "colour": ("thing", "again", "one", "part", "ground"),
    "look": ("thing", "part", "again"),
    "size": ("thing", "part", "again"),
    "where": ("thing", "again"),
    "action": ("thing", "again"),
    "relation": ("thing", "again"),
    "one": ("thing",),
    "again": ("thing", "relation", "again"),
}


@dataclass
class Token:
    """One word, or sign.

    Args:
        text: in small letters.
        start, end: in the prompt.
        role: of the parser's.
        head: index of the word that it tells something of, or -1.
    """

    text: str
    start: int
    end: int
    role: str = "chatter"
    head: int = -1


class Tagger:
    """Runs the scene parser.

    Args:
        parser: the network.
        tokenizer, text_encoder: the shared ones.
    """

    def __init__(self, parser: SceneParser, tokenizer: PreTrainedTokenizerBase, text_encoder: BertModel):
        self.parser, self.tokenizer, self.text_encoder = parser, tokenizer, text_encoder
        self.roles = list(parser.config.roles)
        self._seen: OrderedDict[tuple, list[Token]] = OrderedDict()

    @torch.no_grad()
    def tag(self, text: str, known: Sequence[tuple[int, int, str]] = ()) -> list[Token]:
        """The words of a text.

        Args:
            text: without the syntax of other programs (``pipeline.language.syntax``).
            known: spans that name a thing for certain.
        """
        key = (text, tuple(known), self.parser.project.weight._version)
        if key not in self._seen:
            self._seen[key] = self._tag(text, known)
            while len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)
        return [replace(token) for token in self._seen.get(key) or self._tag(text, known)]

    def _tag(self, text: str, known: Sequence[tuple[int, int, str]]) -> list[Token]:
        spans = [match.span() for match in _WORD.finditer(text)][:MAX_WORDS]
        if not spans:
            return []
        states = word_states([text], [spans], self.tokenizer, self.text_encoder, self.parser.config.layers)[0]
        states = states.to(self.parser.project.weight)
        role_logits, head_logits = self.parser(states[None], torch.tensor([len(spans)]))
        roles = self._roles(role_logits[0].float().cpu(), spans, known)
        heads = self._heads(head_logits[0].float().cpu(), roles)
        return [
            Token(text[start:end].lower(), start, end, role, head)
            for (start, end), role, head in zip(spans, roles, heads, strict=True)
        ]

    def _roles(self, logits: torch.Tensor, spans: list[tuple[int, int]], known) -> list[str]:
        """The likeliest roles; a part of a name follows one, and what is known is a thing."""
        roles = [self.roles[at] for at in logits.argmax(-1).tolist()]
        for start, end, _ in known:
            inside = [at for at, (first, last) in enumerate(spans) if first >= start and last <= end]
            for at in inside:
                roles[at] = "thing" if at == inside[0] else "thing+"
        for at, role in enumerate(roles):
            if role.endswith("+") and (at == 0 or roles[at - 1].rstrip("+") != role.rstrip("+")):
                roles[at] = role.rstrip("+")
        return roles

    @staticmethod
    def _heads(logits: torch.Tensor, roles: list[str]) -> list[int]:
        """For each word the best head that its role allows; -1 is none."""
        heads = []
        for at, role in enumerate(roles):
            allowed = _HEADS.get(role)
            if allowed is None:
                heads.append(-1)
                continue
            scores = logits[at].clone()
            for other, other_role in enumerate(roles):
                if other_role not in allowed or other == at:
                    scores[other + 1] = -torch.inf
            if role not in ("thing", "again", "colour", "negation", "where"):
                scores[0] -= 2.0  # these hang on something, where there is anything
            heads.append(int(scores.argmax()) - 1)
        return heads
