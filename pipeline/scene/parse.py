"""Words -> a scene, and what a person should know about how they were understood.

    reader = SceneReader(vocabulary, parser, tokenizer, text_encoder, embed_texts)
    parsed = reader.parse("a cat wearing a red hat, watercolor, on the beach", seed=7)
    parsed.scene, parsed.sentence

The words are tagged by a network (``pipeline.scene.tagger``), their names are looked up in the vocabulary
(``pipeline.language.names``). What is not understood is owned up to, and never takes a thing's place.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from transformers import BertModel, PreTrainedTokenizerBase

from pipeline.language.english import singular
from pipeline.language.greetings import greeted
from pipeline.language.names import Name, NameFinder
from pipeline.language.stand_ins import OWN_COLOURS
from pipeline.language.syntax import PlainPrompt, is_elsewhere, plain_language
from pipeline.models.scene_parser import SceneParser
from pipeline.models.vocabulary import Vocabulary
from pipeline.scene.activities import give_tools
from pipeline.scene.asking import without_own_names
from pipeline.scene.canvas import canvas_size
from pipeline.scene.choice import choose, known_style, named_in, other_grounds, take_style
from pipeline.scene.collected import collected
from pipeline.scene.idioms import names_with
from pipeline.scene.ids import free_id, id_of
from pipeline.scene.joining import at_its_place, join_things
from pipeline.scene.lands import lands
from pipeline.scene.lettering import asked_for
from pipeline.scene.notes import Note, sentence
from pipeline.scene.omitted import owned_up
from pipeline.scene.outfits import dress
from pipeline.scene.overlooked import overlooked, whole_names
from pipeline.scene.parted import part_names
from pipeline.scene.patterned import patterned
from pipeline.scene.places import ground_of, told_of, usual_land
from pipeline.scene.record import MAX_COUNT, Ground, Scene, Thing
from pipeline.scene.recovered import recover
from pipeline.scene.rewording import Reworded, function_word, look_to, reword
from pipeline.scene.sketch import Mention, Sketch, face_of, is_turned, sketch
from pipeline.scene.tagger import Tagger, Token

__all__ = ["Parsed", "SceneReader"]

BARE_PLURAL = 3  # things that a plural without a number means
_PAIRED = frozenset("shoes boots sandals slippers sneakers heels skates mittens gloves earrings".split())
_PAIRED |= frozenset("eyes ears hands feet wings twins".split())  # what comes in twos
_SETS = frozenset("drums bongos maracas castanets bagpipes cymbals".split())  # several, played as one
COLOUR_ALIASES = dict(
    grey="gray", golden="gold", silvery="silver", navy="navy blue", mint="mint green", lime="lime green",
    blond="yellow", blonde="yellow",
)  # fmt: skip
_LARGE, _SMALL = 1.25, 0.55  # scale of what is said to be large or small
_CLEAR = frozenset("transparent no see-through removed clear none without".split())
_SEE_THROUGH = re.compile(
    r"\b(?:transparent|no|without) (?:back ?ground|bg|backdrop)|\b(?:back ?ground|bg)(?: is|:)? (?:transparent|none)\b"
)
_UNDER_WATER = re.compile(r"\bunder ?water\b|\b(?:under|below|beneath|bottom of) (?:the )?(?:water|sea|ocean|waves)\b")
_LETTERS = re.compile(r"[^\W\d_]+")
# Words that are right as they are and that a slip of the pen would be mended towards something else.
_RIGHT = frozenset(
    """watercolor watercolour watercolours gouache crayon charcoal pencil acrylic pixelart
    blurry shading shaded skateboarding outlined cropped grainy sketchy doodles vectors stickers pastels gradients
    rendered renders watercolors monochrome typography hyperdetailed stylized bokeh volumetric""".split()
)
_ARTICLES = frozenset("a an the my your his her its our their some this that".split())
_PERSONS = frozenset(
    "i you we he she they it me him her them this that something anything everything nothing someone".split()
)


@dataclass(frozen=True)
class Parsed:
    """How a prompt was understood.

    Args:
        scene: what will be drawn; without things where nothing was understood.
        notes: what a person should know.
        negative: what is not wanted, as the prompt's own options say it.
        style: the style that the prompt says, of the vocabulary's; the scene's may be chosen.
        grounds: colours that the ground may have instead of the scene's, where the prompt says none.
        tokens: the words with their roles, for those who want to look.
    """

    scene: Scene
    notes: tuple[Note, ...] = ()
    negative: str = ""
    style: str | None = None
    tokens: tuple[Token, ...] = ()
    grounds: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The notes in one line."""
        return sentence(self.notes)

    @property
    def choices(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What was said, and which names it may mean: "Did you mean ...?"."""
        return tuple((note.said, note.choices) for note in self.notes if note.choices)


class SceneReader:
    """Reads prompts.

    Args:
        vocabulary: names, styles and colours that were taught.
        parser: the network that tags words.
        tokenizer, text_encoder: the shared ones.
        embed_texts: sentences -> (n, text_dim), unit length.
        is_word: whether the encoder knows a word whole.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        parser: SceneParser,
        tokenizer: PreTrainedTokenizerBase,
        text_encoder: BertModel,
        embed_texts: Callable[[list[str]], np.ndarray],
        is_word: Callable[[str], bool] | None = None,
    ):
        self.vocabulary = vocabulary
        self.tagger = Tagger(parser, tokenizer, text_encoder)
        self.names = NameFinder(vocabulary, embed_texts, is_word)
        self.palette = vocabulary.config.backgrounds

    def parse(
        self,
        prompt: str,
        *,
        seed: int = 0,
        chance: float | None = None,
        avoid: str = "",
        width: int = 256,
        height: int = 256,
    ) -> Parsed:
        """What a prompt asks for. Never fails: what is not understood is told.

        Args:
            prompt: as a person says it, or as another program's prompt.
            seed: decides where the prompt leaves a choice (``{red|blue}``).
            chance: from 0 to 1, chooses style and ground where the prompt says none; None leaves them open.
            avoid: a negative prompt: what it names is neither chosen nor added.
            width, height: pixels of the picture, where the prompt does not say its shape.
        """
        prompt, outright = take_style(prompt, self.vocabulary)
        prompt, own = without_own_names(prompt, lambda word: self.names.exact((word,)) is not None)
        notes: list[Note] = []
        plain = self._plain(prompt, seed, notes)
        notes += [Note("left out", name) for name in own]
        if plain.aspect:
            width, height = canvas_size(*plain.aspect, width * height)
        if plain.foreign or self._elsewhere(plain):
            return Parsed(Scene(width=width, height=height), (*notes, Note("foreign")))
        text = self._respelled(plain, notes)
        said = Reworded(text) if plain.known else reword(text, self.names.is_name)
        notes += [Note("left out", words) for words in said.left_out]
        tokens = self.tagger.tag(said.text, plain.known)
        drawn = self._sketched(tokens)
        avoid = ", ".join(part for part in (avoid, plain.negative) if part)
        things = look_to(self._things(drawn, plain, tokens, notes, avoid), drawn, tokens, said.looks)
        things, arrangement = join_things(things, drawn, notes, plain.text.lower())
        style = outright or self._style(drawn, tokens, notes)
        ground = self._ground(drawn, tokens, plain.text.lower(), notes)
        notes += owned_up(drawn, tokens, notes, self.palette)
        if not things and not plain.lettering:
            notes.append(Note("nothing"))
        lettering, missing = asked_for(plain.lettering, alone=not any(things), colour=self.colour_name)
        notes += [Note("left out", missing)] if missing else []
        scene = Scene(
            things=tuple(things),
            width=width,
            height=height,
            ground=ground,
            style=style,
            arrangement=arrangement,
            lettering=lettering,
            weather=said.weather,
        )
        scene = choose(scene, self.vocabulary, chance=chance, avoid=avoid)
        if style and scene.style != style:
            notes.append(Note("similar style", style, scene.style or ""))
        grounds = other_grounds(self.vocabulary, chance, avoid) if ground is None else ()
        return Parsed(scene, tuple(dict.fromkeys(notes)), plain.negative, style, tuple(tokens), grounds)

    def _plain(self, prompt: str, seed: int, notes: list[Note]) -> PlainPrompt:
        """A prompt without what is no language; a greeting is written."""
        prompt, greeting = greeted(prompt, self.names.is_name)
        plain = plain_language(prompt, seed=seed)
        notes += [Note("option", ", ".join(plain.left_out))] if plain.left_out else []
        if greeting is None:
            return plain
        notes += [Note("replaced", greeting.words, greeting.shown)] if greeting.shown else []
        return replace(plain, lettering=greeting.words)

    def _sketched(self, tokens: list[Token]) -> Sketch:
        """What tagged words ask for; their roles are corrected, in place."""
        whole_names(tokens, self.names)
        names_with(tokens, self.names)
        drawn = sketch(tokens)
        overlooked(drawn, tokens, self.names, self.vocabulary)
        part_names(drawn, tokens, self.names)
        collected(drawn, tokens, self.names)
        recover(drawn, tokens, self.names)
        lands(drawn, tokens)
        patterned(drawn, tokens, self.names)
        dress(drawn, self.names)
        give_tools(drawn, self.names)
        return drawn

    def _elsewhere(self, plain: PlainPrompt) -> bool:
        """Whether it is in another language, and no name that was taught."""
        words = tuple(re.findall(r"\w+", plain.text.lower()))
        return not plain.known and is_elsewhere(plain.text) and self.names.exact(words) is None

    def _respelled(self, plain: PlainPrompt, notes: list[Note]) -> str:
        """The text with slips of the pen mended; where that moves what is known, it stays as it is."""
        if plain.known:
            return plain.text
        for word in dict.fromkeys(_LETTERS.findall(plain.text)):
            if (mended := self._mended(word)) != word:
                notes.append(Note("respelled", word.lower(), mended))
        return _LETTERS.sub(lambda match: self._mended(match[0]), plain.text)

    def _mended(self, word: str) -> str:
        lower = word.lower()
        if lower.endswith("ing") and not self.names.respelled(lower).endswith("ing"):  # what something does
            return word
        right = lower if lower in _RIGHT else function_word(lower, self.names.is_word)
        right = self.names.respelled(lower) if right == lower and lower not in _RIGHT else right
        return word if right == lower else right

    # Things.

    def _things(self, drawn: Sketch, plain: PlainPrompt, tokens, notes: list[Note], avoid: str) -> list[Thing | None]:
        """A thing for each mention; None for what is not drawn, so that the places stay."""
        unwanted = {self.names.find(part).phrase for part in re.split(r"[,;]", avoid) if part.strip()} - {None}
        things: list[Thing | None] = []
        room = MAX_COUNT
        for mention in drawn.things:
            name = self._name(mention, plain, tokens)
            if name.phrase is None or name.phrase in unwanted or room < 1:
                if name.phrase is None and mention.said not in _PERSONS:
                    notes.append(Note("unknown", name.said, choices=name.choices))
                things.append(None)
                continue
            count = self._count(mention, name)
            if count > room:
                notes.append(Note("number", str(count), str(room)))
                count = room
            room -= count
            expression = face_of(mention, name.phrase)
            turn = 180.0 if is_turned(mention) else 0.0
            self._tell(mention, name, notes)
            colour = self._colour(mention.colours, notes) or OWN_COLOURS.get(singular(name.said))
            said = _one(name.said, count, mention)
            things.append(
                Thing(
                    free_id(id_of(said), {thing.id for thing in things if thing}),
                    name.phrase,
                    said=said if said != name.phrase else None,
                    count=count,
                    colour=colour,
                    part_colours={
                        part: found
                        for part, said in mention.part_colours.items()
                        if (found := self._colour([said], notes))
                    },
                    expression=expression,
                    turn=turn,
                    scale={"large": _LARGE, "small": _SMALL}.get(mention.size or "", 1.0),
                )
            )
        return at_its_place(things, drawn)

    def _name(self, mention: Mention, plain: PlainPrompt, tokens: list[Token]) -> Name:
        """The name of a mention: what is known for certain, a longer taught name around it, or what is said."""
        if mention.drawn_as is not None:
            return Name(mention.said, mention.drawn_as)
        start, counted = tokens[mention.at].start, mention.number is not None
        for first, _, name in plain.known:
            if first == start:
                return Name(name, name if name in self.names.phrases else self.names.find(name).phrase)
        for before in () if mention.renamed else range(min(4, mention.at), -1, -1):
            words = tuple(token.text for token in tokens[mention.at - before : mention.end])
            roles = {token.role for token in tokens[mention.at - before : mention.at]}
            told = {"look", "colour", "thing", "thing+", "size", "quality", "chatter", "style"}
            if len(words) < 2 or not roles <= told or words[0] in _ARTICLES:
                continue
            phrase = self.names.exact(words, counted=counted)
            if phrase is not None and "colour" in roles and not self.names.in_colour(phrase):
                continue  # a sign called "green house" is no green house
            if phrase is not None and (phrase == " ".join(words) or before == 0 or "colour" not in roles):
                if before and "look" in roles:
                    mention.looks = [look for look in mention.looks if look not in " ".join(words)]
                return Name(mention.said if "colour" in roles else " ".join(words), phrase)
        found = self.names.find(mention.said, counted=counted)
        if mention.looks and found.phrase is not None:
            looks = " ".join(mention.looks)
            better = self.names.nearly(f"{looks} {mention.said}")
            noun_first = better is not None and len(better.split()) == 2 and better.startswith(f"{found.phrase} ")
            if better is not None and better != found.phrase and not noun_first:  # "robot happy" is a sign of programs
                mention.looks = []
                return Name(f"{looks} {mention.said}", better, 1.0)
        return found

    def _count(self, mention: Mention, name: Name) -> int:
        if mention.number is not None:
            return max(1, mention.number)
        if name.cosine < 1 or mention.said in _SETS or not self.names.many(mention.said):
            return 1
        return 2 if mention.said.split()[-1] in _PAIRED else BARE_PLURAL

    def _tell(self, mention: Mention, name: Name, notes: list[Note]) -> None:
        if name.cosine < 0.99:
            notes.append(Note("guessed", name.said, name.phrase or "", name.choices))
        elif not any(self.names.same(f"{colour} {name.said}", name.phrase or "") for colour in ["", *mention.colours]):
            notes.append(Note("replaced", name.said, name.phrase or "", name.choices if name.cosine < 1 else ()))
        notes += [Note("left out", look) for look in mention.looks]
        for part, colour in mention.part_colours.items():
            if self._colour([colour], []) is None:
                notes.append(Note("left out", f"{colour} {part}"))

    def _colour(self, said: list[str], notes: list[Note]) -> str | None:
        """The first colour that is known; the others are owned up to."""
        found = None
        for colour in said:
            known = self.colour_name(colour)
            if known is None or found is not None:
                notes.append(Note("left out", colour))
            else:
                found = known
        return found

    def colour_name(self, said: str) -> str | None:
        """The palette's name for what is said; its last word where the whole is unknown ("bright red")."""
        words = said.replace("-", " ").split()
        for start in range(len(words)):
            part = " ".join(words[start:])
            part = COLOUR_ALIASES.get(part, part)
            if part in self.palette:
                return part
            if part.replace("grey", "gray") in self.palette:
                return part.replace("grey", "gray")
        return None

    def _style(self, drawn: Sketch, tokens: list[Token], notes: list[Note]) -> str | None:
        """The first taught style; media and looks that were not taught are told."""
        found = None
        for said in drawn.styles:
            style = known_style(said.text, self.vocabulary)
            if style is None:
                notes.append(Note("no style", said.text))
            found = found or style
        if found is None:  # "cute penguin sticker": said, but taken for mere wording
            rest = [
                token.text if token.role in ("chatter", "quality", "look", "style", "style+") else "."
                for token in tokens
            ]
            found = next(iter(named_in(" ".join(rest), self.vocabulary) & set(self.vocabulary.config.styles)), None)
            notes[:] = [note for note in notes if not (found and note.kind == "no style")]
        return found

    def _ground(self, drawn: Sketch, tokens: list[Token], text: str, notes: list[Note]) -> Ground | None:
        """The ground: none, a colour, two, or a scenery."""
        if _CLEAR & set(drawn.ground_words) or _SEE_THROUGH.search(text):
            drawn.others = [words for words in drawn.others if words != "transparent"]
            return Ground("transparent")
        if _UNDER_WATER.search(text):
            return Ground("scene", name="underwater")
        colours = [name for said in drawn.ground_colours if (name := self.ground_name(said))]
        scenery, rest = ground_of(told_of(drawn, tokens), self.palette, usual_land(drawn))
        notes += [Note("left out", words) for words in rest]
        if len(colours) > 1:
            return Ground("gradient", tuple(self.palette[name] for name in colours[:2]))
        if colours:
            return Ground("colour", (self.palette[colours[0]],))
        return scenery

    def ground_name(self, said: str) -> str | None:
        """The palette's name for a ground's colour; bare "gray" is a light one there."""
        from_words = {"grey": "light gray", "gray": "light gray", "dark": "dark gray", "light": "light gray"}
        if said in from_words and from_words[said] in self.palette:
            return from_words[said]
        return self.colour_name(said)


def _one(said: str, count: int, mention: Mention) -> str:
    """A name in the singular where several of it were said."""
    words = said.split()
    if count == 1 and mention.number is None:
        return said
    return " ".join([*words[:-1], singular(words[-1])])
