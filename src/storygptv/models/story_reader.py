"""Reads a story with a language model: after each sentence it says who is new and what its picture shows.

At each step it chooses among the pieces that the grammar of `scene_tokens` allows (`decoding`), so a scene always
parses, names only people of the story or of the sentence, and only listed actions and places.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch

from storygptv.models.decoding import ConstrainedDecoder
from storygptv.models.scene_tokens import END, MAX_TOKENS, NEW, SCENE, StoryTokenizer, introduction_pieces
from storygptv.names import named, new_names, plain
from storygptv.scene import (
    ACTIONS,
    KINDS,
    MAX_PEOPLE,
    MAX_PROPS,
    MOODS,
    PAIR_ACTIONS,
    PLACES,
    PRONOUNS,
    WEATHERS,
    Figure,
    Person,
    Scene,
)  # fmt: skip

MAX_NEW = 5  # people that one sentence may introduce
MAX_WORD_TOKENS = 6  # of a prop or thing
MAX_READ_TOKENS = 480  # of a sentence that is read
MAX_SENTENCE_TOKENS = 60  # of a sentence that is written
MAX_SAID_TOKENS = 160  # of what is said of a sentence
TEMPERATURE, TOP_P = 0.7, 0.9  # of a sentence that is written
ENDINGS = r"\b(end|home|good ?night|asleep|last|ever after|finally|bed)\b"
_CAPITALS = {"I", "Mr", "Mrs", "Ms", "Dr", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
             "Christmas"}  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """What a sentence was understood as.

    Args:
        new: who is met in it for the first time.
        scene: what its picture shows.
        probabilities: for each figure, how likely it is to be in the picture, 0 to 1.
    """

    new: tuple[Person, ...]
    scene: Scene
    probabilities: tuple[float, ...]


@dataclass
class StoryReader:
    """The state of a story under way: its people, and what the language model has read of it.

    Args:
        lm: a causal language model in evaluation mode, with its adapter merged.
        tokens: its tokenizer.
        cast: people who are known wherever a sentence names them, though the story does not introduce them.
        known: people of the story, told before it begins.
        certainty: turns the model's own probability of a figure into a calibrated one; (slope, offset) of a logit.
    """

    lm: torch.nn.Module
    tokens: StoryTokenizer
    cast: Mapping[str, Person] = field(default_factory=dict)
    known: Sequence[Person] = ()
    certainty: tuple[float, float] = (1.0, 0.0)

    def __post_init__(self) -> None:
        self.people: dict[str, Person] = {person.name: person for person in self.known}
        self.decoder = ConstrainedDecoder(self.lm, self.tokens, self.tokens.known(list(self.known)))
        self.last: Scene | None = None
        self._sentences: set[str] = set()
        self._said_ids: list[int] = []  # of the sentence read last
        self._frames: list[list[int]] = []  # the ids of each frame that is remembered

    def _make_room(self, new: int) -> None:
        """Forget the oldest frames where `new` more tokens would be more than MAX_TOKENS, or the language model's
        positions: everybody is then introduced at the beginning, and a third of the room is left free."""
        limit = min(self.lm.config.max_position_embeddings, MAX_TOKENS)
        if self.length + new <= limit:
            return
        begin = self.tokens.known(list(self.people.values()))
        while self._frames and len(begin) + sum(map(len, self._frames)) + new > 2 / 3 * limit:
            del self._frames[0]
        if len(begin) + new > limit:
            raise ValueError(f"the sentence is too long for the language model, which reads at most {limit:,} tokens")
        self.decoder.restart(begin + [token for frame in self._frames for token in frame])

    def _hear(self, sentence: str) -> None:
        """Take in a sentence, as far as MAX_READ_TOKENS go, and forget the oldest frames where it would not fit. Raises
        ValueError where it does not fit even so."""
        ids = self.tokens.sentence(sentence)
        ids = [*ids[:-1][: MAX_READ_TOKENS - 1], ids[-1]]
        self._make_room(len(ids) + MAX_SAID_TOKENS)
        self._push(ids)
        self._frames.append(ids)
        self._sentences.add(plain(sentence))

    # --- a frame

    @torch.inference_mode()
    def read(self, sentence: str) -> Reading:
        """Read a sentence and say its scene."""
        self._hear(sentence)
        before, self._said_ids = self.length, []
        new, sure = self._introductions(sentence)
        scene, chances = self._scene()
        chances = [chance * sure.get(name, 1.0) for name, chance in zip(scene.names, chances, strict=True)]
        said = self.tokens.said(new, scene)
        self._settle(before, said)
        self._frames[-1] = self._frames[-1] + said
        self.last = scene
        return Reading(tuple(new), scene, tuple(self._calibrated(chance) for chance in chances))

    @torch.inference_mode()
    def tell(self, sentence: str, scene: Scene, new: Sequence[Person] = ()) -> None:
        """Take a sentence and its scene as they are, where a person has said or mended them."""
        self._hear(sentence)
        said = self.tokens.said(new, scene)
        self._push(said)
        self._frames[-1] = self._frames[-1] + said
        self.people |= {person.name: person for person in new}
        self.last = scene

    def take(self, sentence: str, line: str) -> Reading:
        """Take a sentence and the line of its scene as a person has written it. Who is new in it must be named by the
        sentence.

        Raises ValueError with the word that is wrong and what is possible.
        """
        known = {**{name: person for name, person in self.cast.items()}, **self.people}
        is_shown = re.compile(r"[A-Z]\w*( [A-Z]\w*)*").fullmatch
        called = [n for n in new_names(sentence, known) if n.lower() in line.lower() or (is_shown(n) and n in sentence)]
        scene = Scene.parse(line, [*known, *called])
        new = [known.get(name, Person(name)) for name in scene.names if name not in self.people]
        self.tell(sentence, scene, new)
        return Reading(tuple(new), scene, (1.0,) * len(scene.figures))

    # --- going on

    @torch.inference_mode()
    def write(self, generator: torch.Generator, ending: bool = False, tries: int = 5) -> str:
        """Write the next sentence: of some that are sampled, the likeliest that names nobody unknown and says something
        new, rather of somebody of the story than in quotation marks. Nothing of it is kept until it is read. `ending`
        prefers one that ends the story."""
        self.decoder.flush()
        length, hidden = self.length, self.decoder.hidden
        best, most = None, -math.inf
        for turn in range(3 * tries):
            text, score = self._sampled(generator)
            self.decoder.back_to(length, hidden)
            if ending and re.search(ENDINGS, text, re.IGNORECASE):
                score += 1.0
            score += 0.5 * bool(named(text, self.people)) - 0.8 * bool(re.search(r"[\"“”]", text))
            if score > most and self._is_fit(text):
                best, most = text, score
            if best is not None and turn + 1 >= tries:
                break
        if best is None:
            names = [figure.name for figure in self.last.figures] if self.last else list(self.people)[:1]
            best = f"{' and '.join(names[:2])} {'rest' if len(names) > 1 else 'rests'} for a while."
        return best

    def _sampled(self, generator: torch.Generator) -> tuple[str, float]:
        """Sample a sentence; its text and the mean log-probability of its tokens."""
        marks = [self.tokens.ids_of(mark)[0] for mark in (NEW, SCENE, END)]
        ids: list[int] = []
        total = 0.0
        while len(ids) < MAX_SENTENCE_TOKENS:
            logits = self.decoder.logits()
            if not ids:
                logits = logits.index_fill(0, torch.tensor(marks, device=logits.device), -torch.inf)
            chances = (logits / TEMPERATURE).softmax(0)
            sorted_chances, order = chances.sort(descending=True)
            kept = sorted_chances.cumsum(0) - sorted_chances < TOP_P
            drawn = torch.multinomial((sorted_chances * kept).cpu(), 1, generator=generator)
            token = int(order[drawn])
            total += float(logits.log_softmax(0)[token])
            if token == marks[2]:
                break
            ids.append(token)
            self._push([token])
        return self.tokens.tokenizer.decode(ids).strip(), total / (len(ids) + 1)

    def _is_fit(self, text: str) -> bool:
        """Return whether a sentence that was written can stand: whole, new, and with no name from nowhere."""
        words = plain(re.sub(r"[^\w\s'’]", " ", text)).split()
        pairs = list(zip(words, words[1:], strict=False))
        if len(words) < 4 or not re.search(r"[.!?][\"'”’)]*$", text) or len(set(pairs)) < 0.85 * len(pairs):
            return False
        for before in self._sentences:  # says much the same
            other = set(re.sub(r"[^\w\s'’]", " ", before).split())
            if len(other & set(words)) > 0.6 * len(other | set(words)):
                return False
        middle = re.findall(r"(?<=[a-z,;] )[A-Z][a-z]+", text)
        unknown = [name for name in middle if not named(name, [*self.people, *self.cast]) and name not in _CAPITALS]
        return not unknown

    @property
    def length(self) -> int:
        """Tokens of the story so far."""
        return self.decoder.length

    # --- introductions

    def _introductions(self, sentence: str) -> tuple[list[Person], dict[str, float]]:
        """Say who is new: first those of the cast whom the sentence names, then whom the model finds, of these also how
        likely it is that there is somebody new who is called so."""
        new = [self.cast[name] for name in named(sentence, self.cast) if name not in self.people]
        sure: dict[str, float] = {}
        for person in new:
            self._introduce(person)
        while len(new) < MAX_NEW:
            calls = new_names(sentence, [*self.people, *self.cast])
            likely = self.decoder.choose([NEW, SCENE])[1][NEW]
            if not calls or (likely < 0.5 and self.people):  # a scene shows somebody
                break
            self._push(self.tokens.ids([NEW]))
            name, names = self.decoder.choose([f" {call}" for call in calls])
            sure[name.strip()] = likely * names[name]
            self._push(self.tokens.ids([name, ":"]))
            kind = self.decoder.choose([f" {kind}" for kind in KINDS])[0]
            self._push(self.tokens.ids([kind]))
            pronoun = None
            if self.decoder.choose([",", END])[0] == ",":
                self._push(self.tokens.ids([","]))
                said = self.decoder.choose([f" {pronoun}" for pronoun in PRONOUNS])[0]
                self._push(self.tokens.ids([said]))
                pronoun = said.strip()
            self._push(self.tokens.ids([END]))
            person = Person(name.strip(), kind.strip(), pronoun)
            self.people[person.name] = person
            new.append(person)
        if not self.people:  # and nobody is called anything
            person = Person("somebody")
            self._introduce(person)
            new.append(person)
            sure[person.name] = 0.0
        return new, sure

    def _introduce(self, person: Person) -> None:
        self._push(self.tokens.ids(introduction_pieces(person)))
        self.people[person.name] = person

    # --- scenes

    def _scene(self) -> tuple[Scene, list[float]]:
        """Say the scene; the probability of each of its figures."""
        self._push(self.tokens.ids([SCENE]))
        figures: list[Figure] = []
        choices: list[tuple[dict[str, float], float]] = []  # of each name: what else could be, that nobody comes
        stop = 0.0
        while True:
            free = [name for name in self.people if name not in {figure.name for figure in figures}]
            name, names = self.decoder.choose([f" {name}" for name in free])
            choices.append(({said.strip(): p * (1 - stop) for said, p in names.items()}, stop))
            self._push(self.tokens.ids([name]))
            figures.append(self._figure(name.strip()))
            more = len(figures) < min(MAX_PEOPLE, len(self.people))
            ends, chances = self.decoder.choose([",", ";"] if more else [";"])
            stop = chances.get(";", 1.0)
            self._push(self.tokens.ids([ends]))
            if ends == ";":
                break
        place = self._said([f" {place}" for place in PLACES])
        night, weather = False, None
        while self.decoder.choose([",", ";"] if not (night and weather) else [";"])[0] == ",":
            self._push(self.tokens.ids([","]))
            when = self._said([f" {w}" for w in ([] if night else ["night"]) + ([] if weather else list(WEATHERS))])
            night, weather = night or when == "night", weather if when == "night" else when
        self._push(self.tokens.ids([";"]))
        props: list[str] = []
        while len(props) < MAX_PROPS and (word := self._word({",", END} if props else {END}, first=not props)):
            props.append(word)
        self._push(self.tokens.ids([END]))
        seen = {figure.name for figure in figures}
        figures = [figure if figure.target in seen else replace(figure, target=None) for figure in figures]
        things = [figure.thing for figure in figures if figure.thing]
        props = list(dict.fromkeys([*things, *props]))[:MAX_PROPS]
        figures = [figure if figure.thing in props else replace(figure, thing=None) for figure in figures]
        scene = Scene(tuple(figures), place, night, weather, tuple(props))
        return scene, _chances([figure.name for figure in figures], choices)

    def _figure(self, name: str) -> Figure:
        """Say what somebody does, to whom, with what, and their mood."""
        action = self._said([f" {action}" for action in ACTIONS])
        target = thing = mood = None
        others = [f" {other}" for other in self.people if other != name] if action in PAIR_ACTIONS else []
        after = [" (", *(f" {mood}" for mood in MOODS), ",", ";"]
        said = self.decoder.choose([*others, *after])[0]
        if said in others:
            target = self._pushed(said)
            said = self.decoder.choose(after)[0]
        if said == " (":
            self._push(self.tokens.ids([" ("]))
            thing = self._word({")"}, first=True, spaced=False)
            self._push(self.tokens.ids([")"]))
            said = self.decoder.choose(after[1:])[0]
        if said.strip() in MOODS:
            mood = self._pushed(said)
        return Figure(name, action, target, thing or None, mood)

    def _said(self, pieces: Sequence[str]) -> str:
        return self._pushed(self.decoder.choose(pieces)[0])

    def _pushed(self, piece: str) -> str:
        self._push(self.tokens.ids([piece]))
        return piece.strip()

    def _word(self, ends: set[str], first: bool, spaced: bool = True) -> str:
        """Say a plain noun of the model's own, up to one of the marks `ends`, which is not said yet; "" for none.
        Where it is not the `first` of a list, the comma before it is said with it."""
        if not first:
            if self.decoder.choose([",", END])[0] != ",":
                return ""
            self._push(self.tokens.ids([","]))
        stops = torch.tensor([self.tokens.ids_of(mark)[0] for mark in {*ends, ",", END}])
        word: list[int] = []
        while len(word) < MAX_WORD_TOKENS:
            allowed = self.tokens.letters(begins=not word and spaced)
            allowed = torch.cat([allowed, stops]) if word or (first and spaced) else allowed
            token = int(allowed[self.decoder.logits(allowed).argmax()])
            if token in stops:
                break
            word.append(token)
            self._push([token])
        return self.tokens.tokenizer.decode(word).strip()

    # --- what was said

    def _push(self, ids: Iterable[int]) -> None:
        ids = list(ids)
        self.decoder.push(ids)
        self._said_ids += ids

    def _settle(self, before: int, ids: list[int]) -> None:
        """Let what was said after the first `before` tokens be `ids`: the scene as it is kept, where what was said had
        a target who is not to be seen, or a thing that is not among the props."""
        if ids != self._said_ids:
            self.decoder.flush()
            self.decoder.back_to(before, self.decoder.hidden)
            self._push(ids)

    def _calibrated(self, chance: float) -> float:
        slope, offset = self.certainty
        chance = min(max(chance, 1e-4), 1 - 1e-4)
        logit = slope * math.log(chance / (1 - chance)) + offset
        return 1 / (1 + math.exp(-min(max(logit, -30), 30)))


def _chances(names: Sequence[str], choices: Sequence[tuple[dict[str, float], float]]) -> list[float]:
    """Return how likely each of the chosen figures is to be in the picture.

    When a name was chosen, others that came later might have come first: they do not speak against it. What does is
    the probability of those who were never chosen and of nobody more.
    """
    chances = []
    for name, (probabilities, stop) in zip(names, choices, strict=True):
        against = stop + sum(p for other, p in probabilities.items() if other not in names)
        own = probabilities[name]
        chances.append(own / max(own + against, 1e-9))
    return chances
