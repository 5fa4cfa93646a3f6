"""The words the painter knows, and what each one means to it."""

from __future__ import annotations

from imagelab.simulator.painting.curves import Colour

COLOURS: dict[str, Colour] = {
    "red": (206, 52, 44), "scarlet": (222, 44, 36), "crimson": (176, 26, 52),
    "orange": (240, 132, 40), "amber": (244, 170, 46), "yellow": (248, 208, 56),
    "golden": (232, 182, 64), "gold": (232, 182, 64), "green": (70, 156, 84),
    "emerald": (28, 150, 102), "olive": (128, 132, 62), "lime": (160, 208, 60),
    "mint": (150, 218, 186), "teal": (30, 138, 144), "turquoise": (60, 192, 192),
    "cyan": (54, 190, 214), "blue": (52, 104, 200), "navy": (32, 48, 104),
    "azure": (64, 148, 226), "indigo": (70, 62, 158), "violet": (134, 88, 196),
    "purple": (130, 68, 168), "lilac": (196, 164, 220), "lavender": (186, 170, 226),
    "magenta": (206, 52, 146), "pink": (240, 142, 172), "rose": (228, 110, 136),
    "coral": (246, 126, 102), "peach": (250, 186, 148), "brown": (126, 82, 52),
    "chocolate": (94, 58, 38), "tan": (206, 172, 128), "beige": (226, 208, 178),
    "cream": (246, 234, 208), "ivory": (248, 242, 224), "white": (244, 243, 240),
    "black": (44, 42, 50), "grey": (140, 144, 152), "gray": (140, 144, 152),
    "silver": (188, 194, 204), "maroon": (124, 34, 46), "copper": (190, 110, 66),
    "bronze": (168, 118, 62), "rusty": (178, 84, 44), "ginger": (222, 130, 60),
}  # fmt: skip

RUSSET: Colour = (207, 82, 34)

PHRASES: dict[str, str] = {
    "black and white": "monochrome", "black-and-white": "monochrome", "polar bear": "polarbear",
    "palm tree": "palmtree", "pixel art": "pixel", "line art": "lineart", "-bit": "bit",
    "8 bit": "8bit", "16 bit": "16bit", "hot air balloon": "balloon", "hot-air": "",
    "street art": "poster", "star wars": "space", "new york": "york", "snow man": "snowman",
}  # fmt: skip
"""Words that mean one thing together, replaced before anything else is read."""

SHADES: dict[str, float] = {"dark": -0.35, "deep": -0.28, "light": 0.4, "pale": 0.5, "bright": 0.1}

STYLES: dict[str, str] = {
    "watercolour": "watercolour", "watercolor": "watercolour", "aquarelle": "watercolour",
    "gouache": "watercolour", "pixel": "pixel", "pixelart": "pixel", "8bit": "pixel",
    "16bit": "pixel", "pixelated": "pixel", "line": "ink", "lineart": "ink", "ink": "ink",
    "sketch": "ink", "sketched": "ink", "pencil": "ink", "engraving": "ink", "etching": "ink",
    "doodle": "ink", "outline": "ink", "drawing": "ink", "neon": "neon", "cyberpunk": "neon",
    "synthwave": "neon", "vaporwave": "neon", "glowing": "neon", "oil": "oil",
    "impressionist": "oil", "impressionism": "oil", "impasto": "oil", "painting": "oil",
    "gogh": "oil", "monet": "oil", "poster": "poster", "flat": "poster", "minimal": "poster",
    "minimalist": "poster", "vector": "poster", "logo": "poster", "icon": "poster",
    "papercut": "poster", "bauhaus": "poster", "pastel": "pastel", "chalk": "pastel",
    "crayon": "pastel", "monochrome": "mono", "grayscale": "mono", "greyscale": "mono",
    "noir": "mono", "charcoal": "mono", "photo": "photo", "photograph": "photo",
    "photography": "photo", "photorealistic": "photo", "realistic": "photo",
    "cinematic": "photo", "bokeh": "photo", "35mm": "photo",
}  # fmt: skip

WEAK_STYLES = frozenset({"drawing", "painting", "line", "realistic", "glowing", "icon"})
"""Style words that give way to any other style word ("watercolour painting")."""

TIMES: dict[str, str] = {
    "dawn": "dawn", "sunrise": "dawn", "daybreak": "dawn", "morning": "morning",
    "noon": "day", "midday": "day", "day": "day", "daytime": "day", "afternoon": "golden",
    "sunset": "sunset", "sundown": "sunset", "dusk": "dusk", "twilight": "dusk",
    "evening": "dusk", "night": "night", "midnight": "night", "nighttime": "night",
    "stars": "night", "starry": "night", "star": "night", "moon": "night",
    "moonlight": "night", "moonlit": "night", "aurora": "night",
}  # fmt: skip

