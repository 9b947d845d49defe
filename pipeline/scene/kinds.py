"""What kind of thing a name is: where it is worn, whether it is held, whether it lives, how large it is.

Tables of everyday words; a name is looked up whole, then by its last word, then by its first.
"""

import re

from pipeline.language.english import singular

__all__ = [
    "is_alive",
    "is_animal",
    "is_container",
    "is_disc",
    "is_flying",
    "is_held",
    "is_landscape",
    "is_seat",
    "is_sky",
    "kind_size",
    "worn_at",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in " ".join(text.split()).split(",") if word.strip())


_WORN = {
    "head": _words("""
        hat, top hat, cap, billed cap, baseball cap, cowboy hat, witch hat, wizard hat, santa hat, party hat, straw
        hat, chef hat, chef's hat, crown, tiara, helmet, military helmet, rescue worker's helmet, hard hat, beanie,
        beret, fez, sombrero, flower crown, graduation cap, wig, bandana, turban, woman's hat, halo, pirate hat,
        bonnet, hood, veil, antlers, horns, headband, bow, ribbon, hair bow, sailor hat, winter hat, bucket hat,
        fedora, nurse cap, propeller hat, horn
        """),
    "eyes": _words("""
        glasses, sunglasses, goggles, 3d glasses, eye patch, spectacles, shades, reading glasses, swimming goggles,
        ski goggles, eyeglasses, blindfold, diving mask, vr headset, monocle, mask, carnival mask, ninja mask
        """),
    "whole head": _words("astronaut helmet, space helmet, diving helmet, fishbowl helmet, scuba mask"),
    "mouth": _words("""
        mustache, moustache, beard, face mask, pipe, cigarette, pacifier, lipstick, bubble gum, clown nose
        """),
    "neck": _words("""
        scarf, tie, necktie, bow tie, necklace, medal, sports medal, military medal, collar, bell, gold chain,
        stethoscope, lei, pendant, pearls, feather boa, choker, neckerchief, ribbon tie, dog tag
        """),
    "ears": _words("headphones, headset, earmuffs, earrings, earbuds, headphone"),
    "back": _words("""
        backpack, cape, wings, wing, jetpack, quiver, parachute, bunny ears backpack, shell, cloak, school bag
        """),
    "feet": _words("""
        boots, boot, shoes, shoe, sneakers, sneaker, slippers, sandals, sandal, high heels, high-heeled shoe, running
        shoe, man's shoe, woman's boot, roller skates, roller skate, ice skates, ice skate, skis, socks, sock, flip
        flops, rain boots, cowboy boots, flat shoe, hiking boot, clogs, ballet shoes, woman's sandal
        """),
    "hands": _words("""
        gloves, glove, mittens, mitten, boxing gloves, boxing glove, watch, wristwatch, bracelet, ring, baseball glove
        """),
    "body": _words("""
        dress, t-shirt, shirt, jacket, coat, raincoat, hoodie, sweater, suit, tuxedo, kimono, robe, pants, jeans,
        shorts, skirt, apron, vest, safety vest, uniform, spacesuit, swimsuit, pajamas, armor, turtleneck, christmas
        sweater, life jacket, tutu, overalls, jumper, lab coat, bathrobe, poncho, sari, bikini, bathing suit, costume,
        belt, cardigan, jersey, running shirt, diaper, woman's clothes, one-piece swimsuit, briefs, clothes, christmas
        jumper, wetsuit, trench coat, business suit
        """),
}  # fmt: skip
_ALIVE = _words("""
    cat, kitten, dog, puppy, fox, bear, panda, frog, penguin, duck, duckling, rabbit, bunny, mouse, rat, owl, raccoon,
    koala, hedgehog, corgi, bulldog, pug, llama, alpaca, sloth, otter, monkey, gorilla, ape, lion, tiger, leopard,
    elephant, giraffe, hippo, hippopotamus, rhino, rhinoceros, cow, bull, ox, pig, boar, goat, sheep, lamb, ram, ewe,
    horse, pony, donkey, zebra, unicorn, dragon, dinosaur, t-rex, robot, alien, ghost, snowman, skeleton, zombie,
    astronaut, knight, guard, princess, prince, king, queen, wizard, mage, witch, pirate, ninja, samurai, cowboy,
    viking, chef, cook, doctor, farmer, girl, boy, man, woman, kid, child, baby, grandma, grandpa, santa, santa claus,
    elf, fairy, mermaid, vampire, genie, angel, devil, clown, octopus, squid, shark, whale, dolphin, fish, turtle,
    tortoise, snail, chicken, hen, rooster, chick, parrot, flamingo, squirrel, chipmunk, hamster, wolf, teddy bear,
    polar bear, shiba inu, capybara, axolotl, crab, lobster, bee, bat, bird, eagle, dove, swan, goose, turkey,
    peacock, crow, raven, pigeon, seal, beaver, badger, skunk, kangaroo, camel, deer, reindeer, moose, bison, buffalo,
    mammoth, crocodile, alligator, lizard, snake, butterfly, caterpillar, ladybug, lady beetle, beetle, spider, ant,
    worm, mosquito, person, people, student, teacher, singer, artist, scientist, police officer, firefighter, pilot,
    detective, superhero, supervillain, troll, ogre, goblin, cupid, mrs. claus, dancer, lady, guy, warrior, soldier,
    goldfish, clownfish, koi, seagull, gull, ostrich,
    mummy, monster, yeti, bigfoot, gnome, dwarf, leprechaun, cyclops, minotaur, centaur, pegasus, phoenix, poodle,
    dalmatian, husky, retriever, shepherd, beagle, chihuahua, dachshund, avocado, pineapple, lemon, cactus, banana,
    potato, egg, doll, baby chick, honeybee, dodo, fly, jellyfish, bunny rabbit
    """)
