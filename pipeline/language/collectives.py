"""Words for many different things, and which of these are drawn for them; written by hand."""

__all__ = ["members_of"]

# Word -> its members, the most typical first. One of them ("a fruit") stands in ``stand_ins.TYPICAL``.
_MEMBERS = {
    name: tuple(members.split(", "))
    for members, names in {
        "red apple, banana, grapes, tangerine, pear, strawberry, pineapple, watermelon": "fruit, fruits, fresh fruit",
        "carrot, tomato, broccoli, eggplant, ear of corn, potato, onion, cucumber":
            "vegetables, veggies, fresh vegetables, greens",
        "dog, cat, rabbit, bear, elephant, lion, cow, owl": "animals, creatures, cute animals",
        "cow, pig, chicken, horse, ewe, goat, duck, rooster": "farm animals, barn animals",
        "lion, elephant, giraffe, zebra, monkey, crocodile, hippopotamus, tiger":
            "zoo animals, wild animals, jungle animals, safari animals, african animals",
        "fox, bear, owl, deer, rabbit, hedgehog, squirrel, badger": "forest animals, woodland animals",
        "octopus, tropical fish, turtle, crab, dolphin, spouting whale, shark, squid":
            "sea animals, sea creatures, ocean animals, marine animals, sea life",
        "dog, cat, rabbit, hamster, parrot, turtle": "pets",
        "lady beetle, butterfly, honeybee, ant, snail, spider": "insects, bugs, garden bugs",
        "hammer, wrench, screwdriver, carpentry saw, axe, toolbox": "tools, hand tools",
        "guitar, violin, trumpet, drum, saxophone, accordion": "musical instruments, instruments, music instruments",
        "pencil, straight ruler, backpack, notebook, scissors, crayon": "school supplies, stationery, school things",
        "paperclip, pen, notebook, straight ruler, scissors": "office supplies",
        "teddy bear, kite, soccer ball, yo-yo, puzzle piece, robot": "toys, kids toys, children's toys",
        "candy, lollipop, chocolate bar, doughnut, cookie": "sweets, candies, confectionery",
        "cupcake, ice cream, doughnut, shortcake, cookie, custard": "desserts, pastries",
        "hamburger, french fries, pizza, hot dog, taco": "fast food, junk food, snacks, foods",
        "hot beverage, cup with straw, tropical drink, beer mug, wine glass": "drinks, beverages",
        "croissant, cooking, hot beverage, pancakes, bacon": "breakfast",
        "automobile, bus, bicycle, airplane, sailboat, locomotive": "vehicles, means of transport, transport",
        "t-shirt, jeans, dress, socks, coat, shorts": "clothes, clothing, garments",
        "soccer ball, basketball, tennis, baseball, volleyball": "balls, sports balls, different balls",
        "long sword, axe, bow and arrow, shield, dagger": "weapons, medieval weapons",
        "birthday cake, balloon, wrapped gift, party popper": "birthday party, birthday things, birthday celebration",
        "basket, sandwich, red apple, cup with straw": "picnic",
        "teapot, teacup without handle, cupcake": "tea party, tea time, teatime",
        "tulip, sunflower, fallen leaf, snowman": "seasons, the seasons",
        "red circle, red square, star, red heart": "shapes, geometric shapes",
        "sun, cloud with rain, snowflake, rainbow, high voltage": "weather icons, weather symbols",
        "bread, cheese wedge, egg, glass of milk, red apple": "groceries, grocery",
        "palm tree, beach ball, umbrella on ground, sunglasses": "beach things, beach items, summer things",
    }.items()
    for name in names.split(", ")
}  # fmt: skip
_ANY = frozenset("different various assorted mixed several some many fresh cute colorful colourful".split())
_WHOLE = frozenset(("birthday party", "picnic", "breakfast", "tea party"))  # of which one has several things, too


def members_of(said: str, *, one: bool = False) -> tuple[str, ...]:
    """What is drawn for words that mean many different things, the most typical first; () where they mean none.

    Args:
        said: in small letters: "fruit", "different farm animals".
        one: whether an "a" is told of it: "a fruit" is one.
    """
    words = said.split()
    while len(words) > 1 and words[0] in _ANY:
        words = words[1:]
    name = " ".join(words)
    if one and name not in _WHOLE:
        return ()
    return _MEMBERS.get(name, ())
