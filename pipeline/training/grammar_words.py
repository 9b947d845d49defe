"""Words for the captions of the grammar: what things look like, what they wear, where they are, how people ask."""

__all__ = [
    "ACTIONS",
    "ADVERBS",
    "COLOURS",
    "COUNTED",
    "CUTE",
    "ENDINGS",
    "GROUNDS",
    "HELD",
    "LOOKS",
    "MEASURES",
    "MEDIUMS",
    "NUMBERS",
    "PARTS",
    "PET_NAMES",
    "PLACES",
    "PLAIN_MEDIUMS",
    "PURPOSES",
    "QUALITY",
    "REQUESTS",
    "ROLES",
    "SIDES",
    "SIZES",
    "STYLES",
    "THINGS",
    "VERBS",
    "WEARERS",
    "WORN",
]

ROLES = (
    "chatter", "thing", "thing+", "number", "colour", "part", "part+", "style", "style+", "ground", "place", "place+",
    "relation", "relation+", "negation", "look", "size", "where", "where+", "quality", "again", "action", "one",
)  # fmt: skip


def _list(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in " ".join(text.split()).split(",") if word.strip())


COLOURS = _list("""
    red, red, orange, yellow, yellow, green, green, blue, blue, purple, pink, brown, black, black, white, white, gray,
    grey, gold, golden, silver, violet, turquoise, teal, beige, navy, cyan, magenta, maroon, lavender, light blue,
    dark blue, light green, dark green, light pink, hot pink, pale yellow, bright red, bright blue, dark red, navy
    blue, sky blue, mint green, lime green, royal blue, cream, coral, crimson, indigo, ivory, olive, peach, salmon,
    tan, lilac, mint, charcoal, deep purple, neon green, neon pink, pastel pink, pastel blue, burgundy, scarlet, amber
    """)
NUMBERS = {
    "two": 6, "three": 6, "four": 4, "five": 4, "six": 3, "seven": 2, "eight": 2, "nine": 2, "ten": 2, "eleven": 1,
    "twelve": 2, "fifteen": 1, "twenty": 1, "twenty four": 1, "2": 4, "3": 4, "4": 3, "5": 3, "6": 2, "7": 2, "8": 2,
    "9": 1, "10": 2, "12": 1, "20": 1, "24": 1, "100": 1, "a dozen": 2, "half a dozen": 1, "a pair of": 2,
    "a couple of": 3, "a few": 3, "several": 3, "many": 2, "lots of": 2, "a bunch of": 1, "a group of": 2,
    "a flock of": 1, "some": 2, "a trio of": 1, "exactly three": 1, "3x": 1, "a lot of": 1, "a herd of": 1,
}  # fmt: skip
COUNTED = frozenset("of a exactly".split())
SIZES = _list("""
    big, large, huge, giant, enormous, massive, small, tiny, little, miniature, mini, oversized, gigantic, teeny tiny,
    really big, very small
    """)
CUTE = _list("""
    cute, adorable, nice, beautiful, pretty, lovely, cool, awesome, simple, great, perfect, super cute, very cute,
    amazing, gorgeous, fun, funny, kawaii, sweet
    """)
LOOKS = _list("""
    fluffy, angry, happy, sad, sleepy, old, young, wooden, shiny, furry, round, fat, chubby, tall, short, scary,
    friendly, smiling, grumpy, evil, magical, ancient, rusty, broken, dirty, clean, wet, melting, glowing, striped,
    spotted, muscular, elegant, royal, vintage, retro, modern, futuristic, medieval, mechanical, metallic, crystal,
    glass, stone, golden-haired, blue-eyed, hairy, bald, bearded, elderly, crying, laughing, screaming, sleeping,
    flying, running, jumping, dancing, swimming, angry looking, surprised, confused, winking, fierce, wild, baby,
    cartoonish, plump, lazy, brave, majestic, rainbow colored, multicolored, colorful, transparent, burning, frozen,
    skinny, wise, silly, hungry, lonely, haunted, abandoned, spiky, soft, tropical, steampunk, ninja, zombie, fat,
    dark, bright, full, half, empty, cracked, sparkly, curly, long, tasty, delicious, juicy, fresh, ripe, polka dot,
    smart, drunk, floating, snowy, mossy
    """)
