"""English nouns: articles, plurals and numbers, for the captions that are made and the prompts that are read."""

import re

__all__ = ["NUMBER_WORDS", "article", "is_doing", "plural", "singular", "with_article"]

NUMBER_WORDS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 9: "nine"}

# What ends as a deed does, and is none.
_NO_DEEDS = frozenset(
    "king ring string thing wing ceiling building pudding clothing painting evening stocking duckling gosling viking "
    "wedding sapling seedling sibling dumpling lightning earring meeting spring swing morning sling bling darling "
    "herring starling sterling inkling fledgling youngling underling icing piercing nothing something".split()
)
# A noun phrase ends its head at the first of these words: "man in tuxedo", "pot of food", "cat with wry smile".
_TAIL = re.compile(r" (?:with|of|in|on|behind|and|without|wearing|holding|showing|playing|gesturing|facing) ")
_ALREADY_PLURAL = {
    "glasses", "sunglasses", "goggles", "scissors", "jeans", "pants", "shorts", "skis", "grapes", "cherries",
    "noodles",     "chopsticks",
    "dice", "men", "women", "people", "twins", "prints", "eyes", "fireworks", "sparkles", "dumplings",
}  # fmt: skip
# Written with a final s, and one or no number of things all the same.
_ENDS_IN_S = {
    "series", "species", "lens", "compass", "atlas", "canvas", "christmas", "gas", "pancreas", "asparagus", "biceps",
    "chess", "news", "binoculars", "pliers", "tweezers", "tongs", "trousers", "clothes", "headphones", "earphones",
}  # fmt: skip
_PAIRS = {"biceps", "news", "christmas", "binoculars", "pliers", "tweezers", "tongs", "trousers", "clothes",
          "headphones", "earphones"}  # fmt: skip
# Ends in -is in the singular; every other noun in -is is the plural of one in -i ("bikinis").
_ENDS_IN_IS = {
    "iris", "ibis", "tennis", "clematis", "chrysalis", "trellis", "oasis", "basis", "crisis", "pelvis", "amaryllis",
    "mantis", "portcullis", "metropolis", "cannabis", "ferris", "chassis", "this", "epidermis", "fleur-de-lis",
}  # fmt: skip
# Ends in -u in the singular; every other noun in -us has its s in the singular already ("cactus").
_ENDS_IN_U = {"emu", "gnu", "menu", "guru", "haiku", "tutu", "bureau", "plateau", "chateau", "tableau", "gateau",
              "kudu", "zebu", "caribou", "sudoku", "bayou", "fugu", "tofu", "ecu", "flu"}  # fmt: skip
# Whose singular keeps the e that other plurals add ("cookies", against "cherries").
_ENDS_IN_IE = {
    "cookie", "brownie", "movie", "zombie", "hoodie", "smoothie", "genie", "pixie", "selfie", "birdie", "bowtie",
    "untie", "necktie", "rookie", "cowrie", "aussie", "bestie", "homie", "hippie", "cabbie", "eerie", "prairie",
    "calorie", "magpie", "collie", "veggie", "doggie", "goalie", "newbie", "groupie", "junkie", "sortie", "talkie",
    "lassie", "beanie", "yorkie", "bowie", "camaraderie", "brie", "menagerie", "reverie", "goonie", "walkie",
}  # fmt: skip
_ENDS_IN_OE = ("shoe", "canoe", "oboe", "tiptoe", "mistletoe", "toe", "hoe", "doe", "foe", "roe", "aloe", "floe")
_ENDS_IN_CHE = ("ache", "moustache", "mustache", "cache", "quiche", "niche", "brioche", "avalanche", "psyche",
                "creche")  # fmt: skip
_ENDS_IN_ACH = ("peache", "beache", "reache", "teache", "leache", "poache", "roache", "coache", "spinache")
_ENDS_IN_USE = ("fuse", "muse", "ruse", "excuse", "use", "refuse", "reuse", "confuse")
_IRREGULAR = {"man": "men", "woman": "women", "person": "people", "mouse": "mice", "child": "children",
              "tooth": "teeth",
              "foot": "feet", "goose": "geese", "leaf": "leaves", "wolf": "wolves", "knife": "knives",
              "loaf": "loaves", "scarf": "scarves", "calf": "calves", "half": "halves", "shelf": "shelves",
              "hoof": "hooves", "elf": "elves", "thief": "thieves", "wife": "wives"}  # fmt: skip
