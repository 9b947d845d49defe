"""Twenty relations, twenty pairs each, for ``pipeline.evaluation.relations``: "thing > other", pairs by commas."""

__all__ = ["RELATION_PAIRS"]

RELATION_PAIRS = {
    "on": """
        cat > table, apple > plate, bird > branch, ladybug > leaf, frog > mushroom, owl > chest, candle >
        cake, laptop > desk, penguin > sled, teddy bear > bed, crown > pillow, parrot > pirate ship,
        monkey > elephant, rooster > house, strawberry > cupcake, snail > book, butterfly > flower, robot
        > skateboard, squirrel > log, duck > turtle
    """,
    "in": """
        goldfish > bowl, cat > cardboard box, flowers > vase, bear > bathtub, pencil > cup, puppy >
        basket, bird > cage, monkey > car, rabbit > hat, soup > pot, panda > boat, baby > stroller, dog >
        bucket, cactus > pot, kitten > teacup, eggs > nest, frog > bathtub, tulip > vase, apple > bag,
        hamster > mug
    """,
    "under": """
        dog > table, elephant > tree, cat > umbrella, mouse > chair, fox > bridge, sheep > tree, car >
        bridge, frog > mushroom, gift > christmas tree, rabbit > umbrella, ball > bed, bench > tree, cow
        > cloud, cat > bed, tent > tree, penguin > rainbow, whale > boat, duck > umbrella, horse > apple
        tree, turtle > palm tree
    """,
    "above": """
        bird > house, airplane > mountain, bee > flower, moon > castle, kite > tree, cloud > lighthouse,
        helicopter > car, rocket > moon, star > christmas tree, butterfly > cat, balloon > dog, sun >
        mountain, ufo > cow, eagle > ship, bat > pumpkin, rainbow > house, dragon > castle, heart > hand,
        bell > church, lamp > table
    """,
    "to the left of": """
        cat > dog, apple > banana, car > house, tree > barn, cup > teapot, fox > rabbit, guitar > drum,
        moon > star, lion > tiger, chair > table, bicycle > bus, cow > sheep, rose > tulip, robot >
        rocket, pizza > burger, clock > lamp, frog > duck, hammer > wrench, king > queen, camel > palm
        tree
    """,
    "to the right of": """
        dog > cat, banana > pear, bus > traffic light, barn > tractor, spoon > bowl, owl > mouse, piano >
        violin, sun > cloud, bear > wolf, sofa > lamp, boat > lighthouse, pig > hen, cactus > rock, alien
        > ufo, donut > coffee, book > pencil, turtle > crab, axe > tree, witch > cat, ball > box
    """,
    "in front of": """
        cat > house, car > castle, dog > door, tractor > barn, penguin > igloo, boy > school, bicycle >
        tree, cow > mountain, robot > rocket, snowman > house, lion > tent, motorcycle > garage, fox >
        tree, bench > fountain, sheep > windmill, pumpkin > house, camel > pyramid, dragon > castle, duck
        > boat, chair > piano
    """,
    "behind": """
        cat > box, mountain > house, tree > car, bear > tent, moon > tree, dog > sofa, castle > knight,
        rainbow > horse, sun > cloud, fox > bush, elephant > car, volcano > dinosaur, lighthouse > boat,
        tiger > rock, windmill > cow, wall > cat, rabbit > pumpkin, owl > tree, palm tree > tent, giraffe
        > house
    """,
    "next to": """
        cat > fish bowl, dog > ball, teapot > cup, mouse > cheese, astronaut > rocket, fox > mushroom,
        lamp > bed, bee > honey pot, elephant > mouse, robot > computer, candle > book, rabbit > carrot,
        penguin > snowman, tree > house, shark > boat, monkey > banana, camel > cactus, frog > lotus, bat
        > pumpkin, bicycle > bench
    """,
    "holding": """
        cat > balloon, panda > bamboo, robot > flower, penguin > umbrella, bear > heart, monkey > banana,
        knight > sword, rabbit > carrot, wizard > staff, dog > bone, astronaut > flag, girl > book, frog
        > guitar, chef > pizza, squirrel > acorn, snowman > broom, witch > lantern, boy > kite, dinosaur
        > cupcake, koala > leaf
    """,
    "wearing": """
        cat > hat, dog > glasses, penguin > scarf, frog > crown, bear > headphones, rabbit > bow, fox >
        sunglasses, owl > top hat, panda > scarf, duck > boots, robot > bow tie, lion > crown, pig >
        party hat, elephant > shoes, snowman > scarf, monkey > headphones, mouse > cap, koala > glasses,
        cow > cowboy hat, tiger face > santa hat
    """,
    "riding": """
        astronaut > horse, cat > bicycle, monkey > elephant, knight > dragon, dog > skateboard, penguin >
        sled, robot > motorcycle, witch > broom, frog > turtle, cowboy > horse, bear > unicycle, rabbit >
        scooter, mouse > cat, fox > deer, wizard > unicorn, pig > tractor, alien > ufo, boy > camel,
        panda > motor scooter, duck > dolphin
    """,
    "sitting on": """
        cat > chair, dog > sofa, bear > bench, king > throne, bird > fence, frog > stool, owl > books,
        panda > swing, robot > sofa, penguin > iceberg, monkey > rock, rabbit > armchair, mouse > cheese,
        fox > log, witch > pumpkin, girl > bench, lion > throne, teddy bear > chair, parrot > barrel,
        koala > bed
    """,
    "with": """
        cat > ball, wizard > wand, girl > dog, robot > laptop, farmer > cow, pirate > parrot, chef >
        cake, bear > honey pot, rabbit > egg, witch > cauldron, boy > skateboard, penguin > fish, mouse >
        cheese, king > castle, fox > lantern, monkey > drum, astronaut > telescope, panda > guitar, santa
        > gift, frog > umbrella
    """,
    "inside": """
        fish > bottle, cat > box, ship > bottle, bird > cage, robot > car, rabbit > hat, dog > tent, bear
        > barrel, heart > box, astronaut > rocket, butterfly > jar, plant > jar, monkey > barrel, frog >
        teapot, turtle > aquarium, ghost > pumpkin, mouse > shoe, panda > bucket, baby > egg, snowman >
        snow globe
    """,
    "coming out of": """
        rabbit > hat, cat > box, snake > basket, chick > egg, ghost > bottle, genie > lamp, mouse >
        cheese, bear > barrel, frog > pot, worm > apple, flower > book, rocket > box, octopus > bucket,
        bird > nest, alien > ufo, dog > bag, dragon > egg, fox > bush, cake > oven, heart > envelope
    """,
    "facing": """
        cat > dog, lion > tiger, robot > alien, knight > dragon, mouse > elephant, man > woman, fox >
        rabbit, wolf > sheep, cow > pig, penguin > seal, hen > rooster, king > queen, bear > bee, duck >
        frog, dinosaur > car, ghost > pumpkin, boy > girl, snail > turtle, dog > snowman, monkey > parrot
    """,
    "surrounded by": """
        cat > flowers, dog > hearts, robot > gears, panda > bamboo, house > trees, astronaut > stars,
        frog > mushrooms, unicorn > butterflies, pizza > tomatoes, king > coins, rabbit > carrots, planet
        > stars, girl > balloons, bear > bees, cake > candles, penguin > snowflakes, castle > clouds, fox
        > leaves, monkey > bananas, gift > stars
    """,
    "hanging from": """
        monkey > tree, bat > branch, lamp > ceiling fan, spider > leaf, bell > bow, key > hook, apple >
        branch, sloth > branch, lantern > tree, swing > tree, heart > balloon, basket > hot air balloon,
        koala > umbrella, star > moon, banana > tree, cat > balloon, ornament > christmas tree, bear >
        parachute, medal > ribbon, mouse > kite
    """,
    "ground": """
        cat > on grass, dolphin > on the sea, penguin > in snow, owl > in a night sky, camel > in the
        desert, sofa > in a room, sheep > in a meadow, boat > on the ocean, snowman > in the snow, moon >
        in the night sky, cactus > in the desert, dog > in a living room, crab > on the beach, rocket >
        in space, fox > in a forest, car > in the street, fish > on the sea, bear > in the snow, unicorn
        > at a sunset, robot > in a room
    """,
}
RELATION_PAIRS = {relation: " ".join(text.split()) for relation, text in RELATION_PAIRS.items()}