ACTIONS = _list("""
    sleeping, running, dancing, flying, jumping, smiling, laughing, crying, swimming, sitting, standing, waving,
    singing, looking at the camera, looking at viewer, looking up, lying down, breathing fire, howling, meditating,
    skating, surfing, doing yoga, making a face, having fun, floating, melting, winking, in love, at work, on fire,
    walking, climbing, hiding, sneezing, relaxing, celebrating, thinking, yawning, blooming, spinning, exploding,
    sticking its tongue out, showing its teeth, with its mouth open, made of glass, made of candy, full of gold,
    covered in snow, covered with moss, who is very happy, that looks angry, saying hello, upside down, hanging upside
    down, made of red paper, made out of clay, made of wood, made from chocolate, carved from stone,
    knitted from wool,
    built of ice, made of white clouds, on its own, ready for bed
    """)
PARTS = _list("""
    eyes, hair, ears, nose, tail, wings, beard, roof, door, windows, wheels, handle, sleeves, stripes, spots, mane,
    horns, feathers, leaves, petals, fur, legs, arms, hands, feet, head, face, mouth, teeth, tongue, belly, paws,
    beak, claws, skin, lips, cheeks, eyebrows, mustache, shell, scales, antennas, antenna, fins, buttons, lid, rim,
    sails, branches, stem, trunk, spikes, tentacles, whiskers, collar, pockets, laces, blade, cheese, body, chimney,
    tires, foam, steam, icing, frosting, sprinkles, spout, wick, headlights, freckles, tusks, snout, hooves
    """)
WORN = _list("""
    hat, top hat, cap, baseball cap, cowboy hat, witch hat, wizard hat, santa hat, party hat, straw hat, chef hat,
    crown, tiara, glasses, sunglasses, goggles, monocle, eye patch, mask, scarf, tie, bow tie, bow, ribbon, necklace,
    helmet, headphones, backpack, boots, shoes, sneakers, slippers, dress, t-shirt, shirt, jacket, coat, raincoat,
    hoodie, sweater, suit, tuxedo, kimono, cape, cloak, robe, gloves, mittens, socks, pants, jeans, shorts, skirt,
    apron, vest, uniform, spacesuit, bandana, beanie, beret, earrings, medal, watch, belt, fez, sombrero, flower
    crown, swimsuit, pajamas, armor, turtleneck, christmas sweater, collar, bell, life jacket, graduation cap, 3d
    glasses, wig, veil
    """)
HELD = _list("""
    balloon, sword, shield, umbrella, flower, book, cup, coffee cup, cup of coffee, phone, flag, lantern, candle,
    guitar, camera, sign, wand, magic wand, staff, spear, bow, axe, hammer, wrench, fishing rod, ice cream cone,
    lollipop, donut, pizza, slice of pizza, sandwich, banana, apple, carrot, fish, bone, ball, basketball, tennis
    racket, suitcase, briefcase, bag, basket, gift, present, heart, star, trophy, paintbrush, pencil, magnifying
    glass, torch, flashlight, telescope, knife, fork, spoon, frying pan, bouquet of roses, rose, sunflower, kite,
    microphone, trumpet, violin, broom, key, map, letter, boba tea, tea, cup of tea, glass of wine, beer, taco,
    burger, popcorn, watermelon, acorn, honey, bamboo, leaf, leash, laptop, newspaper, teddy bear, stick, snowball,
    surfboard, skateboard
    """)
WEARERS = _list("""
    cat, dog, fox, bear, panda, frog, penguin, duck, rabbit, bunny, mouse, owl, raccoon, koala, hedgehog, corgi,
    bulldog, pug, llama, alpaca, sloth, otter, monkey, gorilla, lion, tiger, elephant, giraffe, hippo, cow, pig, goat,
    sheep, horse, unicorn, dragon, dinosaur, robot, alien, ghost, snowman, skeleton, zombie, astronaut, knight,
    princess, prince, king, queen, wizard, witch, pirate, ninja, samurai, cowboy, viking, chef, doctor, farmer, girl,
    boy, man, woman, kid, child, baby, old man, grandma, santa claus, elf, fairy, mermaid, avocado, pineapple, lemon,
    cactus, banana, potato, egg, octopus, shark, turtle, snail, chicken, parrot, flamingo, squirrel, hamster, wolf,
    teddy bear, golden retriever, german shepherd, shiba inu, kitten, puppy, polar bear, t-rex, capybara, axolotl,
    crab, bee
    """)
