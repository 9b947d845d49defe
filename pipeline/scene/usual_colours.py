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
        armadillo baobab barrack beehive bookend brandy brush cigar coffee cork corkscrew couch crossbow drawbridge
        dresser djembe fedora furniture galley gibbet houseboat lyre mug nuts oat oud palisade pangolin pier pipe
        plank playhouse platypus porcupine rug sasquatch saloon scaffold signpost sledge sled sofa sombrero stable
        teepee tipi totem treehouse trunk tumbleweed village volcano violin wheelbarrow whip bridge bindle burlap
        sack truffle
        clothespin catapult trebuchet ballista
        """,
    "#3fa34d #2e7d43 #7ab648": """
        cactus pine fir oak tree bush shrub grass forest fern moss ivy leaf leaves sprout sapling clover cabbage
        lettuce spinach celery leek pea peas asparagus artichoke zucchini pickle frog toad tortoise turtle lizard
        gecko chameleon iguana crocodile alligator snake caterpillar grasshopper mantis dinosaur palm bamboo hedge
        tractor tank lime pear watermelon kale agave alga beanstalk bud flax hemp hop jungle lawn laurel olive peacock
        pterodactyl seaweed tadpole vine garden hill hills oasis field stalk algae algeria maggot slime jeep barracks
        grenade avocado cobra diplodocus stegosaurus plesiosaurus parasaurolophus rattlesnake velociraptor orc goblin
        ogre troll
        """,
    "#f28c28 #e07a1f": """
        pumpkin carrot orange tangerine peach apricot basketball fox goldfish clownfish persimmon campfire fire
        fireball firework flame furnace lava papaya lifebuoy explosion blast meteor phoenix salmon wildfire
        """,
    "#f3c33c #e0a526": """
        bee wasp hornet corn banana lemon cheese sun star bulb lamp lantern chandelier torch canary duckling chick
        giraffe crown trophy medal bell trumpet trombone tuba bugle saxophone harp coin key honey pineapple wheat hay
        straw bale sand sandcastle castle lightning bolt taxi bus excavator bulldozer crane digger submarine mango
        cheetah leopard lion baguette bassoon butter champagne chip chips confetti cornucopia cymbal daisy emoji gold
        grain hive honeycomb jackpot macaroni moon nacho nachos noodle noodles omelette omelet pasta spaghetti popsicle
        pyramid quicksand raincoat scallop smiley spark starfish sundial sunbeam taco tambourine tiara torc treasure
        waffle
        """,
    "#d93636 #c22f2f": """
        apple strawberry raspberry cherry tomato radish beet chili pepper lobster crab crayfish ladybug rose heart
        lips tongue mouth muscle stomach liver kidney blood brick chimney mailbox hydrant extinguisher ham bacon meat
        tulip poppy cranberry lipstick ribbon firetruck lighthouse boxing cape clown devil fez jam ketchup ladybird
        mars roof salami sushi superhero toolbox vuvuzela wine punch dart
        """,
    "#7d4cc2 #6a3fa8": """
        plum grape grapes eggplant beet turnip lavender wizard amethyst octopus potion lilac iris aubergine
        blackcurrant crocus elderberry galaxy genie hydra kraken witch tentacle violet
        """,
    "#f28fb0 #e86a9a": """
        pig flamingo rosebud brain lung bra bikini tutu worm ham prawn shrimp pacifier axolotl candy candyfloss
        cupcake doll earthworm flower leotard lingerie octopod peony seahorse udder
        """,
    "#2f6fd6 #4b9be8": """
        whale dolphin shark swordfish wave water river lake waterfall rain drop raindrop fountain hose faucet tap
        shower jeans trousers pants overalls blueberry bluebird pool sea umbrella aquarium bluejay cascade denim
        flipper jay jean jellyfish narwhal neptune ocean pond rapids sailor sapphire shore snorkel soda splash spray
        stream tsunami typhoon whirlpool wetsuit swimfin swimsuit surfboard
        """,
    "#8d96a3 #6b7480 #a9b2bd": """
        elephant rhinoceros rhino hippo hippopotamus mouse rat seal raccoon wolf heron pigeon dove seagull stone rock
        boulder castle tower statue tombstone gravestone anvil anchor hammer saw axe wrench screwdriver pliers nail
        screw bolt drill shovel hoe pan pot kettle toaster oven stove refrigerator fridge dishwasher blender sink
        bucket can spoon fork knife sword dagger spear shield helmet cannon bomb robot whistle scissors needle chain
        dumbbell barbell wheel engine gear satellite telescope microscope cage armour armor bullet mop sewer koala
        airship battleship blimp breastplate cauldron chainsaw cleaver crowbar crowbars crutch fort fortress gauntlet
        gargoyle grater gun halberd hatchet jug kettlebell knight ladle lance machete mace meteorite motor mortar
        padlock pickaxe pillar pipes piston pitchfork plow quay razor rivet rifle ruin ruins saucepan scale scales
        scalpel scissor sickle silo spaceship spade spanner spyglass stirrup tin tongs trident tweezers ufo urn vault
        whisk wolfhound zeppelin cannonball road highway mountain mountains cliff crag crags cave
        """,
    "#3a3f47": """
        crow raven panther bowler tire tyre camera spider bat ant beetle skunk gorilla magpie blackbird coal ninja
        piano tuxedo vacuum limousine camcorder
        """,
    "#d5dbe0 #d9cfbd": """
        skeleton skull bone tooth teeth egg swan goose sheep lamb goat cauliflower garlic toilet bathtub igloo snowman
        ghost paper envelope mummy tofu rice sugar flour salt popcorn polar snowflake cotton angel bandage calavera
        cloud dandelion dumpling foam fang fossil hail iceberg ice ibis incisor jasmine lotus marshmallow mime onigiri
        pearl pegasus pillow porcelain ribcage sail seashell shell snow snowball snowmobile spine tissue towel vomit
        wool yogurt yeast yurt icebergs avalanche moth
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
