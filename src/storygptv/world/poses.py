"""How bodies stand in each action, as joint angles.

Angles are absolute, in degrees: 0 points down, 90 forward (to the right), 180 up, -90 backward. A limb is (upper,
    lower).
The near arm is in front of the trunk, the far one behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin

Limb = tuple[float, float]
Point = tuple[float, float]


@dataclass(frozen=True)
class Pose:
    """The joint angles of an upright body in one action, and what its face does."""

    near_arm: Limb = (-24, -10)
    far_arm: Limb = (24, 12)
    near_leg: Limb = (-7, -4)
    far_leg: Limb = (7, 4)
    lean: float = 0  # of the trunk, forward
    tilt: float = 0  # of the head, forward
    lift: float = 0  # of the feet above the ground, in figure units
    turn: float = 0  # of the whole figure, clockwise; 90 lies on the back's far side
    mouth: str | None = None
    asleep: bool = False
    carries: bool = False  # whether the far arm bends to hold a thing that the pose does not place


@dataclass(frozen=True)
class FourPose:
    """The joint angles of a body on four legs; `rise` turns the trunk up at the chest, in degrees."""

    near_front: Limb = (-6, 0)
    far_front: Limb = (8, 4)
    near_hind: Limb = (-14, 6)
    far_hind: Limb = (0, 12)
    rise: float = 0
    head: Point = (0, 0)  # where the head is beside its place when standing, in figure units
    tail: float = -130
    lift: float = 0
    mouth: str | None = None
    asleep: bool = False


_CARRY: Limb = (44, 82)
_RUN = dict(near_leg=(-38, -100), far_leg=(66, 2), lean=15)
_FLOOR = dict(near_leg=(84, 86), far_leg=(78, 92))
_KNEEL = dict(near_leg=(6, -92), far_leg=(14, -84))

UPRIGHT: dict[str, Pose] = {
    "stand": Pose(carries=True),
    "sit": Pose((22, 60), (40, 70), **_FLOOR, carries=True),
    "walk": Pose((38, 62), (-34, -8), (-26, -44), (30, 14), lean=3, carries=True),
    "run": Pose((44, 106), (-66, 20), **_RUN),
    "jump": Pose((-118, -150), (118, 150), (-34, -74), (42, -30), lift=20),
    "dance": Pose((-100, -172), (72, 128), (-16, 4), (56, -24), lean=-9, tilt=14),
    "wave": Pose(far_arm=(94, 146), mouth="talk"),
    "sleep": Pose((-12, -4), (14, 4), (-5, -3), (5, 3), turn=-90, asleep=True),
    "lie": Pose((-20, -150), (30, 20), (-5, -3), (20, 4), turn=-90),
    "eat": Pose((30, 12), (46, 168), mouth="chew"),
    "drink": Pose((20, 8), (56, 166), tilt=-12),
    "read": Pose((16, 104), (34, 98), tilt=10),
    "draw": Pose((20, 96), (58, 88), lean=8, tilt=12),
    "dig": Pose((40, 60), (52, 44), (-22, -10), (26, 6), lean=28, tilt=8),
    "climb": Pose((150, 172), (128, 160), (-4, -30), (62, -8), lift=26, tilt=-16),
    "ride": Pose((48, 76), (56, 82), (58, 8), (66, 14), lean=5),
    "swim": Pose((150, 172), (100, 120), (-10, -24), (12, -4), turn=68, lift=8),
    "fall": Pose((-130, -160), (130, 160), (-40, -20), (60, 30), turn=48, lift=16, mouth="talk"),
    "fly": Pose((-110, -100), (110, 100), (-14, -40), (10, -20), turn=38, lift=34),
    "play": Pose((58, 70), (76, 92), (-20, -8), (30, 10), lean=10, carries=True),
    "sing": Pose((-62, -96), (62, 104), tilt=-8, mouth="sing"),
    "cook": Pose((24, 60), (64, 84), lean=8, tilt=10),
    "carry": Pose((40, 86), (52, 88), lean=-6),
    "point": Pose((-60, 40), (90, 92), (-16, -8), (22, 8), lean=7, mouth="talk"),
    "hide": Pose((60, 160), (70, 165), (60, -70), (70, -60), lean=26),
    "kneel": Pose((24, 50), (36, 56), **_KNEEL, lean=8, carries=True),
    "pull": Pose((74, 84), (82, 88), (30, 26), (44, 30), lean=-22),
    "kick": Pose((-70, -40), (64, 96), (-10, -4), (82, 74), lean=-12),
    "catch": Pose((104, 128), (112, 132), (-18, -8), (26, 8), lean=4),
    "wash": Pose((46, 78), (58, 84), lean=16, tilt=8),
    "write": Pose((24, 84), (50, 74), **_FLOOR, lean=12, tilt=14),
    "cry": Pose((38, 158), (48, 164), tilt=12, mouth="cry"),
    "build": Pose((44, 66), (56, 74), **_KNEEL, lean=20, tilt=8),
    "give": Pose((60, 86), (80, 92), lean=6),
    "hug": Pose((62, 84), (72, 92), lean=8, tilt=6),
    "chase": Pose((80, 100), (92, 104), **_RUN),
    "talk": Pose((44, 128), (40, 96), mouth="talk"),
    "push": Pose((84, 94), (88, 98), (-40, -34), (34, 2), lean=20),
    "show": Pose((-50, 30), (96, 140), mouth="talk"),
    "throw": Pose((60, 84), (-140, 172), (-24, -12), (34, 10), lean=-10),
    "help": Pose((66, 78), (76, 86), (-16, -8), (22, 8), lean=14),
    "follow": Pose((30, 56), (-30, -4), (-24, -40), (28, 12), lean=5),
}
UPRIGHT_TARGETS: dict[str, Pose] = {
    "give": Pose((42, 92), (58, 98)),
    "chase": Pose((46, 104), (-72, 6), **_RUN),
    "hug": Pose((62, 84), (72, 92), lean=8, tilt=6),
    "push": Pose((-64, -96), (104, 128), (10, -10), (38, 30), lean=-17, tilt=-8),
    "throw": Pose((104, 128), (112, 132), (-18, -8), (26, 8)),
    "carry": Pose((20, 40), (60, 120), (70, 40), (80, 50), turn=-62),
    "wash": Pose((22, 60), (40, 70), **_FLOOR),
    "catch": Pose((46, 104), (-72, 6), **_RUN),
    "follow": Pose((38, 62), (-34, -8), (-26, -44), (30, 14), lean=3),
    "pull": Pose((84, 94), (88, 98), (-20, -14), (24, 2), lean=12),
}
_FOUR_RUN = dict(near_front=(62, 40), far_front=(80, 60), near_hind=(-60, -80), far_hind=(-42, -64), rise=10, tail=-100)
_FOUR_SIT = dict(near_hind=(70, 90), far_hind=(78, 92), rise=42, head=(-7, 4), tail=-100)
_FOUR_UP = dict(near_hind=(12, -12), far_hind=(24, 0), rise=64, head=(-10, 4), tail=-100)
_FOUR_DOWN = dict(near_front=(70, 92), far_front=(78, 92), near_hind=(70, 92), far_hind=(78, 92), head=(6, 8))
FOUR: dict[str, FourPose] = {
    "stand": FourPose(),
    "sit": FourPose(**_FOUR_SIT),
    "walk": FourPose((-28, -34), (34, 8), (24, -8), (-34, -24)),
    "run": FourPose(**_FOUR_RUN, lift=3),
    "jump": FourPose((62, -10), (74, 0), (-50, -84), (-36, -72), rise=18, lift=18, tail=-150),
    "dance": FourPose(**_FOUR_UP, near_front=(120, 150), far_front=(70, 120)),
    "wave": FourPose(**_FOUR_SIT, near_front=(-4, 0), far_front=(100, 160)),
    "sleep": FourPose(**_FOUR_DOWN, asleep=True),
    "lie": FourPose(**_FOUR_DOWN),
    "eat": FourPose(head=(6, 14), near_front=(10, 0), far_front=(18, 10), mouth="chew"),
    "drink": FourPose(head=(6, 16), near_front=(10, 0), far_front=(18, 10)),
    "dig": FourPose((60, 20), (84, 60), (-20, 6), (0, 16), rise=-14, head=(6, 14), tail=-160),
    "climb": FourPose(**_FOUR_UP, near_front=(140, 168), far_front=(120, 160), lift=14),
    "swim": FourPose((60, 40), (84, 60), (-50, -80), (-30, -60), head=(2, -2)),
    "fall": FourPose((120, 150), (60, 100), (-60, -100), (-120, -150), rise=-24, lift=14),
    "fly": FourPose(**_FOUR_RUN, lift=34),
    "play": FourPose((60, 40), (50, 70), (-14, 6), (0, 12), rise=-16, head=(6, 8), tail=-160),
    "give": FourPose(**_FOUR_SIT, near_front=(-4, 0), far_front=(76, 100)),
    "hug": FourPose(**_FOUR_UP, near_front=(72, 96), far_front=(86, 102)),
    "push": FourPose(**_FOUR_UP, near_front=(84, 92), far_front=(92, 98)),
    "talk": FourPose(head=(1, -3), far_front=(30, 60), mouth="talk"),
    "cry": FourPose(**_FOUR_SIT, near_front=(-4, 0), mouth="cry"),
    "sing": FourPose(**_FOUR_SIT, mouth="sing"),
    "catch": FourPose(**_FOUR_UP, near_front=(104, 128), far_front=(112, 132)),
}
_FOUR_NEAREST = {
    "read": "sit", "draw": "sit", "write": "sit", "ride": "sit", "cook": "hug", "carry": "walk", "point": "wave",
    "hide": "lie", "kneel": "lie", "pull": "walk", "kick": "jump", "wash": "push", "build": "dig", "chase": "run",
    "show": "give", "throw": "catch", "help": "push", "follow": "walk",
}  # fmt: skip
_FOUR_TARGETS = {
    "chase": "run", "catch": "run", "follow": "walk", "give": "sit", "wash": "sit", "carry": "lie", "throw": "catch",
    "hug": "hug",
}  # fmt: skip
UNDER_WATER = ("swim",)
LYING = ("sleep", "lie")


def upright_pose(action: str, is_target: bool = False) -> Pose:
    """Return the pose of an upright body in an action, as its doer or as the one it is done to."""
    return UPRIGHT_TARGETS.get(action, UPRIGHT["stand"]) if is_target else UPRIGHT[action]


def four_pose(action: str, is_target: bool = False) -> FourPose:
    """Return the pose of a body on four legs."""
    if is_target:
        return FOUR[_FOUR_TARGETS.get(action, "stand")]
    return FOUR.get(action) or FOUR[_FOUR_NEAREST[action]]


def bend(start: Point, limb: Limb, upper: float, lower: float) -> list[Point]:
    """Return shoulder, elbow and hand (or hip, knee and foot) of a limb with segments of those lengths."""
    x, y = start
    elbow = (x + upper * sin(radians(limb[0])), y + upper * cos(radians(limb[0])))
    return [start, elbow, (elbow[0] + lower * sin(radians(limb[1])), elbow[1] + lower * cos(radians(limb[1])))]