THINGS = _list("""
    house, tree, car, truck, bus, bicycle, motorcycle, train, plane, airplane, helicopter, rocket, boat, sailboat,
    ship, pirate ship, submarine, spaceship, ufo, castle, lighthouse, tower, bridge, windmill, barn, tent, igloo,
    church, skyscraper, mountain, volcano, island, river, cloud, sun, moon, star, planet, rainbow, snowflake,
    lightning bolt, flower, rose, tulip, sunflower, daisy, mushroom, leaf, cactus, palm tree, christmas tree, bush,
    log, rock, stone, apple, pear, orange, lemon, banana, strawberry, cherry, grapes, watermelon, pineapple, peach,
    mango, coconut, avocado, tomato, carrot, corn, broccoli, potato, onion, pumpkin, pepper, bread, cheese, egg,
    pizza, burger, hot dog, taco, sushi, ramen, bowl of ramen, donut, cookie, cake, birthday cake, cupcake, ice cream,
    ice cream cone, candy, lollipop, chocolate bar, pancake, croissant, coffee, cup of coffee, tea, teapot, cup, mug,
    glass, bottle, beer, plate, bowl, spoon, fork, knife, pan, chair, table, sofa, couch, bed, desk, lamp, bookshelf,
    mirror, clock, door, window, bathtub, toilet, carpet, pillow, blanket, box, cardboard box, basket, bucket, vase,
    pot, suitcase, backpack, umbrella, candle, lantern, book, open book, stack of books, newspaper, letter, envelope,
    pencil, pen, paintbrush, scissors, ruler, key, lock, hammer, saw, axe, sword, shield, bow, cannon, bomb, guitar,
    piano, violin, drum, trumpet, microphone, camera, phone, laptop, computer, keyboard, tv, television, robot, ball,
    basketball, soccer ball, football, skateboard, kite, balloon, hot air balloon, dice, chess piece, puzzle, teddy
    bear, doll, toy car, rubber duck, gift, crown, diamond, ring, trophy, medal, flag, sign, stop sign, traffic light,
    bench, fence, ladder, wheel, anchor, compass, map, globe, telescope, microscope, magnet, battery, light bulb,
    fire, campfire, bell, skull, heart, eye, hand, brain, bone, throne, fish, goldfish, whale, dolphin, shark,
    octopus, jellyfish, crab, lobster, starfish, seal, bird, eagle, swan, crow, pigeon, peacock, butterfly, bee,
    ladybug, spider, ant, dragonfly, snake, lizard, crocodile, turtle, frog, dinosaur, cube, sphere, cylinder, cone,
    pyramid, triangle, circle, square, cat, dog, horse, cow, elephant, lion, zebra, camel, reindeer, deer, moose, bat,
    branch, nest, spider web, treasure chest, well, swing, slide, mailbox, phone booth, tractor, taxi, police car,
    fire truck, ambulance, garbage truck, scooter, canoe, surfboard, snowboard, sled, wagon, fireplace, chimney,
    stove, fridge, washing machine, vacuum cleaner, toaster, blender, tea kettle, salt shaker, bookmark, full moon,
    shooting star, fireworks, feather, shell, pearl, acorn, pinecone, bamboo, lotus, cherry blossom, wave, coffee
    shop, flower pot, tree house, space station, time machine, sandcastle, beach ball, picnic basket, snow globe
    """)