WEATHER: dict[str, str] = {
    "snow": "snow", "snowy": "snow", "winter": "snow", "blizzard": "snow", "snowfall": "snow",
    "frost": "snow", "ice": "snow", "icy": "snow", "arctic": "snow", "christmas": "snow",
    "rain": "rain", "rainy": "rain", "raining": "rain", "drizzle": "rain", "wet": "rain",
    "storm": "storm", "stormy": "storm", "thunder": "storm", "thunderstorm": "storm",
    "lightning": "storm", "tempest": "storm", "fog": "fog", "foggy": "fog", "mist": "fog",
    "misty": "fog", "haze": "fog", "hazy": "fog", "autumn": "autumn", "fall": "autumn",
    "autumnal": "autumn", "leaves": "autumn", "cloud": "clouds", "clouds": "clouds",
    "cloudy": "clouds", "overcast": "clouds", "sunny": "sunny", "sunshine": "sunny",
    "sun": "sunny", "summer": "sunny", "spring": "blossom", "blossom": "blossom",
    "blossoms": "blossom",
}  # fmt: skip

PLACES: dict[str, str] = {
    "forest": "forest", "wood": "forest", "woods": "forest", "woodland": "forest",
    "jungle": "forest", "park": "forest", "garden": "meadow", "desert": "desert",
    "dune": "desert", "dunes": "desert", "sahara": "desert", "mars": "desert",
    "beach": "beach", "shore": "beach", "coast": "coast", "island": "coast", "cliff": "coast",
    "field": "meadow", "meadow": "meadow", "grass": "meadow", "farm": "meadow",
    "hill": "hills", "hills": "hills", "valley": "hills", "countryside": "hills",
    "mountain": "mountains", "mountains": "mountains", "alps": "mountains",
    "peak": "mountains", "peaks": "mountains", "canyon": "mountains", "volcano": "mountains",
    "sea": "sea", "ocean": "sea", "wave": "sea", "waves": "sea", "harbour": "sea",
    "harbor": "sea", "bay": "sea", "lake": "lake", "river": "lake", "pond": "lake",
    "waterfall": "lake", "water": "lake", "space": "space", "galaxy": "space",
    "nebula": "space", "cosmos": "space", "orbit": "space", "universe": "space",
    "street": "city", "city": "city", "skyline": "city", "town": "city", "cityscape": "city",
    "downtown": "city", "tokyo": "city", "paris": "city", "york": "city", "london": "city",
    "road": "hills", "underwater": "underwater", "reef": "underwater", "seabed": "underwater",
    "aquarium": "underwater", "table": "table", "desk": "table", "shelf": "table",
    "kitchen": "table", "cafe": "table", "room": "table", "studio": "studio",
}  # fmt: skip

ALIASES: dict[str, str] = {
    "kitten": "cat", "kitty": "cat", "puppy": "dog", "hound": "dog", "corgi": "dog",
    "retriever": "dog", "vixen": "fox", "cub": "bear", "grizzly": "bear", "polar": "polarbear",
    "bunny": "rabbit", "hare": "rabbit", "pony": "horse", "stallion": "horse", "mare": "horse",
    "stag": "deer", "doe": "deer", "elk": "deer", "moose": "deer", "reindeer": "deer",
    "crow": "bird", "raven": "bird", "robin": "bird", "sparrow": "bird", "parrot": "bird",
    "eagle": "bird", "hummingbird": "bird", "gull": "bird", "seagull": "bird", "swan": "bird",
    "goldfish": "fish", "koi": "fish", "salmon": "fish", "shark": "fish", "dolphin": "whale",
    "orca": "whale", "moth": "butterfly", "pine": "tree", "oak": "tree", "maple": "tree",
    "bonsai": "tree", "willow": "tree", "palm": "palmtree", "bouquet": "flower",
    "tulip": "flower", "daisy": "flower", "sunflower": "sunflower", "lily": "flower",
    "poppy": "flower", "orchid": "flower", "sailboat": "boat", "ship": "boat", "yacht": "boat",
    "sail": "boat", "canoe": "boat", "cottage": "house", "cabin": "house", "hut": "house",
    "barn": "house", "home": "house", "shop": "house", "temple": "castle", "palace": "castle",
    "fortress": "castle", "tower": "castle", "viaduct": "bridge", "automobile": "car",
    "taxi": "car", "truck": "car", "van": "car", "bus": "car", "bike": "bicycle",
    "cycle": "bicycle", "spaceship": "rocket", "spacecraft": "rocket", "shuttle": "rocket",
    "android": "robot", "mech": "robot", "earth": "planet", "saturn": "planet",
    "jupiter": "planet", "world": "planet", "spaceman": "astronaut", "cosmonaut": "astronaut",
    "man": "person", "woman": "person", "girl": "person", "boy": "person", "child": "person",
    "people": "person", "people's": "person", "portrait": "person", "king": "person",
    "queen": "person", "wizard": "person", "knight": "person", "dancer": "person",
    "farmer": "person", "mother": "person", "father": "person", "human": "person",
    "face": "person", "chef": "person", "scientist": "person", "artist": "person",
    "coffee": "cup", "tea": "cup", "mug": "cup", "latte": "cup", "espresso": "cup",
    "cappuccino": "cup", "kettle": "teapot", "orange-fruit": "apple", "fruit": "apple",
    "pear": "apple", "peach-fruit": "apple", "tomato": "apple", "cherry": "apple",
    "books": "book", "novel": "book", "lantern": "lamp", "balloons": "balloon",
    "mill": "windmill", "snowmen": "snowman", "mushrooms": "mushroom", "toadstool": "mushroom",
    "wolves": "wolf", "foxes": "fox", "mice": "mouse", "women": "person", "men": "person",
    "children": "person", "geese": "bird", "deers": "deer", "fishes": "fish",
    "butterflies": "butterfly", "houses": "house", "horses": "horse", "buses": "car",
}  # fmt: skip

