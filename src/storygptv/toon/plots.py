"""What happens in a toon story: plots as plain data, and the planner that turns them into events.

A plot is a list of beats, cycled; a beat names what one or all may do, what two may do to each other, a prop
and a mood. Adding a plot is adding one `Plot(...)`. The planner decides who is there, where, and who holds
what, so that presence, place and props carry over from frame to frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from storygptv.toon.cast import NAMES
from storygptv.toon.scene import EXPRESSIONS, INDOORS, PAIR_ACTIONS, PROPS, SOLO_ACTIONS

COUNT_SHARES = (35, 35, 20, 10)  # percent of frames with one, two, three, four characters
MAX_PROPS = 2
HELD_PROPS = frozenset(
    ("ball", "book", "apple", "cake", "balloon", "kite", "umbrella", "flower", "gift", "bone", "bucket",
    "guitar",
     "box", "teddy")
)  # fmt: skip
DOG_ACTIONS = frozenset(("stand", "sit", "walk", "run", "jump", "dance", "sleep", "eat", "hug", "chase", "push"))
DOG_PROPS = frozenset(("ball", "bone", "teddy", "gift"))
BYSTANDER_ACTIONS = ("stand", "sit", "walk", "run", "jump", "dance", "wave", "sleep")
OBJECTS = {  # actions that need a thing in the agent's hand
    "give": tuple(sorted(HELD_PROPS)), "show": tuple(sorted(HELD_PROPS)), "eat": ("apple",
    "cake"), "read": ("book",),
}  # fmt: skip
# Drawn now and then in place of a plot's own prop; some twice, to even out what plots neglect.
SPARE_PROPS = (*PROPS, "bicycle", "lamp", "balloon", "umbrella", "bicycle", "lamp")


@dataclass(frozen=True)
class Plot:
    """One kind of story. Each beat reads "solo pair prop mood", "-" where there is none."""

    name: str
    places: tuple[str, ...]
    beats: tuple[str, ...]
    purposes: tuple[str, ...]  # may end a sentence, whoever is in it
    openers: tuple[str, ...]  # may begin one
    night: float = 0.15  # chance that it happens at night
    rain: float = 0.1
    snow: float = 0.05
    starring: str | None = None  # a character who is always in the first frame


PLOTS: tuple[Plot, ...] = (
    Plot(
        "birthday", ("kitchen", "living room", "garden", "shop"),
        ("wave give gift happy", "eat hug cake happy", "dance show balloon surprised", "sit talk - happy"),
        ("before the party", "during the birthday party", "before the guests come", "to celebrate"),
        ("On the big birthday", "When the party begins", "After the birthday song"),
    ),
    Plot(
        "lost dog", ("street", "park", "forest", "farm", "garden"),
        ("walk talk bone sad", "run chase - scared", "stand show ball surprised", "jump hug - happy"),
        ("to look for clues", "during the long search", "after so much searching"),
        ("During the search", "Following some tracks", "After hours of searching"),
        night=0.2, starring="Biscuit",
    ),
    Plot(
        "picnic", ("park", "lake", "beach", "forest"),
        ("walk give apple happy", "sit show flower happy", "eat talk cake happy", "sleep push bucket sleepy"),
        ("during the picnic", "before the picnic", "between two snacks"),
        ("During the picnic", "When the blanket is spread out", "After a long lunch"), night=0.0,
    ),
    Plot(
        "school day", ("classroom", "playground", "library", "street"),
        ("read show book happy", "stand talk box happy", "sit push - angry", "run chase ball happy"),
        ("during the lesson", "after school", "before the bell rings"),
        ("When the bell rings", "During the break", "Between two lessons"), night=0.0,
    ),
    Plot(
        "storm", ("street", "lake", "farm", "bedroom", "living room"),
        ("run push umbrella scared", "stand hug lamp scared", "sit talk lamp sad",
        "jump show bucket surprised"),
        ("during the storm", "as the thunder rolls", "because of the loud thunder"),
        ("When the thunder rolls", "During the storm", "After a flash of lightning"), night=0.35, rain=0.9,
    ),
    Plot(
        "snow day", ("street", "park", "playground", "living room", "farm"),
        ("jump push bucket happy", "run chase - happy", "wave show box surprised", "stand hug - sleepy"),
        ("to keep warm", "on this winter day", "despite the cold"),
        ("In the cold air", "On the first winter day", "After a mug of cocoa"), snow=0.9, rain=0.0,
    ),
    Plot(
        "gift for a friend", ("shop", "street", "bedroom", "living room"),
        ("walk show gift happy", "wave give gift happy", "stand hug box surprised", "read talk book happy"),
        ("to make somebody smile", "out of friendship", "with a kind heart"),
        ("With a plan in mind", "After saving some coins", "When the wrapping is done"),
    ),
    Plot(
        "hide and seek", ("garden", "playground", "bedroom", "forest", "living room"),
        ("run chase - happy", "stand push box surprised", "jump talk - happy", "walk hug teddy scared"),
        ("during the game", "after counting to ten", "in a game of hide and seek"),
        ("After counting to twenty", "When the game starts", "In the next round"),
    ),
    Plot(
        "market trip", ("shop", "street", "kitchen", "farm"),
        ("walk show apple happy", "stand talk bucket happy", "eat give cake happy",
        "wave push bicycle angry"),
        ("on market day", "after a bit of haggling", "with a long list in mind"),
        ("On market day", "When the market opens", "After looking for a bargain"),
    ),
    Plot(
        "bedtime", ("bedroom", "living room", "kitchen"),
        ("read show book sleepy", "sleep hug teddy sleepy", "sit talk lamp sleepy", "dance give teddy happy"),
        ("before bed", "instead of going to bed", "after a warm bath"),
        ("When the day is over", "After a warm bath", "Before the lights go out"), night=0.85,
    ),
    Plot(
        "band", ("classroom", "playground", "street", "living room", "beach"),
        ("dance show guitar happy", "jump hug guitar happy", "sit talk guitar happy",
        "wave give flower surprised"),
        ("to the sound of music", "before the concert", "during the rehearsal"),
        ("When the band plays", "Before the concert", "After the last song"), night=0.25,
    ),
    Plot(
        "garden", ("garden", "kitchen", "farm", "shop"),
        ("stand give flower happy", "walk push bucket happy", "sit show flower surprised",
        "eat talk apple happy"),
        ("after watering the plants", "despite the many weeds", "while the bees are humming"),
        ("After planting some seeds", "When the roses bloom",
        "After pulling some carrots"), night=0.05, rain=0.2,
    ),
    Plot(
        "kite", ("beach", "park", "lake", "farm"),
        ("run give kite happy", "jump show kite surprised", "wave chase kite happy", "sit hug kite sad"),
        ("as the wind blows", "in the strong breeze", "while the clouds drift by"),
        ("When the wind blows", "In a gust of wind", "After waiting for the wind"), night=0.0, rain=0.0,
    ),
    Plot(
        "farm visit", ("farm", "lake", "kitchen", "forest"),
        ("walk push bucket surprised", "run chase - scared", "eat give apple happy", "sleep show box sleepy"),
        ("during the country visit", "after feeding the hens", "to the sound of mooing cows"),
        ("When the rooster crows", "After feeding the ducks", "After milking the cows"), rain=0.2,
    ),
    Plot(
        "quarrel", ("playground", "classroom", "bedroom", "street", "library"),
        ("stand push ball angry", "sit talk - angry", "walk give teddy sad", "jump hug - happy"),
        ("after a silly quarrel", "to make peace", "over a small mistake"),
        ("After a loud quarrel", "When the anger has gone", "With a deep sigh"),
    ),
    Plot(
        "treasure hunt", ("library", "beach", "forest", "lake", "park"),
        ("read show book surprised", "walk talk box happy", "run chase bicycle happy",
        "stand give lamp scared"),
        ("during the treasure hunt", "in search of a treasure", "with an old map in mind"),
        ("During the treasure hunt", "Following the old map", "After solving a riddle"), night=0.3,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Skeleton:
    """What the split hashes and the events fill in: for each frame its plot, place and who is there."""

    plots: tuple[Plot, ...]
    places: tuple[str, ...]
    present: tuple[tuple[str, ...], ...]

    @property
    def content(self) -> str:
        """Cast, places in the order visited and plots, as one canonical line."""
        cast = sorted({name for names in self.present for name in names})
        moves = [place for i, place in enumerate(self.places) if i == 0 or place != self.places[i - 1]]
        plots = dict.fromkeys(plot.name for plot in self.plots)
        return "|".join((",".join(cast), ",".join(moves), ",".join(plots)))


@dataclass(frozen=True)
class Event:
    """One frame before it is told: nobody has a place from left to right yet."""

    plot: Plot
    place: str
    time: str
    weather: str
    action: str
    doers: tuple[str, ...]  # of a pair action the agent alone
    patient: str | None
    others: tuple[str, ...]
    others_action: str | None
    entrance: str | None  # "arrive" or "return": how all the others walk into the picture
    mood: str  # expression of the doers; everybody else is happy, sleepers sleepy
    object: str | None  # the prop given, shown, eaten or read, held by the first doer
    holds: dict[str, str] = field(default_factory=dict)  # name -> prop, `object` included
    ground: tuple[str, ...] = ()


def draw_skeleton(num_frames: int, rng: Random) -> Skeleton:
    """Draw plots, places and who is present for `num_frames` frames."""
    plots: list[Plot] = []
    places: list[str] = []
    present: list[tuple[str, ...]] = []
    pool = list(NAMES)
    rng.shuffle(pool)
    while len(plots) < num_frames:
        plot = rng.choice([p for p in PLOTS if not plots or p is not plots[-1]])
        for step in range(min(rng.randint(5, 10), num_frames - len(plots))):
            here = places[-1] if places else None
            if step == 0 or rng.random() < 0.2:
                here = rng.choice([place for place in plot.places if place != here])
            plots.append(plot)
            places.append(here)
            if not present and plot.starring:
                pool.insert(0, pool.pop(pool.index(plot.starring)))
            present.append(_draw_present(present, pool, rng))
    return Skeleton(tuple(plots), tuple(places), tuple(present))


def _draw_present(history: list[tuple[str, ...]], pool: list[str], rng: Random) -> tuple[str, ...]:
    """Who is in the next frame: mostly those of the last, else somebody back again, else somebody new."""
    if not history:
        return tuple(pool[: _draw_count(rng)])
    here = list(history[-1])
    count = len(here) if rng.random() < 0.5 else _draw_count(rng)
    if rng.random() < 0.12 or count < len(here):
        here.pop(rng.randrange(len(here)))
    while len(here) > count:
        here.pop(rng.randrange(len(here)))
    seen = {name for names in history for name in names}
    while len(here) < count:
        known = [name for name in pool if name in seen and name not in here]
        fresh = [name for name in pool if name not in seen and name not in here]
        back = known and (not fresh or rng.random() < 0.7)
        here.append(rng.choice(known) if back else fresh[0])
        seen.add(here[-1])
    return tuple(here)


def _draw_count(rng: Random) -> int:
    return rng.choices((1, 2, 3, 4), COUNT_SHARES)[0]


def play(skeleton: Skeleton, rng: Random) -> Iterator[Event]:
    """Yield one event for each frame of `skeleton`."""
    stage, plot, sky, beat = _Stage(rng), None, ("day", "clear"), 0
    for frame_plot, place, present in zip(skeleton.plots, skeleton.places, skeleton.present, strict=True):
        if frame_plot is not plot:
            plot, beat, sky = frame_plot, 0, _draw_sky(frame_plot, rng)
        time, weather = sky
        if place in INDOORS or (place == "beach" and weather == "snow"):
            weather = "clear"
        yield stage.play(plot, plot.beats[beat % len(plot.beats)], place, time, weather, present)
        beat += 1


def _draw_sky(plot: Plot, rng: Random) -> tuple[str, str]:
    time = "night" if rng.random() < plot.night else "day"
    roll = rng.random()
    return time, "rain" if roll < plot.rain else "snow" if roll < plot.rain + plot.snow else "clear"


class _Stage:
    """Plays beats one after the other; keeps who holds what, who was seen and who was there last."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.holds: dict[str, str] = {}  # also of those out of the picture; at most MAX_PROPS things
        self.seen: set[str] = set()
        self.before: tuple[str, ...] = ()

    def play(self, plot: Plot, beat: str, place: str, time: str, weather: str, present: tuple[str, ...]) -> Event:
        rng = self.rng
        solo, pair, prop, mood = beat.split()
        prop = rng.choice(SPARE_PROPS) if rng.random() < 0.4 else prop
        mood = rng.choice(EXPRESSIONS) if rng.random() < 0.3 else mood
        action = self._draw_action(solo, pair, present)
        ground = self._lay_down(present)
        action, agent, thing = self._hand_out(action, prop, present, ground)
        patient, doers, others = self._cast(action, agent, present)
        receives = patient not in self.holds and (patient != "Biscuit" or thing in DOG_PROPS)
        if action == "give" and not receives:
            action = "show"
        others_action, entrance = self._occupy(others, action)
        if action == "sleep":
            mood = "sleepy"
        elif rng.random() < 0.25 or (action, mood) == ("hug", "angry"):
            mood = "happy"
        holds = {name: self.holds[name] for name in present if name in self.holds}
        if action == "give":
            self.holds[patient] = self.holds.pop(agent)
        elif action == "eat":
            del self.holds[agent]
        self.seen.update(present)
        self.before = present
        return Event(
            plot, place, time, weather, action, doers, patient, others, others_action, entrance, mood, thing,
            holds, tuple(ground),
        )  # fmt: skip

    def _draw_action(self, solo: str, pair: str, present: tuple[str, ...]) -> str:
        rng = self.rng
        paired = len(present) > 1 and rng.random() < 0.58
        if rng.random() < 0.5:
            action = rng.choice(PAIR_ACTIONS if paired else SOLO_ACTIONS)
        else:
            action = pair if paired else solo
        if present == ("Biscuit",) and action not in DOG_ACTIONS:
            return rng.choice(("sit", "sleep", "run", "eat"))
        return action

    def _lay_down(self, present: tuple[str, ...]) -> list[str]:
        """Now and then somebody lays a thing down: it is on the ground once more, then gone."""
        ground = []
        for name in tuple(self.holds):
            if name in present and self.rng.random() < 0.25:
                ground.append(self.holds.pop(name))
            elif name not in present and self.rng.random() < 0.4:
                del self.holds[name]
        return ground

    def _hand_out(
        self, action: str, prop: str, present: tuple[str, ...], ground: list[str]
    ) -> tuple[str, str, str | None]:
        """The action, its agent and the thing it needs; a new prop may come to a hand or the `ground`."""
        rng, holds = self.rng, self.holds
        able = [name for name in present if name != "Biscuit" or action in DOG_ACTIONS]
        agent = rng.choice(able)
        taken = {*holds.values(), *ground}
        free = len(taken) < MAX_PROPS
        if action in OBJECTS:
            holders = [name for name in able if holds.get(name) in OBJECTS[action]]
            fitting = [thing for thing in OBJECTS[action] if thing not in taken]
            if holders:
                agent = rng.choice(holders)
            elif free and fitting and agent not in holds:
                holds[agent] = prop if prop in fitting else rng.choice(fitting)
            else:
                return ("talk" if action in PAIR_ACTIONS else "sit"), agent, None
            return action, agent, holds[agent]
        in_hand = prop in (DOG_PROPS if agent == "Biscuit" else HELD_PROPS) and agent not in holds
        if prop in PROPS and prop not in taken and free and rng.random() < (0.5 if in_hand else 0.7):
            if in_hand:
                holds[agent] = prop
            else:
                ground.append(prop)
        return action, agent, None

    def _cast(
        self, action: str, agent: str, present: tuple[str, ...]
    ) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
        """Patient, doers and bystanders."""
        others = [name for name in present if name != agent]
        if action in PAIR_ACTIONS:
            patient = others.pop(self.rng.randrange(len(others)))
            return patient, (agent,), tuple(others)
        doers = (agent,)
        if others and self.rng.random() < 0.7:
            doers += tuple(name for name in others if name != "Biscuit" or action in DOG_ACTIONS)
        return None, doers, tuple(name for name in others if name not in doers)

    def _occupy(self, others: tuple[str, ...], action: str) -> tuple[str | None, str | None]:
        """What the bystanders do, and whether they "arrive" or "return" with it."""
        if not others:
            return None, None
        back = all(name in self.seen and name not in self.before for name in others)
        new = bool(self.seen) and not self.seen & set(others)
        if (back or new) and self.rng.random() < 0.6:
            return "walk", "return" if back else "arrive"
        choices = [a for a in BYSTANDER_ACTIONS if a != action and (a != "wave" or "Biscuit" not in others)]
        return self.rng.choice(choices), None