STYLES = _list("""
    sticker, flat sticker, 3d render, 3d, 3d model, cartoon, cartoon emoji, flat design, flat vector, flat icon,
    minimal flat, flat geometric, gradient, gradient vector, vector, vector art, glossy 3d, pixel art, 8-bit,
    watercolor, oil painting, pencil sketch, line art, ink drawing, charcoal drawing, crayon drawing, pop art, comic
    book, anime, manga, low poly, isometric, claymation, clay, origami, papercut, paper cutout, embroidery, mosaic,
    stained glass, graffiti, stencil, silhouette, woodcut, linocut, engraving, sumi-e, ukiyo-e, art deco, art nouveau,
    cubism, surrealism, impressionism, minimalism, bauhaus, vaporwave, synthwave, cyberpunk, steampunk,
    photorealistic, realistic, hyperrealistic, digital art, concept art, chibi, doodle, hand drawn, sketch, blueprint,
    neon, hologram, voxel, lego, felt, crochet, plush, wireframe, risograph, retro poster, vintage poster, storybook,
    children's book, disney, pixar, studio ghibli, van gogh, picasso, monet, banksy, hokusai, wes anderson, tim
    burton, minecraft, gouache, acrylic, pastel drawing, airbrush, black and white, monochrome, sepia, polaroid, 35mm
    film, dslr, noir, gothic, grunge, y2k, coloring book, tattoo
    """)
MEDIUMS = _list("""
    watercolor painting, watercolor, watercolour painting, oil painting, acrylic painting, pencil sketch, pencil
    drawing, ink drawing, crayon drawing, charcoal drawing, line drawing, line art, pixel art, 3d render, 3d model, 3d
    rendering, render, sticker, die cut sticker, vector sticker, flat sticker, cartoon, cartoon drawing, digital
    painting, photo, photograph, photorealistic photo, polaroid photo, realistic photo, vector illustration, flat
    illustration, flat icon, minimal icon, low poly model, origami, claymation, clay sculpture, marble statue, bronze
    statue, lego model, felt toy, plush toy, crochet doll, papercut, paper cutout, embroidery, stained glass window,
    mosaic, graffiti, mural, comic, manga drawing, anime drawing, blueprint, silhouette, woodcut, linocut, neon sign,
    tattoo, coloring page, coloring book page, doodle, sketch, rough sketch, portrait, oil portrait, close-up photo,
    painting, fresco, pop art print, poster
    """)
PLAIN_MEDIUMS = _list("""
    picture, image, drawing, illustration, icon, emoji, clipart, logo, graphic, pic, artwork, design, scene, mascot,
    symbol, avatar, view, clip art, app icon, profile picture, visual, representation, depiction
    """)
QUALITY = _list("""
    masterpiece, best quality, high quality, highly detailed, ultra detailed, intricate details, detailed, 4k, 8k, hd,
    ultra hd, uhd, hdr, high resolution, sharp focus, trending on artstation, artstation, octane render, unreal
    engine, cinematic lighting, dramatic lighting, soft lighting, studio lighting, volumetric light, global
    illumination, depth of field, bokeh, award winning, professional, vibrant colors, vivid colors, pastel colors,
    bold lines, thick outline, thick black lines, clean lines, simple shapes, white border, white outline, centered,
    centered composition, full body, close up, side view, front view, top view, solo, smile, looking at viewer, long
    hair, minimalist, minimal, simple, kawaii, cute, pastel, no text, no watermark, no shading, isolated, high
    contrast, wallpaper, concept art, by greg rutkowski, ray tracing, raytracing, wide angle, macro, golden hour,
    moody, ethereal, dreamy, whimsical, elegant, epic, very aesthetic, absurdres, newest, hyper detailed, beautiful,
    stunning, symmetrical, smooth, glossy, matte, svg, png, vector graphics, print ready, t-shirt design
    """)
GROUNDS = _list("""background, background, background, background, backdrop, bg, wall, canvas, surface""")
PLACES = _list("""
    beach, sea, ocean, forest, woods, jungle, desert, snow, night, sunset, sunrise, space, outer space, grass, meadow,
    field, garden, park, city, street, kitchen, living room, bedroom, room, library, classroom, mountains, hills,
    hill, lake, river, pond, swamp, farm, rain, storm, fog, sky, night sky, underwater, cave, city at night, paris,
    tokyo, new york, rainy street, snowy forest, starry night, galaxy, dark forest, wheat field, flower field, winter
    landscape, rooftop, countryside, water, cafe, restaurant, office, mars, arctic, antarctica, savanna, harbor,
    coast, cliff, dungeon, battlefield, magical forest, enchanted forest, cyberpunk city, small town, christmas night,
    the 1920s, autumn forest, cosy room, dusk
    """)