_ANIMALS = _words("""
    dog, puppy, fox, wolf, cow, bull, ox, pig, boar, goat, sheep, lamb, ram, ewe, horse, pony, donkey, zebra, unicorn,
    tiger, lion, leopard, cat, kitten, elephant, rhino, rhinoceros, hippo, hippopotamus, deer, reindeer, camel, bison,
    crocodile, alligator, lizard, mouse, rat, hedgehog, poodle, corgi, dachshund, husky, shepherd, beagle, raccoon,
    giraffe, llama, alpaca, moose, ostrich, flamingo,
    bird, duck, eagle, dove, pigeon, goose, swan, parrot, fish, shark, dolphin, whale, turtle, snail, ant, bee
    """)
_HELD = _words("""
    balloon, sword, shield, umbrella, flower, book, cup, coffee cup, cup of coffee, coffee, phone, mobile phone, flag,
    lantern, candle, guitar, camera, sign, wand, magic wand, staff, spear, axe, hammer, wrench, fishing rod, fishing
    pole, ice cream, ice cream cone, lollipop, donut, doughnut, pizza, slice of pizza, sandwich, banana, apple, red
    apple, carrot, bone, ball, basketball, soccer ball, football, tennis racket, suitcase, briefcase, bag, handbag,
    basket, gift, present, wrapped gift, heart, red heart, star, trophy, paintbrush, pencil, pen, magnifying glass,
    torch, flashlight, telescope, knife, fork, spoon, pan, frying pan, bouquet, bouquet of roses, rose, sunflower,
    tulip, kite, microphone, trumpet, violin, broom, key, map, letter, boba tea, tea, cup of tea, glass of wine, wine,
    beer, taco, burger, hamburger, popcorn, watermelon, acorn, honey, bamboo, leaf, leash, laptop, newspaper, stick,
    snowball, surfboard, tray, cane, crystal ball, scroll, sandwich, cookie, cupcake, candy, candy cane, chopsticks,
    ramen, sushi, lamp, mug, drink, cocktail, bottle, envelope, purse, saxophone, drum, flute, bow, arrow, bow and
    arrow, dagger, gun, water pistol, shovel, rake, saw, screwdriver, net, hotdog, hot dog, cheese, nut, peanut, worm,
    bug, toy, doll, teddy, rubber duck, bell, pumpkin, egg, paint brush, brush, toothbrush, mop, bucket, watering can,
    coin, money, money bag, diamond, gem, medal, card, ticket, remote, controller, joystick
    """)