# End like one of those and are not.
_REGULAR = ("human", "talisman", "caiman", "ottoman", "shaman", "german", "roman", "behalf")
_NO_PLURAL = {"specimen", "omen", "abdomen", "stamen", "regimen", "ramen", "cyclamen", "acumen", "amen", "semen"}
_LIKE_CONSONANTS = ("uni", "use", "ufo", "uk", "us", "euro", "eucal", "ewe", "one", "once", "utens", "uran", "ukul")
_LIKE_VOWELS = ("hour", "honest", "honou", "honor", "heir", "x-ray", "mri")
_ADDS_ES = ("tomato", "potato", "hero", "echo", "torpedo", "tornado", "volcano", "mosquito", "buffalo", "domino")
_UNCHANGED = ("fish", "sheep", "deer", "shrimp", "squid", "bison")


def _head(phrase: str) -> tuple[str, str]:
    """Split ``phrase`` into the part that ends with its head noun and the rest."""
    match = _TAIL.search(phrase)
    return (phrase[: match.start()], phrase[match.start() :]) if match else (phrase, "")


def _is_plural(noun: str) -> bool:
    if noun in _ALREADY_PLURAL:
        return True
    if len(noun) < 4 or not noun.endswith("s") or noun.endswith("ss") or noun in _ENDS_IN_S - _PAIRS:
        return False
    if noun.endswith("is"):
        return noun not in _ENDS_IN_IS
    return not noun.endswith("us") or noun[:-1] in _ENDS_IN_U


def plural(phrase: str) -> str:
    """The plural of a noun phrase: "pot of food" -> "pots of food"."""
    head, tail = _head(phrase)
    words = head.split()
    if not words:  # it begins with "with" or "on"
        return phrase
    noun = words[-1]
    lower = noun.lower()
    if _is_plural(lower) or lower.endswith(_UNCHANGED):
        many = noun
    elif irregular := next((k for k in _IRREGULAR if lower.endswith(k) and not lower.endswith(_REGULAR)), None):
        many = noun[: -len(irregular)] + _IRREGULAR[irregular]
    elif lower.endswith(("s", "x", "ch", "sh", "z", *_ADDS_ES)):
        many = noun + "es"
    elif lower.endswith("y") and len(lower) > 1 and lower[-2] not in "aeiou":
        many = noun[:-1] + "ies"
    else:
        many = noun + "s"
    return " ".join([*words[:-1], many]) + tail


def singular(noun: str) -> str:
    """One of what ``noun``, a single lower-case word, names many of; a word that is no plural comes back as it is."""
    for one, many in _IRREGULAR.items():
        if noun.endswith(many) and noun not in _NO_PLURAL:
            return noun[: -len(many)] + one
    known = noun in _ENDS_IN_S or noun in _ALREADY_PLURAL - {"cherries", "grapes", "dumplings"}
    if len(noun) < 4 or known or not _is_plural(noun):
        return noun
    if noun.endswith("ies"):
        return noun[:-1] if len(noun) < 5 or noun[:-1] in _ENDS_IN_IE else noun[:-3] + "y"
    return noun[:-2] if _adds_es(noun) else noun[:-1]


def _adds_es(plural: str) -> bool:
    """Whether what a plural in -s adds to its singular is "es"."""
    one = plural[:-1]
    if plural.endswith("oes"):
        return one not in _ENDS_IN_OE and not one.endswith(("shoe", "canoe"))
    if plural.endswith("ches"):
        return not one.endswith(_ENDS_IN_CHE) or one.endswith(_ENDS_IN_ACH)
    if plural.endswith("uses"):
        return not one.endswith(("house", "mouse", "blouse", "spouse", "grouse", "ause")) and one not in _ENDS_IN_USE
    if plural.endswith("axes"):
        return one not in ("axe", "pickaxe", "poleaxe", "battleaxe")
    return plural.endswith(("sses", "xes", "shes", "zzes", "tzes")) or plural[:-2] in _ENDS_IN_S


def article(words: str) -> str:
    """ "a" or "an", as the sound at the beginning wants."""
    first = words.split()[0].lower()
    if first.startswith(_LIKE_CONSONANTS):
        return "a"
    return "an" if first[0] in "aeiou" or first.startswith(_LIKE_VOWELS) else "a"


def with_article(phrase: str) -> str:
    """``phrase`` with "a", "an", "the" or nothing before it, as English wants."""
    first, head = phrase.split()[0].lower(), _head(phrase)[0].split()[-1].lower()
    if first in ("the", "a", "an") or _is_plural(head):
        return phrase
    return f"the {phrase}" if first == "flag" else f"{article(phrase)} {phrase}"


def is_doing(word: str) -> bool:
    """Whether a word in small letters says what is being done: "running", but not "king"."""
    return word.endswith("ing") and len(word) > 4 and word not in _NO_DEEDS
