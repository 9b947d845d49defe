"""Everyday words that several things share, and the one that people mean when they say no more.

Only words that the pictures' own metadata has as a name or keyword are read from here: it settles, it does not add.
"""

__all__ = ["COMMON_WORDS"]

COMMON_WORDS = {
    "animal": "dog face", "apple": "red apple", "arrow": "right arrow", "bag": "handbag", "ball": "soccer ball",
    "bathroom": "bathtub", "beach": "beach with umbrella", "beer": "beer mug", "birthday": "birthday cake",
    "boat": "sailboat", "book": "closed book", "box": "package", "building": "office building",
    "bulb": "light bulb", "cake": "birthday cake", "cap": "billed cap", "car": "automobile",
    "cheese": "cheese wedge", "chick": "baby chick", "christmas": "christmas tree", "circle": "red circle",
    "city": "cityscape", "clock": "mantelpiece clock", "coffee": "hot beverage", "computer": "laptop",
    "cone": "soft ice cream", "corn": "ear of corn", "cup": "hot beverage", "dessert": "cupcake",
    "diamond": "gem stone", "dinosaur": "t-rex", "doctor": "health worker", "donut": "doughnut",
    "drink": "tropical drink", "earth": "globe showing europe-africa", "face": "grinning face", "farm": "tractor",
    "film": "movie camera", "flag": "triangular flag", "flower": "blossom", "food": "hamburger",
    "football": "soccer ball", "fork": "fork and knife", "fries": "french fries", "fruit": "red apple",
    "game": "video game", "garden": "house with garden", "gift": "wrapped gift", "glass": "wine glass",
    "globe": "globe showing europe-africa", "gun": "water pistol", "hand": "raised hand", "happy": "grinning face",
    "hat": "top hat", "heart": "red heart", "home": "house", "hot pepper": "hot pepper", "ice": "ice",
    "insect": "lady beetle", "king": "prince", "kitten": "cat face", "knife": "kitchen knife",
    "ladybug": "lady beetle", "lamp": "light bulb", "letter": "envelope", "light": "light bulb",
    "lightning": "high voltage", "lock": "locked", "love": "red heart", "luggage": "luggage", "magic": "magic wand",
    "mail": "envelope", "meat": "cut of meat", "medal": "sports medal", "medicine": "pill", "milk": "glass of milk",
    "money": "money bag", "monkey": "monkey face", "monster": "ogre", "moon": "crescent moon",
    "movie": "clapper board", "mug": "beer mug", "music": "musical notes", "noodles": "steaming bowl",
    "ocean": "water wave", "orange": "tangerine", "paint": "artist palette", "pants": "jeans",
    "paper": "page facing up", "party": "party popper", "phone": "mobile phone", "pistol": "water pistol",
    "plane": "airplane", "planet": "ringed planet", "plant": "potted plant", "poop": "pile of poo",
    "present": "wrapped gift", "queen": "princess", "rain": "cloud with rain", "rice": "cooked rice",
    "sad": "crying face", "salad": "green salad", "sandal": "woman's sandal", "sea": "water wave",
    "shirt": "t-shirt", "shoe": "running shoe", "smile": "smiling face", "smiley": "smiling face",
    "sneaker": "running shoe", "snow": "snowflake", "soccer": "soccer ball", "soup": "steaming bowl",
    "space": "rocket", "square": "red square", "storm": "cloud with lightning and rain", "suitcase": "luggage",
    "sweet": "candy", "sword": "crossed swords", "tea": "teacup without handle", "temple": "classical building",
    "tool": "hammer and wrench", "toy": "teddy bear", "train": "locomotive", "travel": "luggage",
    "tree": "deciduous tree", "truck": "delivery truck", "tv": "television", "ufo": "flying saucer",
    "vegetable": "carrot", "water": "droplet", "wave": "water wave", "weather": "sun behind cloud",
    "wine": "wine glass", "winter": "snowman", "witch": "mage", "wizard": "mage",
}  # fmt: skip