_FLYING = _words("""
    bird, eagle, dove, bat, butterfly, bee, honeybee, dragonfly, airplane, plane, small airplane, helicopter, rocket,
    ufo, flying saucer, hot air balloon, balloon, kite, cloud, sun, moon, crescent moon, full moon, star, rainbow,
    planet, ringed planet, satellite, spaceship, comet, snowflake, cloud with rain, parachute, fireworks, sun with
    face, shooting star, spacecraft
    """)
# What is seen in the sky above everything, and what lies behind everything, on the horizon.
_SKY = _words("""
    cloud, clouds, rain, snow, snowfall, rain cloud, snow cloud, storm cloud, storm, thunderstorm, cloud with rain,
    cloud with snow, cloud with lightning, cloud with lightning and rain, sun, sun with face, sun behind cloud, moon,
    crescent moon, full moon, half moon, first quarter moon, star, rainbow, fireworks, lightning, lightning
    bolt, high voltage,
    snowflake, shooting star, comet, meteor, aurora, northern lights, thunder
    """)
_SHAPES = _words("sun, moon, crescent moon, full moon, half moon, star, sun with face, planet")
_LANDSCAPES = _words("""
    mountain, mountains, snow-capped mountain, volcano, cityscape, skyline, city skyline, city, mount fuji, mountain
    range, forest, hill, cityscape at dusk, snowy mountain
    """)
_SEATS = _words("""
    chair, sofa, couch, bench, throne, armchair, stool, bed, swing, saddle, seat, toilet, hammock, rocking chair,
    couch and lamp, wheelchair, beanbag, pouf
    """)
_CONTAINERS = _words("""
    box, cardboard box, package, basket, bucket, pot, cup, teacup, mug, bowl, fishbowl, bathtub, tub, bottle, jar,
    glass, vase, hat, top hat, bag, handbag, backpack, car, automobile, truck, boat, canoe, spaceship, rocket, nest,
    pan, shoe, boot, sink, shopping cart, cart, stroller, suitcase, cage, crate, barrel, egg, envelope, pocket, sock,
    sleigh, ufo, flying saucer, flower pot, treasure chest, teapot, bin, trash can, wastebasket, bird cage, aquarium,
    pool, swimming pool, hot tub, submarine, taxi, bus, train, tractor, tent, helicopter, airplane, hot air balloon,
    drawer, book
    """)

