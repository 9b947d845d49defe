"""The colours that things usually have: what a drawing of one colour is filled with where none is said."""

from pipeline.language.english import singular

__all__ = ["is_black_and_white", "usual_colours"]

# Colours, the first the most usual -> the last words of names.
_USUAL = {
    "#8a5a3c #a0703f #6b4226": """
        squirrel barrel keg log wood stump branch twig fence gate barn cabin hut crate bench chair stool desk table
        bookshelf bookcase shelf cupboard wardrobe drawer cabinet door ladder boomerang bat club oar paddle canoe raft
        moose reindeer deer beaver otter mole sparrow ostrich kangaroo wallaby donkey bull buffalo camel monkey ape
        baboon sloth boar walrus kiwi eagle hawk falcon vulture owl turkey pheasant cockroach nest cello viola lute
        mandolin banjo ukulele clarinet toast bread bun muffin cookie chocolate brownie walnut almond acorn nut bean
        potato mushroom sausage steak drumstick saddle wallet briefcase boot boots slippers beard moustache mustache
        horse dog hound cone easel coffin chest cross mandrill weasel ferret anteater hedgehog scarecrow broom rake
        """,
    "#3fa34d #2e7d43 #7ab648": """
        cactus pine fir oak tree bush shrub grass forest fern moss ivy leaf leaves sprout sapling clover cabbage
        lettuce spinach celery leek pea peas asparagus artichoke zucchini pickle frog toad tortoise turtle lizard
        gecko chameleon iguana crocodile alligator snake caterpillar grasshopper mantis dinosaur palm bamboo hedge
        tractor tank lime pear watermelon kale
        """,
    "#f28c28 #e07a1f": """
        pumpkin carrot orange tangerine peach apricot basketball fox goldfish clownfish persimmon
        """,
    "#f3c33c #e0a526": """
        bee wasp hornet corn banana lemon cheese sun star bulb lamp lantern chandelier torch canary duckling chick
        giraffe crown trophy medal bell trumpet trombone tuba bugle saxophone harp coin key honey
        pineapple wheat hay straw bale sand sandcastle castle lightning bolt taxi bus excavator bulldozer crane digger
        submarine mango cheetah leopard lion
        """,
    "#d93636 #c22f2f": """
        apple strawberry raspberry cherry tomato radish beet chili pepper lobster crab crayfish ladybug rose heart
        lips tongue mouth muscle stomach liver kidney blood brick chimney mailbox hydrant extinguisher ham bacon meat
        tulip poppy cranberry lipstick ribbon firetruck lighthouse
        """,
    "#7d4cc2 #6a3fa8": "plum grape grapes eggplant beet turnip lavender wizard amethyst octopus potion lilac iris",
    "#f28fb0 #e86a9a": "pig flamingo rosebud brain lung bra bikini tutu worm ham prawn shrimp pacifier",
    "#2f6fd6 #4b9be8": """
        whale dolphin shark swordfish wave water river lake waterfall rain drop raindrop fountain hose faucet tap
        shower jeans trousers pants overalls blueberry bluebird pool sea umbrella
        """,
    "#8d96a3 #6b7480 #a9b2bd": """
        elephant rhinoceros rhino hippo hippopotamus mouse rat seal raccoon wolf heron pigeon dove seagull stone rock
        boulder castle tower statue tombstone gravestone anvil anchor hammer saw axe wrench screwdriver pliers nail
        screw bolt drill shovel hoe pan pot kettle toaster oven stove refrigerator fridge dishwasher blender sink
        bucket can spoon fork knife sword dagger spear shield helmet cannon bomb robot whistle scissors needle chain
        dumbbell barbell wheel engine gear satellite telescope microscope cage armour armor bullet mop sewer koala
        """,
    "#3a3f47": "crow raven panther bowler tire tyre camera spider bat ant beetle skunk gorilla magpie blackbird",
    "#d5dbe0 #d9cfbd": """
        skeleton skull bone tooth teeth egg swan goose sheep lamb goat cauliflower garlic toilet bathtub igloo snowman
        ghost paper envelope mummy tofu rice sugar flour salt popcorn polar snowflake cotton
        """,
}
_BY_WORD = {
    word: tuple(colours.split())
    for colours, words in reversed(_USUAL.items())  # a word that stands twice goes by the first
    for word in words.split()
}

# Names that have another colour than their last word.
_BY_NAME = {
    "rubber duck": ("#f3c33c", "#e0a526"), "lily pad": ("#3fa34d", "#2e7d43"), "lily pads": ("#3fa34d", "#2e7d43"),
    "pirate ship": ("#8a5a3c", "#6b4226"), "galleon": ("#8a5a3c", "#6b4226"), "polar bear": ("#d5dbe0", "#d9cfbd"),
    "black cat": ("#3a3f47",), "fire truck": ("#d93636", "#c22f2f"), "boxing glove": ("#d93636", "#c22f2f"),
}  # fmt: skip


_TWO_COLOURED = frozenset(
    "panda zebra penguin cow orca skunk badger magpie dalmatian lemur ball football soccer puffin chessboard piano "
    "domino dice film".split()
)


def is_black_and_white(name: str) -> bool:
    """Whether drawings of a thing are black and white as they are."""
    return any(singular(word) in _TWO_COLOURED for word in name.lower().split())


def usual_colours(name: str) -> tuple[str, ...]:
    """The usual colours, "#rrggbb", of a thing of that name, by its last word that has any; none where it may have
    any colour.
    """
    if name.lower() in _BY_NAME:
        return _BY_NAME[name.lower()]
    for word in reversed(name.lower().replace("-", " ").split()):
        found = _BY_WORD.get(word) or _BY_WORD.get(singular(word))
        if found:
            return found
    return ()
