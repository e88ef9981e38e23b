"""How a body stands in each action, as joint angles.

Every angle is absolute, in degrees: 0 points down, 90 forward (to the right), 180 up, -90 backward. A limb is
(upper, lower). The near arm is in front of the trunk, the far one behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin

Limb = tuple[float, float]


@dataclass(frozen=True)
class Pose:
    """The joint angles of one action, for people."""

    near_arm: Limb = (-24, -10)
    far_arm: Limb = (24, 12)
    near_leg: Limb = (-7, -4)
    far_leg: Limb = (7, 4)
    lean: float = 0  # of the trunk, forward
    tilt: float = 0  # of the head, forward
    lift: float = 0  # of the feet above the ground
    lying: bool = False
    hand: str = "far"  # the one that holds
    carries: bool = True  # the holding arm bends to carry something; False: the pose says where it is


_RUN = dict(near_leg=(-38, -100), far_leg=(66, 2), lean=15)

PEOPLE = {
    "stand": Pose(),
    "sit": Pose(near_leg=(72, 2), far_leg=(84, 14), near_arm=(22, 60), far_arm=(40, 70)),
    "walk": Pose((38, 62), (-34, -8), (-26, -44), (30, 14), lean=3, hand="near"),
    "run": Pose(near_arm=(44, 106), far_arm=(-66, 20), hand="near", **_RUN),
    "jump": Pose((-118, -150), (118, 150), (-34, -74), (42, -30), lift=15, carries=False),
    "dance": Pose((-100, -172), (72, 128), (-16, 4), (56, -24), lean=-9, tilt=14, carries=False),
    "wave": Pose(far_arm=(118, 164), hand="near"),
    "sleep": Pose((-12, -4), (14, 4), (-5, -3), (5, 3), lying=True),
    "eat": Pose(near_arm=(30, 12), far_arm=(46, 172), carries=False),
    "read": Pose(near_arm=(16, 104), far_arm=(34, 98), tilt=8, carries=False),
    "give": Pose(near_arm=(70, 88), far_arm=(80, 92), lean=6, carries=False),
    "hug": Pose(near_arm=(56, 82), far_arm=(66, 88), lean=8, tilt=6, carries=False),
    "chase": Pose(near_arm=(80, 100), far_arm=(92, 104), carries=False, **_RUN),
    "talk": Pose(near_arm=(44, 128), far_arm=(40, 96), hand="far"),
    "push": Pose((84, 94), (88, 98), (-40, -34), (34, 2), lean=20, carries=False),
    "show": Pose(far_arm=(122, 158), near_arm=(-50, 30), carries=False),
}  # fmt: skip

# What the one it is done to does, where it differs.
PATIENTS = {
    "give": Pose(near_arm=(42, 92), far_arm=(58, 98), carries=False),
    "chase": Pose(near_arm=(46, 104), far_arm=(-72, 6), hand="near", **_RUN),
    "talk": Pose(near_arm=(-30, 36), far_arm=(24, 12)),
    "push": Pose((-64, -96), (104, 128), (10, -10), (38, 30), lean=-17, tilt=-8, carries=False),
    "show": Pose(near_arm=(30, 150), far_arm=(30, 60)),
}

CARRYING: Limb = (44, 82)


@dataclass(frozen=True)
class DogPose:
    """The joint angles of one action, for a dog; hip and chest are points, the ground at y = 0."""

    hip: tuple[float, float] = (-18, -25)
    chest: tuple[float, float] = (13, -27)
    head: tuple[float, float] = (24, -51)
    near_front: Limb = (-6, 0)
    far_front: Limb = (8, 4)
    near_hind: Limb = (-14, 6)
    far_hind: Limb = (0, 12)
    tail: float = -140
    lift: float = 0
    paws: bool = False  # hold things, instead of the mouth


_SIT = dict(hip=(-12, -11), chest=(4, -30), head=(10, -55), near_hind=(70, 90), far_hind=(78, 92), tail=-100)
_UP = dict(hip=(-8, -26), chest=(3, -47), head=(8, -70), near_hind=(12, -12), far_hind=(24, 0), tail=-100)
_DOG_RUN = dict(
    hip=(-16, -25), chest=(12, -35), head=(22, -62), tail=-110,
    near_front=(62, 40), far_front=(80, 60), near_hind=(-60, -80), far_hind=(-42, -64),
)  # fmt: skip

DOGS = {
    "stand": DogPose(),
    "sit": DogPose(**_SIT),
    "walk": DogPose(near_front=(-28, -34), far_front=(34, 8), near_hind=(24, -8), far_hind=(-34, -24)),
    "run": DogPose(**_DOG_RUN, lift=3),
    "jump": DogPose((-18, -30), (12, -38), (23, -62), (62, -10), (74, 0), (-50, -84), (-36, -72), -150, 12),
    "dance": DogPose(**_UP, near_front=(120, 150), far_front=(70, 120)),
    "wave": DogPose(**_SIT, near_front=(-4, 0), far_front=(100, 160)),
    "sleep": DogPose((22, -10), (-12, -10), (-26, -15), (-70, -92), (-80, -92), (-70, -92), (-80, -92), 80),
    "eat": DogPose(head=(29, -42), near_front=(10, 0), far_front=(18, 10)),
    "read": DogPose(**_SIT, near_front=(40, 100), far_front=(60, 104), paws=True),
    "give": DogPose(**_SIT, near_front=(-4, 0), far_front=(76, 100)),
    "hug": DogPose(**_UP, near_front=(72, 96), far_front=(86, 102)),
    "chase": DogPose(**_DOG_RUN, lift=5),
    "talk": DogPose(head=(25, -55), far_front=(30, 60)),
    "push": DogPose(**_UP, near_front=(84, 92), far_front=(92, 98)),
    "show": DogPose(**_UP, near_front=(40, 60), far_front=(100, 130)),
}
DOG_PATIENTS = {
    "give": DogPose(**_SIT, near_front=(60, 84), far_front=(76, 94)),
    "talk": DogPose(**_SIT),
    "push": DogPose((-16, -20), (8, -34), (12, -58), (40, 60), (56, 70), (30, 10), (40, 14), -150),
    "show": DogPose(**_SIT),
}


def pose_of(body: str, action: str, receives: bool) -> Pose | DogPose:
    """The pose of someone with that body in an action, as its doer or as the one it is done to."""
    doers, receivers = (DOGS, DOG_PATIENTS) if body == "dog" else (PEOPLE, PATIENTS)
    return receivers.get(action, doers[action]) if receives else doers[action]


def bend(start: tuple[float, float], limb: Limb, upper: float, lower: float) -> list[tuple[float, float]]:
    """Shoulder, elbow and hand (or hip, knee and foot) of a limb with segments of those lengths."""
    x, y = start
    elbow = (x + upper * sin(radians(limb[0])), y + upper * cos(radians(limb[0])))
    hand = (elbow[0] + lower * sin(radians(limb[1])), elbow[1] + lower * cos(radians(limb[1])))
    return [start, elbow, hand]