# Longest side in metres.
_SIZES = {
    0.01: """
        ant, ladybug, lady beetle, bee, honeybee, mosquito, fly, seed, pearl, ring, coin, nut, peanut, raindrop, tear,
        droplet
        """,
    0.03: """
        beetle, bug, cherry, cherries, acorn, chestnut, snail, dice, game die, key, grape, candy, button, worm,
        spider, caterpillar, butterfly, blueberries, olive, gem, diamond, gem stone, die, earring, medal
        """,
    0.08: """
        strawberry, egg, mushroom, leaf, flower, rose, tulip, daisy, mouse, frog, hamster, lemon, cookie, cupcake,
        muffin, battery, watch, lipstick, glasses, monocle, bow tie, light bulb, shell, crab, chick, baby chick,
        tangerine, orange, peach, plum, onion, potato, tomato, star, heart, red heart, card, ball, baseball, tennis,
        goldfish, feather, pencil, pen, crayon, fork, spoon, bone, mask, scissors, cactus, sushi
        """,
    0.2: """
        apple, red apple, pear, banana, bread, cup, mug, teacup, glass, bottle, phone, mobile phone, book, open book,
        closed book, camera, hat, top hat, cap, crown, scarf, shoe, boot, boots, shoes, pineapple, carrot, corn,
        avocado, coconut, cheese, burger, hamburger, pizza, hot dog, taco, donut, doughnut, cake, birthday cake, pie,
        bowl, plate, candle, lantern, lamp, clock, alarm clock, hammer, wrench, knife, teapot, squirrel, bird, bat,
        owl, parrot, duck, hedgehog, turtle, rat, lizard, fish, starfish, jellyfish, gift, wrapped gift, trophy,
        hourglass, skull, microphone, envelope, letter, basketball, soccer ball, football, pumpkin, vase, pot, potted
        plant, rubber duck, toy car, doll, sunflower, hourglass done, magnifying glass
        """,
    0.5: """
        cat, kitten, rabbit, bunny, chicken, rooster, fox, raccoon, penguin, pug, puppy, corgi, dachshund, teddy bear,
        backpack, suitcase, laptop, violin, sword, dagger, shield, umbrella, guitar, balloon, basket, bucket, box,
        package, cardboard box, watermelon, globe, telescope, microscope, helmet, skateboard, pillow, monkey, koala,
        otter, beaver, skunk, goose, eagle, lobster, octopus, baby, t-shirt, sweater, dress, jacket, coat, kite, drum,
        trumpet, saxophone, toaster, crystal ball, basket, cage, treasure chest, typewriter, television, tv, broom,
        sloth, armadillo, snake, swan, turkey
        """,
    1.0: """
        dog, wolf, sheep, goat, lamb, pig, chair, table, desk, bicycle, sled, robot, snowman, kid, child, boy, girl,
        seal, kangaroo, peacock, flamingo, leopard, cheetah, bench, stool, throne, bathtub, toilet, washing machine,
        fireplace, mailbox, surfboard, scooter, shopping cart, rock, log, bush, tire, anchor, bomb, ghost, alien,
        gnome, elf, fairy, sofa chair, barrel, spear, staff, harp, cello, mirror, door, window, tent, computer, ram
        """,
    1.8: """
        man, woman, person, people, astronaut, wizard, mage, witch, knight, guard, princess, prince, king, queen,
        pirate, ninja, samurai, cowboy, chef, cook, doctor, farmer, santa, santa claus, mermaid, vampire, zombie,
        skeleton, clown, superhero, angel, bear, panda, polar bear, lion, tiger, gorilla, deer, donkey, horse,
        unicorn, zebra, cow, ox, reindeer, moose, dolphin, crocodile, motorcycle, sofa, couch, bed, piano, bookshelf,
        fridge, lantern post, stop sign, canoe, shark, camel, viking, grandma, grandpa, teacher, scientist, artist,
        police officer, firefighter, swing, ladder, fence, christmas tree
        """,
    4.0: """
        car, automobile, taxi, jeep, tractor, pickup truck, elephant, giraffe, rhino, rhinoceros, hippo, hippopotamus,
        bison, boat, sailboat, van, minibus, racing car, sport utility vehicle, police car, ambulance, palm tree,
        cactus tree, igloo, hut, statue, fountain, dinosaur, t-rex, mammoth, ufo, flying saucer, oncoming automobile,
        speedboat, squid, well, billboard, wagon, sleigh, carousel horse, helicopter, fire
        """,
    10.0: """
        tree, evergreen tree, deciduous tree, pine tree, oak tree, house, cottage, barn, truck, bus, fire engine, fire
        truck, train, locomotive, tram, whale, dragon, submarine, hot air balloon, windmill, garage, school bus,
        yacht, tree house, treehouse, sauropod, garbage truck, cabin, shop, church, temple, tokyo tower hut, bakery,
        coffee shop, station, bank, school
        """,
    40.0: """
        castle, lighthouse, ship, pirate ship, airplane, plane, rocket, spaceship, tower, tokyo tower, eiffel tower,
        office building, building, hospital, hotel, ferris wheel, bridge, stadium, roller coaster, cloud, rainbow,
        pyramid, statue of liberty, factory, space station, city, cityscape, cruise ship, satellite
        """,
    300.0: """
        mountain, volcano, island, cliff, iceberg, moon, crescent moon, full moon, sun, planet, ringed planet, earth,
        star field, galaxy, mount fuji, lake, sea
        """,
}  # fmt: skip
_BEHIND = frozenset("of with in on wearing holding".split())  # what follows is not the thing itself
_SIZE_OF = {name: size for size, text in _SIZES.items() for name in _words(text)}
_WORN_OF = {name: place for place, names in _WORN.items() for name in names}


