"""The props of a scene: one table of what each is like, and the nearest drawn one for other nouns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from storygptv.toon.pen import Pen, Point, Sheet

from . import props_buildings as buildings
from . import props_clothes as clothes
from . import props_food as food
from . import props_furniture as furniture
from . import props_house as house
from . import props_outside as outside
from . import props_tools as tools
from . import props_toys as toys
from . import props_vehicles as vehicles
from .props_nearest import NEAREST_PROP

__all__ = ["NEAREST_PROP", "PROPS", "Prop", "draw_prop", "nearest_prop", "prop_box", "prop_of"]

SIZES = ("small", "medium", "large", "huge")
"""small: in one hand; medium: in both arms or on the ground; large: furniture; huge: what people stand before."""
WHERES = ("ground", "air", "wall", "water", "head", "face", "neck", "body", "hands", "feet")


@dataclass(frozen=True)
class Prop:
    """How a prop is drawn, standing on the origin in units of a person 80 units tall.

    `where` tells where it is when nobody holds it (ground, air, wall, water), or on which part of a body it is worn;
    `grip` is the point of it that a hand holds; `box` its left, top, right and bottom.
    """

    draw: Callable[[Pen, str], None]
    color: str
    size: str = "small"
    where: str = "ground"
    grip: Point = (0, -4)


def _p(
    draw: Callable[[Pen, str], None], color: str, grip: Point | float = -4, size: str = "small", where: str = "ground"
) -> Prop:
    """Return a prop whose grip may be given by its height alone."""
    return Prop(draw, color, size, where, grip if isinstance(grip, tuple) else (0, grip))


_M, _L, _H = "medium", "large", "huge"
FOOD: dict[str, Prop] = {
    "apple": _p(food.apple, "#e2473f"), "orange": _p(food.round_fruit, "#f7962f"),
    "plum": _p(food.round_fruit, "#8a5bb8"),
    "coconut": _p(food.round_fruit, "#8a5c38"), "tomato": _p(food.tomato, "#e8463e"),
    "lemon": _p(food.lemon, "#ffe14a"),
    "mango": _p(food.round_fruit, "#f9b233"), "pear": _p(food.pear, "#b5d24a"), "banana": _p(food.banana, "#ffdc3d"),
    "cherry": _p(food.cherry, "#d9303f", -16), "grape": _p(food.grape, "#8f5fc4", -16),
    "strawberry": _p(food.strawberry, "#ea3f4d"), "potato": _p(food.potato, "#cfa268"),
    "carrot": _p(food.carrot, "#f58a2c", -10), "turnip": _p(food.turnip, "#c77fc0", -8),
    "pumpkin": _p(food.pumpkin, "#f58f2e", size=_M), "lettuce": _p(food.cabbage, "#9fd668"),
    "cabbage": _p(food.cabbage, "#b5dc8c"), "corn": _p(food.corn, "#ffd53f"), "onion": _p(food.onion, "#d99a5a"),
    "mushroom": _p(food.mushroom, "#e5483f"), "watermelon": _p(food.watermelon, "#ee4f58"),
    "berry": _p(food.berry, "#5b6fd0"), "nut": _p(food.nut, "#c98f4e"), "egg": _p(food.egg, "#fff1dc"),
    "bread": _p(food.bread, "#d9984e"), "toast": _p(food.toast, "#d9a05a"), "bun": _p(food.bun, "#e0a352"),
    "sandwich": _p(food.sandwich, "#e9bd74"), "cheese": _p(food.cheese, "#ffcf3d"),
    "pizza": _p(food.pizza, "#ffd668"),
    "cake": _p(food.cake, "#ff8fc0", 0), "pie": _p(food.pie, "#e0a14f", 0), "pancake": _p(food.pancake, "#eebb6c", 0),
    "cookie": _p(food.cookie, "#d9a15c"), "ice cream": _p(food.ice_cream, "#ff9fc6"),
    "popcorn": _p(food.popcorn, "#e4504e"), "chips": _p(food.chips, "#e4504e"), "soup": _p(food.soup, "#f0a24a", -3),
    "porridge": _p(food.soup, "#f0dfb4", -3), "noodle": _p(food.noodles, "#ffe08a", -3),
    "sausage": _p(food.sausage, "#d9705a", -6), "dumpling": _p(food.dumpling, "#fbeeda"),
    "milk": _p(food.milk, "#5fa8ea", -8),
    "juice": _p(food.juice, "#ffb52e", -8), "lemonade": _p(food.juice, "#ffe36a", -8),
    "sweet": _p(food.sweet, "#f0609a"),
    "lollipop": _p(food.lollipop, "#e84f8a", 0), "jam": _p(food.jar, "#d9405a", -8),
    "honey": _p(food.jar, "#f5b12e", -8),
    "fish": _p(food.fish, "#5aa6e0", (9, -8)), "meat": _p(food.meat, "#b96a44", (12, -2)),
    "ham": _p(food.ham, "#f29a9a"),
    "butter": _p(food.butter, "#ffe36a", 0), "bean": _p(food.beans, "#6fb04a"),
    "flour": _p(food.flour, "#e8b94a", -8),
    "dough": _p(food.bun, "#f6e6c4"), "yam": _p(food.potato, "#d9854a"),
}  # fmt: skip
_HOUSE = {
    "bed": _p(furniture.bed, "#7fa8e8", size=_H), "chair": _p(furniture.chair, "#c8935c", -30, _L),
    "armchair": _p(furniture.armchair, "#e4876a", size=_L), "sofa": _p(furniture.sofa, "#7fb0e0", size=_H),
    "table": _p(furniture.table, "#c8935c", size=_L), "desk": _p(furniture.desk, "#d3a165", size=_L),
    "shelf": _p(furniture.shelf, "#b98353", size=_L), "wardrobe": _p(furniture.wardrobe, "#c08a58", size=_L),
    "door": _p(furniture.door, "#d9705a", size=_L), "open door": _p(furniture.open_door, "#d9705a", size=_L),
    "window": _p(furniture.window, "#fffaf0", size=_L, where="wall"),
    "curtain": _p(furniture.curtain, "#e4695f", size=_L, where="wall"),
    "rug": _p(furniture.rug, "#d9705a", size=_L), "lamp": _p(house.lamp, "#ffc629", -6),
    "lantern": _p(house.lantern, "#4f6f8f", -24), "candle": _p(house.candle, "#fff1d8", -6),
    "torch": _p(house.torch, "#e4695f", (-6, -2)), "clock": _p(house.clock, "#e4695f", -8),
    "mirror": _p(furniture.mirror, "#c99a52", size=_L), "picture": _p(house.picture, "#c08a58", -3, _M),
    "cup": _p(house.cup, "#4fb0d9", (11, -7)), "glass": _p(house.glass, "#8fd0f2", -8),
    "plate": _p(house.plate, "#f4f7fa", -3),
    "bowl": _p(house.bowl, "#6fa8e8", -3), "spoon": _p(house.spoon, "#c3ccd5", -2),
    "fork": _p(house.fork, "#c3ccd5", -2),
    "knife": _p(house.knife, "#6b4a30", -2), "pot": _p(house.pot, "#e4695f", (14, -10)),
    "pan": _p(house.pan, "#4f5866", (22, -8)),
    "kettle": _p(house.kettle, "#5aa6a0", -21), "teapot": _p(house.teapot, "#8fb0ea", (-14, -9)),
    "bottle": _p(house.bottle, "#6fb878", -9), "jug": _p(house.jug, "#8fb0ea", (13, -10)),
    "tin": _p(house.tin, "#e4695f", -6),
    "jar": _p(food.jar, "#cfeaf5", -8), "tray": _p(house.tray, "#c08a58", (-18, -5), _M),
    "basket": _p(house.basket, "#cf9a55", -24, _M), "bucket": _p(house.bucket, "#4f7ff0", -23, _M),
    "bag": _p(house.bag, "#b06fc0", -23, _M), "suitcase": _p(house.suitcase, "#b5704a", -25, _M),
    "box": _p(house.box, "#c79a63", -3, _M), "chest": _p(house.chest, "#a9713f", -3, _M),
    "sack": _p(house.sack, "#cfae7c", -20, _M),
    "broom": _p(house.broom, "#a9713f", -32, _M), "brush": _p(house.brush, "#c08a58", -2),
    "sponge": _p(house.sponge, "#ffd84a"),
    "soap": _p(house.soap, "#f5a6c4"), "towel": _p(house.towel, "#6fb8d9", size=_M),
    "blanket": _p(house.blanket, "#b088d9", size=_M),
    "pillow": _p(house.pillow, "#f5f1ea", size=_M), "cushion": _p(house.pillow, "#f2a65a", size=_M),
    "toothbrush": _p(house.toothbrush, "#4fb0d9", -2), "bath": _p(furniture.bath, "#fbfdfe", size=_H),
    "piano": _p(furniture.piano, "#6b4630", size=_L), "stove": _p(furniture.stove, "#e8ecf0", size=_L),
    "fridge": _p(furniture.fridge, "#e8f0f4", size=_L), "television": _p(furniture.television, "#8a6a52", size=_L),
    "computer": _p(house.computer, "#8fd0f2", size=_M), "phone": _p(house.phone, "#8fd0f2", -5),
    "ladder": _p(house.ladder, "#d9a35a", -40, _H), "stairs": _p(furniture.stairs, "#c99a68", size=_H),
    "fire": _p(furniture.fire, "#f6853c", size=_L), "board": _p(furniture.board, "#3f7d63", size=_L),
    "hammock": _p(furniture.hammock, "#e4876a", size=_H),
    "sleeping bag": _p(furniture.sleeping_bag, "#5f9fe0", size=_L),
    "counter": _p(furniture.counter, "#c08a58", size=_L), "sink": _p(furniture.sink, "#f4f7fa", size=_L),
    "fireplace": _p(furniture.fireplace, "#c98d76", size=_L),
}  # fmt: skip
_TOYS = {
    "ball": _p(toys.ball, "#f04e4e"), "football": _p(toys.football, "#34323d"),
    "balloon": _p(toys.balloon, "#f0408f", 0, where="air"), "kite": _p(toys.kite, "#ff8b1f", 6, _M, "air"),
    "teddy": _p(toys.teddy, "#b57a42", -8, _M), "toy rabbit": _p(toys.rabbit_toy, "#d9c8b8", -8, _M),
    "doll": _p(toys.doll, "#e86fa8", -12, _M),
    "drum": _p(toys.drum, "#d9433f", -3, _M), "guitar": _p(toys.guitar, "#d98324", (10, -20), _M),
    "violin": _p(toys.violin, "#b5652e", (6, -18), _M), "trumpet": _p(toys.trumpet, "#f0bd3f", (-2, -6)),
    "flute": _p(toys.flute, "#c08a58", -7), "whistle": _p(toys.whistle, "#c3ccd5", -8),
    "accordion": _p(toys.accordion, "#d9433f", -8, _M), "bell": _p(toys.bell, "#f0bd3f", -21),
    "triangle": _p(toys.triangle, "#c3ccd5", -20), "music": _p(toys.music, "#5b4a8a", where="air"),
    "train": _p(vehicles.train, "#d9584e", size=_H), "car": _p(vehicles.car, "#e4504e", size=_H),
    "bus": _p(vehicles.bus, "#e8a33a", size=_H),
    "van": _p(vehicles.van, "#4f8fd9", size=_H), "tractor": _p(vehicles.tractor, "#4fa05a", size=_H),
    "bicycle": _p(vehicles.bicycle, "#e8453c", (11, -31), _L),
    "scooter": _p(vehicles.scooter, "#3fae8a", (12, -34), _M),
    "boat": _p(vehicles.boat, "#c0633f", size=_L, where="water"),
    "rowing boat": _p(vehicles.rowing_boat, "#c0714a", size=_H, where="water"),
    "raft": _p(vehicles.raft, "#b98353", size=_L, where="water"),
    "airplane": _p(vehicles.airplane, "#e8ecf2", size=_L, where="air"),
    "paper plane": _p(toys.paper_plane, "#fdfdfb", where="air"), "rocket": _p(vehicles.rocket, "#e4504e", size=_L),
    "hot-air balloon": _p(vehicles.hot_air_balloon, "#e4695f", size=_H, where="air"),
    "swing": _p(toys.swing, "#e2605a", size=_H),
    "slide": _p(toys.slide, "#ffc94a", size=_H), "seesaw": _p(toys.seesaw, "#e9873f", size=_L),
    "trampoline": _p(toys.trampoline, "#4f8fd9", size=_L), "goal": _p(toys.goal, "#fdfdfb", size=_L),
    "sledge": _p(vehicles.sledge, "#d9705a", (22, -12), _M), "ski": _p(toys.ski, "#4f8fd9", -24, _M),
    "skateboard": _p(vehicles.skateboard, "#3fae8a", -7, _M), "snowman": _p(toys.snowman, "#e4504e", size=_L),
    "sandcastle": _p(toys.sandcastle, "#eecb7e", size=_M), "snowball": _p(toys.snowball, "#f4f8fd"),
    "bubble": _p(toys.bubble, "#cfeafc", where="air"), "card": _p(toys.card, "#e4404e"),
    "jigsaw": _p(toys.jigsaw, "#5fae8a"),
    "block": _p(toys.blocks, "#e4695f"), "mask": _p(toys.mask, "#b088d9", where="face"),
    "wand": _p(toys.wand, "#ffd84a", (-6, -2)),
    "star": _p(toys.star, "#ffd84a", where="air"), "piñata": _p(toys.pinata, "#f0609a", -24, _M, "air"),
    "toy duck": _p(toys.toy_duck, "#ffd84a"),
}  # fmt: skip
_TOOLS = {
    "book": _p(tools.book, "#d63a3a"), "open book": _p(tools.open_book, "#d63a3a", 6),
    "letter": _p(tools.letter, "#e4504e"),
    "paper": _p(tools.paper, "#fdfbf4"), "newspaper": _p(tools.newspaper, "#f1f1ec"),
    "map": _p(tools.picture_map, "#f2dda4"),
    "pencil": _p(tools.pencil, "#ffc93d", -8), "pen": _p(tools.pen_, "#4f7fd9", -8),
    "paint": _p(tools.paint, "#e4504e", -3),
    "palette": _p(tools.palette, "#e0b077"), "chalk": _p(tools.chalk, "#fdfdfb"),
    "scissors": _p(tools.scissors, "#e4695f"),
    "camera": _p(tools.camera, "#4f5866"), "ticket": _p(tools.ticket, "#ffd977", -8),
    "stamp": _p(tools.stamp, "#5f9fe0"),
    "coin": _p(tools.coin, "#f5c33b"), "key": _p(tools.key, "#f0bd3f", (-8, -6)),
    "magnifying glass": _p(tools.lens, "#6b4a30", (11, -1)),
    "telescope": _p(tools.telescope, "#c99a52", -8), "hammer": _p(tools.hammer, "#c08a58", 0),
    "axe": _p(tools.axe, "#c08a58", -4),
    "saw": _p(tools.saw, "#e4876a", (-11, -6)), "spade": _p(tools.spade, "#e4504e", -24, _M),
    "rake": _p(tools.rake, "#8a97a3", -28, _M),
    "stick": _p(tools.stick, "#9a6a42", (-10, -3)), "rope": _p(tools.rope, "#d9b679", -6),
    "wool": _p(tools.wool, "#e86fa8"),
    "net": _p(tools.net, "#e6f1f5", (15, 0), _M), "fishing rod": _p(tools.fishing_rod, "#b98353", (-9, -4), _M),
    "oar": _p(tools.oar, "#c99a68", -26, _M), "wheelchair": _p(tools.wheelchair, "#4f8fd9", (-17, -38), _L),
    "pushchair": _p(tools.pushchair, "#5fae8a", (-20, -34), _L),
    "wheelbarrow": _p(tools.wheelbarrow, "#5fae5a", (-26, -15), _M),
    "cart": _p(tools.cart, "#c08a58", (38, -20), _L), "trolley": _p(tools.trolley, "#e4504e", (-20, -36), _L),
    "hose": _p(tools.hose, "#4fa05a", (17, -17), _M), "watering can": _p(tools.watering_can, "#4f9fd9", -20, _M),
    "plaster": _p(tools.plaster, "#f2bf94", -8), "bandage": _p(tools.bandage, "#f4f1ea"),
    "medicine": _p(tools.medicine, "#d98f5a", -8),
    "sword": _p(tools.sword, "#f0bd3f", (-1, 0), _M), "shield": _p(tools.shield, "#d9433f", -12, _M),
    "spear": _p(tools.spear, "#c3ccd5", -26, _M),
    "flag": _p(tools.flag, "#e4504e", (-10, -12), _M), "magnet": _p(tools.magnet, "#e4504e", -17),
    "wheel": _p(tools.wheel, "#c3ccd5"),
    "bulb": _p(tools.bulb, "#fff0a0"), "toy robot": _p(tools.robot, "#8fb0c8", -10, _M),
}  # fmt: skip
_CLOTHES = {
    "hat": _p(clothes.hat, "#c08a58", -3, where="head"), "top hat": _p(clothes.top_hat, "#34323d", -3, where="head"),
    "cap": _p(clothes.cap, "#4f7fd9", -3, where="head"), "helmet": _p(clothes.helmet, "#ef6a3a", -3, where="head"),
    "knight helmet": _p(clothes.knight_helmet, "#b9c3cf", -3, where="head"),
    "crown": _p(clothes.crown, "#f5c33b", -3, where="head"),
    "glasses": _p(clothes.glasses, "#3a4250", -7, where="face"),
    "goggles": _p(clothes.goggles, "#3fae8a", -7, where="face"),
    "coat": _p(clothes.coat, "#c0593f", -30, _M, "body"), "jumper": _p(clothes.jumper, "#3fa07a", -20, _M, "body"),
    "shirt": _p(clothes.shirt, "#5f9fe0", -20, _M, "body"), "dress": _p(clothes.dress, "#e86fa8", -26, _M, "body"),
    "cape": _p(clothes.cape, "#d9433f", -27, _M, "body"), "apron": _p(clothes.apron, "#7fb0e0", -24, _M, "body"),
    "shoe": _p(clothes.shoe, "#d9584e", where="feet"), "boot": _p(clothes.boot, "#f2b632", -12, where="feet"),
    "slipper": _p(clothes.slipper, "#8f7fd0", where="feet"), "sock": _p(clothes.sock, "#e4695f", -16, where="feet"),
    "glove": _p(clothes.glove, "#4f8fd9", where="hands"), "mitten": _p(clothes.mitten, "#e4504e", where="hands"),
    "scarf": _p(clothes.scarf, "#e4504e", -8, where="neck"), "ribbon": _p(clothes.ribbon, "#f0609a", -8),
    "tie": _p(clothes.tie, "#4f7fd9", -16, where="neck"), "umbrella": _p(clothes.umbrella, "#7b4fd0", -6, _M),
    "closed umbrella": _p(clothes.closed_umbrella, "#7b4fd0", 0, _M),
    "armour": _p(clothes.armour, "#b9c3cf", -20, _M, "body"),
    "button": _p(clothes.button, "#4fb0a0"), "beard": _p(clothes.beard, "#f1f1ee", where="face"),
    "ring": _p(clothes.ring, "#f5c33b"),
    "necklace": _p(clothes.necklace, "#f4f0ea", where="neck"),
    "backpack": _p(clothes.backpack, "#4f9f7a", -25, _M, "body"),
    "armband": _p(clothes.armband, "#ff8f3f", where="hands"),
    "red nose": _p(clothes.red_nose, "#e8303a", where="face"),
}  # fmt: skip
_OUTSIDE = {
    "tree": _p(outside.tree, "#58b25c", size=_H), "pine": _p(outside.pine, "#4b9a69", size=_H),
    "christmas tree": _p(outside.christmas_tree, "#4b9a69", size=_H), "bush": _p(outside.bush, "#62b166", size=_L),
    "hedge": _p(outside.hedge, "#58a85c", size=_L), "flower": _p(outside.flower, "#f56fd0", -5),
    "rose": _p(outside.rose, "#e4304e", -5),
    "sunflower": _p(outside.sunflower, "#ffc93d", -10, _M), "plant": _p(outside.plant, "#d9805a", -4),
    "leaf": _p(outside.leaf, "#e0873c", 0),
    "clover": _p(outside.clover, "#4fb04a", 0), "rock": _p(outside.rock, "#9a98a4", size=_M),
    "stone": _p(outside.stone, "#a7a4ac"),
    "log": _p(outside.log, "#a9713f", size=_M), "stump": _p(outside.stump, "#a9713f", size=_M),
    "plank": _p(outside.plank, "#d3a165", size=_M),
    "straw": _p(outside.straw, "#f2cf6a", size=_M), "nest": _p(outside.nest, "#a9804a"),
    "hole": _p(outside.hole, "#a9805a", size=_M),
    "puddle": _p(outside.puddle, "#7fc0ea", size=_M), "pond": _p(outside.pond, "#6fbdea", size=_H),
    "wave": _p(outside.wave, "#5fb4e4", size=_M),
    "water": _p(outside.water, "#6fbdf0"), "mud": _p(outside.mud, "#8a5f3c", size=_M),
    "sand": _p(outside.sand, "#eecb7e", size=_M),
    "snow": _p(outside.snow, "#f4f8fd", size=_M), "haystack": _p(outside.sand, "#f2cf6a", size=_M),
    "cloud": _p(outside.cloud, "#f4f8fd", size=_M, where="air"),
    "moon": _p(outside.moon, "#ffe9a0", size=_M, where="air"),
    "sun": _p(outside.sun, "#ffd84a", size=_M, where="air"),
    "rainbow": _p(outside.rainbow, "#ee5f5a", size=_L, where="air"),
    "planet": _p(outside.planet, "#e0875a", size=_M, where="air"),
    "shell": _p(outside.shell, "#f7b79a"), "bone": _p(outside.bone, "#fff3d6", -6),
    "feather": _p(outside.feather, "#6fb0e8", 0),
    "tooth": _p(outside.tooth, "#fdfdfb"), "gift": _p(outside.gift, "#25b3c4", -3),
    "tent": _p(buildings.tent, "#f29b3f", size=_H),
    "house": _p(buildings.house, "#c9584e", size=_H), "hut": _p(buildings.hut, "#b98353", size=_H),
    "tree house": _p(buildings.tree_house, "#c99a68", size=_H),
    "fence": _p(buildings.fence, "#fbf4e6", size=_L), "gate": _p(buildings.gate, "#b98353", size=_L),
    "wall": _p(buildings.wall, "#c0705a", size=_L),
    "bridge": _p(buildings.bridge, "#b5865a", size=_H), "well": _p(buildings.well, "#a7a4ac", size=_L),
    "mailbox": _p(buildings.mailbox, "#d9433f", size=_L),
    "sign": _p(buildings.sign, "#f2dda4", -12, _L), "bus stop": _p(buildings.bus_stop, "#4f8fd9", size=_L),
    "bench": _p(buildings.bench, "#bf8653", size=_L),
    "barrel": _p(buildings.barrel, "#b07c4e", size=_M), "cage": _p(buildings.cage, "#8a97a3", -35, _M),
    "beehive": _p(buildings.beehive, "#f2c14e", size=_M),
    "web": _p(outside.spider_web, "#aab5c0", size=_M, where="air"),
    "windmill": _p(buildings.windmill, "#d9584e", size=_H),
    "barn": _p(buildings.barn, "#d9584e", size=_H), "rail": _p(buildings.rail, "#c58f5f", size=_L),
    "lighthouse": _p(buildings.lighthouse, "#e4504e", size=_H),
    "statue": _p(buildings.goat_statue, "#b4bac4", size=_L),
    "worm": _p(outside.worm, "#f0a0a8"), "crab": _p(outside.crab, "#ee6a4a"),
    "butterfly": _p(outside.butterfly, "#ff9f3d", where="air"),
}  # fmt: skip
PROPS: dict[str, Prop] = {**FOOD, **_HOUSE, **_TOYS, **_TOOLS, **_CLOTHES, **_OUTSIDE}
"""Every prop that is drawn as itself."""
_STATES = {"open": {"book": "open book", "door": "open door"}, "closed": {"umbrella": "closed umbrella"}}
_LAST_RESORT = "box"


@lru_cache(maxsize=4096)
def nearest_prop(name: str) -> str | None:
    """Return the drawn prop that is `name` or nearest to it ("red balls" -> "ball"), or None where none is near."""
    words = name.casefold().strip()
    for text in (words, *(words.split(" ", i)[-1] for i in range(1, words.count(" ") + 1))):
        for form in (text, text.removesuffix("s"), text.removesuffix("es"), text.removesuffix("ies") + "y"):
            if form in PROPS:
                return form
            if form in NEAREST_PROP:
                return NEAREST_PROP[form]
    return None


def prop_of(name: str, state: str | None = None) -> Prop:
    """Return how the prop of that name is drawn; a thing of which nothing is known is a box."""
    near = nearest_prop(name) or _LAST_RESORT
    return PROPS[_STATES.get(state or "", {}).get(near, near)]


def draw_prop(pen: Pen, name: str, held: bool = False, state: str | None = None, color: str | None = None) -> None:
    """Draw a prop standing on the origin or, held, with its grip there.

    `state` may be "open" (book, door), "closed" (umbrella) or "bitten" (food); `color` `#rrggbb` replaces its own.
    """
    prop = prop_of(name, state)
    if state == "bitten":
        left, top, right, _ = prop_box(name)
        pen.canvas.saveLayer(None, None)
    with pen.moved(*((-prop.grip[0], -prop.grip[1]) if held else (0, 0))):
        prop.draw(pen, color or prop.color)
        if state == "bitten":
            r = (right - left) * 0.2
            for x, y in ((right - r * 0.4, top + r * 0.7), (right - r * 1.5, top - r * 0.1), (right, top + r * 2)):
                pen.erase(x, y, r)
            pen.canvas.restore()


@lru_cache(maxsize=1024)
def prop_box(name: str, state: str | None = None) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of a prop that stands on the origin, measured from its drawing."""
    sheet = Sheet(256)
    with sheet.pen.moved(64, 96):
        prop = prop_of(name, state)
        prop.draw(sheet.pen, prop.color)
    solid = sheet.pixels[..., 3] > 127
    rows, columns = np.flatnonzero(solid.any(1)), np.flatnonzero(solid.any(0))
    return columns[0] / 2 - 64, rows[0] / 2 - 96, (columns[-1] + 1) / 2 - 64, (rows[-1] + 1) / 2 - 96