SIDES = _list("""
    on the left, on the right, left, right, at the top, at the bottom, on the left side, on the right side, in the
    middle, in the center, in the top left corner, in the bottom right corner, in the upper right, at the lower left,
    on top
    """)
REQUESTS = _list("""
    draw, draw me, please draw, can you draw, could you please draw me, make, make me, please make, create, generate,
    design, i want, i need, i would like, i'd like to see, give me, show me, show, render, produce, imagine, hi can
    you make, hello please draw, let's have, paint, /imagine prompt:, i want to see, how about, please create, thanks
    for, just, a scene with, picture this:, prompt:, subject:, an image showing, a scene showing, there is, there's,
    there are, i really need, so basically i was thinking of, imagine a world where, something like,
    i have this idea of,
    looking for, pls draw, plz make, it would be great to have, my idea is, think of, maybe, so i want, hey can i get,
    could we get, this is about, well you know, i was wondering about
    """)
MEASURES = _list(
    """
    slice of, piece of, bowl of, cup of, glass of, bottle of, plate of, stack of, pile of, bouquet of, bunch of,
    basket of, can of, jar of, pot of, pair of, bag of, box of, loaf of, scoop of, bar of, bucket of, statue of,
    toy, toy, baby, pirate, robot, giant, paper
    """
)
# Behind all the rest.
ENDINGS = _list(
    """
    pls, plz, please, thx, thanks, thank you, lol, haha, if possible, or something, or so, you know,
    it should feel warm
    and cozy, make it cute, nothing else, that's it, ok?, could you draw that, i would love that, not too complicated,
    it should look friendly, asap
    """
)
# What somebody's own is called; it is not drawn.
PET_NAMES = _list(
    """
    bella, max, luna, charlie, mr. whiskers, rex, daisy, milo, coco, sir barks a lot, oscar, ruby, princess fluff,
    lucy,
    named bob, called rosie, named sparky, called mr. pickles, whose name is tom, named after my uncle
    """
)
ADVERBS = _list(
    "happily, quietly, proudly, slowly, peacefully, gently, calmly, gracefully, sadly, angrily, comfortably, all alone"
)
PURPOSES = _list(
    """
    for my daughter's birthday, for a t-shirt, for my son's room, as a gift, for kids, for my website, for a mug,
    for my blog, for a birthday card, for my phone, for a children's book, for work, for a logo, for a friend, for a
    poster, for my mom, for school, to print
    """
)
# Words between two things, behind their subject; "wear", "hold" and "ride" want objects of their own.
VERBS = {
    "any": _list("""
        on, on, on, on top of, in, in, inside, under, under, underneath, below, beneath, above, above, over, floating
        above, flying over, hovering over, to the left of, left of, to the right of, right of, on the left of, on the
        right of, on the left side of, in front of, in front of, behind, behind, next to, next to, beside, near, close
        to, by, with, with, with, sitting on, standing on, lying on, sleeping on, perched on, sitting in, sitting
        under, hiding behind, hiding in, hiding under, standing next to, standing in front of, looking at, facing,
        staring at, chasing, watching, hugging, kissing, fighting, coming out of, emerging from, popping out of,
        jumping out of, jumping over, climbing, surrounded by, leaning against, resting on, hanging from, floating on,
        sailing on, walking on, running from, playing with, talking to, attacking, guarding, inside of, atop, against,
        across from, around, wrapped around, pulling, pushing, carrying, watering, walking, howling at, balancing,
        petting, feeding, crossing, orbiting, following, protecting, pointing at, landing on, dancing with,
        hatching from,
        barking at, swimming in, racing, driving past, lifting
        """,
    ),
    "wear": _list("""
        wearing, wearing, wearing, wearing, dressed in, in, in, with, with, wears, that wears, who is wearing, has
        """),
    "hold": _list("""
        holding, holding, holding, carrying, eating, drinking, with, with, reading, playing, using, waving, throwing,
        that holds, who is holding, holds, swinging, raising, stealing, cooking, painting, having, juggling, catching,
        biting, licking, smelling, sipping, typing on, cutting, baking, kicking, dribbling, serving, chewing, hiding
        """),
    "ride": _list("""
        riding, riding, riding, driving, on, rides, flying, sitting on, that is riding, galloping on, steering
        """),
}  # fmt: skip