COUNTS: dict[str, int] = {
    "two": 2, "2": 2, "pair": 2, "couple": 2, "three": 3, "3": 3, "trio": 3, "four": 4, "4": 4,
    "five": 5, "5": 5, "several": 3, "many": 5, "group": 4, "flock": 5, "herd": 4,
}  # fmt: skip

ATOP = frozenset({"on", "riding", "atop", "rides", "sitting", "onto"})

SIGNS: dict[str, str] = {
    "🦊": "fox", "🐱": "cat", "🐈": "cat", "🐶": "dog", "🐕": "dog", "🐻": "bear", "🐼": "panda",
    "🐰": "rabbit", "🐇": "rabbit", "🐺": "wolf", "🦉": "owl", "🐦": "bird", "🐟": "fish",
    "🐠": "fish", "🐳": "whale", "🐋": "whale", "🐴": "horse", "🐎": "horse", "🦌": "deer",
    "🦋": "butterfly", "🌲": "tree", "🌳": "tree", "🌸": "flower", "🌻": "sunflower",
    "🌹": "red flower", "🌷": "flower", "⛰": "mountains", "🏔": "mountains snow", "🌊": "waves",
    "⛵": "boat", "🚢": "ship", "🏠": "house", "🏡": "house", "🏰": "castle", "🌃": "city night",
    "🏙": "city", "🌉": "bridge night", "🚗": "red car", "🚲": "bicycle", "🚀": "rocket",
    "🤖": "robot", "🪐": "planet", "🌍": "planet", "👩": "person", "👨": "person",
    "🧑": "person", "☕": "cup", "🍎": "red apple", "📖": "book", "📚": "books", "💡": "lamp",
    "🎈": "balloon", "⛄": "snowman", "☃": "snowman snow", "❄": "snow", "🌧": "rain",
    "🌙": "night moon", "⭐": "stars", "🌅": "sunrise", "🌇": "sunset", "🍂": "autumn",
    "🍁": "autumn", "🍄": "mushroom", "🐧": "penguin", "🐘": "elephant", "❤": "red heart",
    "狐": "fox", "猫": "cat", "狗": "dog", "犬": "dog", "鸟": "bird", "鳥": "bird", "鱼": "fish",
    "魚": "fish", "鲸": "whale", "马": "horse", "馬": "horse", "鹿": "deer", "兔": "rabbit",
    "熊": "bear", "狼": "wolf", "树": "tree", "樹": "tree", "森林": "forest", "花": "flower",
    "山": "mountains", "海": "sea", "湖": "lake", "河": "lake", "船": "boat", "房": "house",
    "城市": "city", "城堡": "castle", "灯塔": "lighthouse", "燈塔": "lighthouse",
    "桥": "bridge", "橋": "bridge", "汽车": "car", "自行车": "bicycle", "火箭": "rocket",
    "机器人": "robot", "宇航员": "astronaut", "咖啡": "cup", "茶": "teapot", "苹果": "apple",
    "书": "book", "人": "person", "雪": "snow", "雨": "rain", "雾": "fog", "夜": "night",
    "星": "stars", "月": "moon", "日落": "sunset", "日出": "sunrise", "黄昏": "dusk",
    "秋": "autumn", "红": "red", "紅": "red", "蓝": "blue", "藍": "blue", "绿": "green",
    "黄": "yellow", "黑": "black", "白": "white", "金": "golden", "粉": "pink", "紫": "purple",
    "水彩": "watercolour", "像素": "pixel", "素描": "sketch", "油画": "oil", "霓虹": "neon",
    "水墨": "ink",
}  # fmt: skip

_FILLER_TEXT = """
a an the of in on at with and or by to from for into over under near beside behind above below
very its his her their is are be being as that this it art style picture image painting drawing
illustration render rendering scene view detailed detail details highly quality high low best 4k
8k hd ultra masterpiece beautiful cute lovely nice small little big large tiny old young new some
any please make draw create generate show me my i want like looking wearing holding sitting
standing running sleeping walking flying riding through against between during hot air fashioned
soft warm cold lit put add turn change replace combine combined combining together everything
something all both them these those edit keep same more less instead now everyone
"""

FILLER = frozenset(_FILLER_TEXT.split())
"""Words that name nothing to paint."""