def _lookups(name: str) -> list[str]:
    """The name, its singular, its last words, its first word."""
    words = re.findall(r"[^\W_]+(?:['’.-][^\W_]+)*", name.lower())
    if not words:
        return []
    forms = [" ".join(words), " ".join((*words[:-1], singular(words[-1])))]
    if len(words) > 1:
        head = next((at for at, word in enumerate(words) if word in _BEHIND), None)
        if head:
            forms += _lookups(" ".join(words[:head]))
        forms += [words[-1], singular(words[-1]), words[0]]
    return forms


def _ends(name: str) -> list[str]:
    """The name, its singular, and the last word of each."""
    words = name.lower().split() or [""]
    whole = [" ".join(words), " ".join((*words[:-1], singular(words[-1])))]
    return [*whole, words[-1], singular(words[-1])]


def _in(name: str, table: frozenset[str]) -> bool:
    return any(form in table for form in _lookups(name)[:5])


def worn_at(name: str) -> str | None:
    """Where a thing is worn: head, eyes, mouth, neck, ears, back, feet, hands or body; None: it is not worn."""
    return next((_WORN_OF[form] for form in _lookups(name)[:5] if form in _WORN_OF), None)


def is_alive(name: str) -> bool:
    """Whether it holds, wears and rides things; a "pirate ship" does not."""
    forms = _lookups(name)
    whole = any(form in _ALIVE for form in (forms[:5] if len(forms) != 5 else forms[:4]))
    return whole or len(forms) == 5 and forms[4] in _ALIVE and not any(form in _SIZE_OF for form in forms[2:4])


def is_animal(name: str) -> bool:
    """Whether it lives and has no hands: what it holds is in its mouth."""
    return _in(name, _ANIMALS)


def is_held(name: str) -> bool:
    """Whether it is a thing for one hand."""
    return _in(name, _HELD)


def is_flying(name: str) -> bool:
    """Whether it is seen in the sky."""
    return _in(name, _FLYING)


def is_sky(name: str) -> bool:
    """Whether it is seen above everything else: a cloud, a rainbow."""
    return any(form in _SKY for form in _ends(name))


def is_disc(name: str) -> bool:
    """Whether it is a sun, a moon or a star: others are seen before it as well as under it."""
    return any(form in _SHAPES for form in _ends(name))


def is_landscape(name: str) -> bool:
    """Whether it lies behind everything else, on the horizon: mountains, a skyline."""
    return any(form in _LANDSCAPES for form in _ends(name))


def is_seat(name: str) -> bool:
    """Whether people sit on it."""
    return _in(name, _SEATS)


def is_container(name: str) -> bool:
    """Whether things are in it and look out."""
    return _in(name, _CONTAINERS)


def kind_size(name: str) -> float | None:
    """The usual longest side of a thing in metres; None where the table does not know it."""
    return next((_SIZE_OF[form] for form in _lookups(name) if form in _SIZE_OF), None)
