"""What a person should know about how a prompt was understood."""

from dataclasses import dataclass

__all__ = ["NOTE_KINDS", "Note", "sentence"]

# Kind -> its sentence; a page may have its own, in other languages.
NOTE_KINDS = {
    "replaced": "“{said}” is drawn as “{used}”.",
    "guessed": "“{said}” was never taught: “{used}” is a guess.",
    "respelled": "“{said}” is read as “{used}”.",
    "unknown": "“{said}” was never taught and is not drawn.",
    "nothing": "Nothing in it was understood as a thing to draw.",
    "foreign": "Only English, emoji and Latin letters are understood.",
    "left out": "Left out: {said}.",
    "style": "“{said}” was not taught as a style: drawn as {used}.",
    "no style": "“{said}” was not taught as a style.",
    "similar style": "No {said} of it was taught: drawn as {used}.",
    "number": "{said} are asked for; {used} fit into a picture.",
    "negated": "“{said}” is not added; what belongs to a drawing stays in it.",
    "option": "Of another program, without effect here: {said}.",
    "relation": "How “{said}” stands to the others was not understood.",
    "expression": "“{said}” is not shown: this drawing of {used} has no face that could take it.",
    "part": "Not shown: “{said}”. This drawing of {used} has none to be seen.",
    "side": "Who is drawn from the front stays turned to you.",
    "goes with": "“{said}” goes with “{used}”: move that, or drag it.",
    "colours": "“{said}” are two colours; one thing takes one.",
    "wish": "“{said}” was not understood as a change.",
    "absent": "There is no “{said}” in the picture.",
    "refused": "{said}",
    "aspect": "Drawn as {used}, the nearest to {said}.",
}


@dataclass(frozen=True)
class Note:
    """One thing that a person should know.

    Args:
        kind: one of `NOTE_KINDS`.
        said: what the prompt says.
        used: what was made of it.
        choices: what else may be meant: "Did you mean ...?", the nearest first.
    """

    kind: str
    said: str = ""
    used: str = ""
    choices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in NOTE_KINDS:
            raise ValueError(f"`kind` of a note must be one of {', '.join(NOTE_KINDS)}; got {self.kind!r}.")

    @property
    def sentence(self) -> str:
        """In English, with what else may be meant."""
        text = NOTE_KINDS[self.kind].format(said=self.said, used=self.used)
        if not self.choices:
            return text
        return f"{text} Did you mean: {', '.join(self.choices)}?"


def sentence(notes: tuple[Note, ...]) -> str:
    """All notes in one line; what is left out stands together."""
    left_out = [f"“{note.said}”" for note in notes if note.kind == "left out"]
    said = [note.sentence for note in notes if note.kind != "left out"]
    if left_out:
        said.append(NOTE_KINDS["left out"].format(said=", ".join(dict.fromkeys(left_out))))
    return " ".join(said)
