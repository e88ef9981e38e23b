"""Reference resolution, on stories labelled by hand."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from storygptv.evaluation.coreference import Bootstrap, Reference, find_references, mentioned, reference_scores
from storygptv.evaluation.naming import meant_scores, naming_scores

PRONOUNS = {"Mia": "she", "Nora": "she", "Leo": "he", "Sam": "they"}
NAMES = list(PRONOUNS)


def mention(text: str, start: int, *characters: str, kind: str = "pronoun") -> dict:
    return {"text": text, "start": start, "end": start + len(text), "characters": list(characters), "kind": kind}


def types(story: list[list[dict]]) -> list[tuple[str, set[str]]]:
    return [(each.text, set(each.types)) for each in find_references([story], PRONOUNS)]


def test_types_of_a_story() -> None:
    story = [
        # "Mia and Leo sit in the park." "She waves to Nora there." "She hugs her." "The boy sleeps."
        [mention("Mia", 0, "Mia", kind="name"), mention("Leo", 8, "Leo", kind="name")],
        [mention("She", 0, "Mia"), mention("Nora", 13, "Nora", kind="name"), mention("there", 18, kind="place")],
        [mention("her", 9, "Nora"), mention("She", 0, "Mia")],  # in the order of the text, not of the list
        [mention("The boy", 0, "Leo", kind="noun")],
    ]
    assert types(story) == [
        ("Mia", {"name"}),
        ("Leo", {"name"}),
        ("She", {"he_she", "distance_1", "after_distractor"}),  # Leo came since; no other girl is known yet
        ("Nora", {"name"}),
        ("She", {"he_she", "same_gender", "distance_1", "after_distractor"}),
        ("her", {"he_she", "same_gender", "distance_1", "after_distractor"}),
        ("The boy", {"noun", "distance_3", "after_distractor"}),
    ]


def test_they_looks_and_far_antecedents() -> None:
    alone = mention("Sam", 0, "Sam", kind="name")
    pair = [mention("Mia", 0, "Mia", kind="name"), mention("Leo", 8, "Leo", kind="name")]
    story = [
        [alone],
        [mention("They", 0, "Sam"), mention("their", 9, "Sam")],
        pair,
        [mention("They", 0, "Mia", "Leo", kind="they")],
        [mention("Both of them", 0, "Mia", "Leo", kind="noun"), mention("them", 20, "Leo", "Mia", kind="plural")],
        [mention("The one in the green scarf", 0, "Sam", kind="noun")],
        [mention("The girl", 0, "Nora", kind="noun")],  # told of for the first time: no antecedent
    ]
    assert types(story)[1:3] == [("They", {"they_one", "distance_1"}), ("their", {"they_one", "distance_0"})]
    assert types(story)[5:] == [
        ("They", {"they", "distance_1"}),
        ("Both of them", {"noun", "distance_1"}),
        ("them", {"they", "distance_0"}),
        ("The one in the green scarf", {"look", "look_open", "distance_4_or_more", "after_distractor"}),
        ("The girl", {"noun"}),
    ]


def test_pronouns_of_every_kind_are_told_from_nouns() -> None:
    story = [
        [mention("Mia", 0, "Mia", kind="name"), mention("Leo", 9, "Leo", kind="name")],
        [mention("He", 0, "Leo"), mention("himself", 9, "Leo"), mention("It", 20, "Sam"), mention("its", 30, "Sam")],
        [
            mention("They", 0, "Mia", "Leo"),
            mention("themselves", 9, "Mia", "Leo"),
            mention("The cat", 30, "Sam", kind="noun"),
        ],
    ]
    kinds = [next(kind for kind in ("he_she", "they", "noun", "name") if kind in of) for _, of in types(story)]
    assert kinds == ["name", "name", *["he_she"] * 4, "they", "they", "noun"]


def test_a_look_is_open_where_no_text_has_told_whose_it_is() -> None:
    trio = [mention(name, 10 * place, name, kind="name") for place, name in enumerate(("Mia", "Leo", "Sam"))]
    scarf = mention("The one in the green scarf", 0, "Sam", kind="noun")
    hat = mention("the one in the red hat", 40, "Mia", kind="noun")
    leo = mention("Leo", 70, "Leo", kind="name")
    is_open = lambda story: [  # noqa: E731
        "look_open" in each.types for each in find_references([story], PRONOUNS) if "look" in each.types
    ]
    assert is_open([trio, [scarf], [scarf]]) == [True, True]  # that it was said before tells nothing
    assert is_open([trio, [scarf, leo]]) == [True]  # Mia or Sam
    assert is_open([trio, [scarf, hat]]) == [True, True]
    assert is_open([trio, [scarf, hat, leo]]) == [True, True]  # which of the two has which
    her = mention("her", 50, "Mia", kind="pronoun")
    assert is_open([trio, [scarf, her, leo]]) == [False]  # who is left
    nora = mention("Nora", 40, "Nora", kind="name")
    assert is_open([trio, [scarf, leo, mention("her", 50), mention("the other girl", 60, "Mia", kind="noun")]]) == [
        True
    ]
    assert is_open([trio, [scarf, nora, leo, her]]) == [True]  # "her" may be Nora
    assert is_open([[*trio, nora], [scarf, her, leo]]) == [True]  # Sam or whom "her" does not mean
    assert is_open([trio, [scarf, *trio[:2]], [scarf]]) == [False, False]  # told once, told for good
    assert is_open([trio[1:], [scarf, leo], [mention("Mia", 0, "Mia", kind="name"), scarf]]) == [False, False]
    assert is_open([trio[2:], [scarf, mention("Mia", 40, "Mia", kind="name")]]) == [False]  # she is new


def test_a_story_knows_nothing_of_the_one_before() -> None:
    first, second = [[mention("Mia", 0, "Mia", kind="name")]] * 2, [[mention("She", 0, "Mia")]]
    found = find_references([first, second], PRONOUNS)
    assert [each.frame for each in found] == [0, 1, 2]
    assert found[2].types == ("he_she",)


def drawn(*rows: str) -> torch.Tensor:
    return torch.tensor([[digit == "1" for digit in row] for row in rows])


def test_scores_by_hand() -> None:
    references = [
        Reference(0, "Mia", ("Mia",), ("name",)),
        Reference(1, "She", ("Mia",), ("he_she", "same_gender", "distance_1")),
        Reference(2, "They", ("Mia", "Leo"), ("they", "distance_1")),
        Reference(3, "her", ("Nora",), ("he_she", "distance_0")),
    ]
    called = drawn("1000", "1000", "1010", "0100")
    present = drawn("1000", "0100", "1010", "0110")  # Nora in Mia's place; Leo where nobody asked for him
    scores = reference_scores(references, present, called, NAMES, torch.tensor([0, 0, 1, 1]), seed=0)
    resolved = {kind: (of["mentions"], of["resolved"]) for kind, of in scores["references"].items()}
    assert resolved["all"] == (3, pytest.approx(2 / 3)) and resolved["name"] == (1, 1.0)
    assert resolved["he_she"] == (2, 0.5) and resolved["same_gender"] == (1, 0.0) and resolved["they"] == (1, 1.0)
    assert resolved["look"] == (0, None) and scores["references"]["look"]["interval"] is None
    assert scores["references"]["name"]["interval"] is None  # from one story alone
    assert scores["references"]["all"]["interval"] == [0.0, 1.0]  # story 1: 0 of 1; story 2: 2 of 2
    assert scores["false_additions"]["frames"] == 0.5 and scores["false_additions"]["characters"] == 0.5


def test_half_a_group_is_not_the_group_and_too_many_are_not_asked_for() -> None:
    they = [Reference(0, "They", ("Mia", "Leo"), ("they",))]
    score = lambda rows, called: reference_scores(they, drawn(rows), called, NAMES, torch.tensor([0]), 0)  # noqa: E731
    assert score("1000", drawn("1010"))["references"]["they"]["resolved"] == 0.0
    everybody = score("1111", drawn("1010"))
    assert everybody["references"]["they"]["resolved"] == 1.0  # it costs false additions
    assert everybody["false_additions"] == {"frames": 1.0, "interval": None, "characters": 2.0}
    # who is mentioned may be drawn, though the data set does not show them
    assert score("1010", drawn("0000"))["false_additions"]["frames"] == 0.0
    assert mentioned(they, 1, NAMES).tolist() == drawn("1010").tolist()


def test_intervals_are_seeded_and_cover_the_mean() -> None:
    generator = torch.Generator().manual_seed(1)
    story = torch.arange(60).repeat_interleave(5)
    right = torch.rand(300, generator=generator) < 0.7
    mean, (low, high) = Bootstrap(60, seed=3).share(right, story)
    assert low < mean < high and mean == pytest.approx(right.double().mean().item())
    assert Bootstrap(60, seed=3).share(right, story) == Bootstrap(60, seed=3).share(right, story)
    # independent draws: about the interval of a binomial share
    assert high - low == pytest.approx(2 * 1.96 * np.sqrt(0.7 * 0.3 / 300), rel=0.25)
    whole = story % 2 == 0  # stories that are all right or all wrong tell less
    assert np.diff(Bootstrap(60, seed=3).share(whole, story)[1]) > 2 * (high - low)


def test_texts_are_judged_by_whom_they_name() -> None:
    # frame 1 shows Mia and Leo, frame 2 Mia ("She"), frame 3 Leo ("The boy"), whom the text exchanges for Sam
    texts = ["Mia hugs Leo.", "Then Mia's dog sleeps, amiably.", "Sam sleeps."]
    story = [
        [mention("Mia", 0, "Mia", kind="name"), mention("Leo", 9, "Leo", kind="name")],
        [mention("She", 0, "Mia")],
        [mention("The boy", 0, "Leo", kind="noun")],
    ]
    true = torch.tensor([[1, 0, 1, 0], [1, 0, 0, 0], [0, 0, 1, 0]]).bool()
    told = SimpleNamespace(
        labels={"characters": true}, nameless=torch.tensor([False, True, True]),
        references=find_references([story], PRONOUNS), cluster_of=torch.tensor([0, 0, 0]),
    )  # fmt: skip
    scores = naming_scores(texts, told, NAMES, 0)
    assert scores["char_acc"] == pytest.approx(2 / 3) and scores["char_acc_pronoun_frames"] == 0.5
    assert scores["char_f1"] == pytest.approx(3 / 4)  # three of four told, three of four true
    assert scores["references"]["he_she"]["resolved"] == 1.0 and scores["references"]["noun"]["resolved"] == 0.0
    assert scores["references"]["all"]["mentions"] == 2 and scores["false_additions"]["characters"] == pytest.approx(
        1 / 3
    )


def test_whom_a_reader_means_is_asked_frame_after_frame() -> None:
    class Session:
        """Means whoever was named last."""

        def __init__(self):
            self.who = ""

        def tell(self, text: str) -> None:
            self.who = next((name for name in NAMES if name in text), self.who)

        def see(self, picture: None) -> None:
            self.who += "" if picture is None else "?"

        def surely(self) -> dict[str, float]:
            return {self.who: 0.9}

    pipeline = SimpleNamespace(cast=SimpleNamespace(names=NAMES), start=Session, scene_reader="there is one")
    spans = [{"start": 0, "end": 3, "character": "Mia"}]
    columns = {
        "characters": [["Mia"], ["Mia"], ["Leo"], ["Leo"], ["Leo", "Mia"], []],
        "caption": ["Mia runs.", "", "", "Leo is here.", "", ""],
        "caption_spans": [spans, [], [], [spans[0] | {"character": "Leo"}], [], []],
        "names_somebody": [True, False, False, True, False, None],
        "mentions": [[], [mention("She", 0, "Mia")], [mention("He", 0, "Leo")], [], [mention("He", 0, "Leo")], []],
    }
    data = SimpleNamespace(
        stories=[[0, 1, 2], [3, 4], [5]], check_stories=lambda number: None,
        info=SimpleNamespace(names=NAMES[:3], pronouns=PRONOUNS),
        told=lambda required: [["Mia runs.", "She sits.", "He sits."], ["Leo is here.", "He is."]],
        text=columns.get, images=lambda rows: np.zeros((len(rows), 2, 2, 3), np.uint8),
    )  # fmt: skip
    scores = meant_scores(pipeline, data, 2)
    assert scores["char_acc"] == 3 / 5 and scores["char_acc_pronoun_frames"] == pytest.approx(1 / 3)
    assert (
        scores["char_f1"] == pytest.approx(8 / 11)
        and scores["num_frames"] == 5
        and scores["by_frame"] == {"char_acc": [1.0, 0.5, 0.0]}
    )
    resolved = {kind: (of["mentions"], of["resolved"]) for kind, of in scores["references"].items() if of["mentions"]}
    assert resolved["he_she"] == (3, pytest.approx(2 / 3)) and resolved["name"] == (2, 1.0)
    assert scores["false_additions"]["frames"] == 1 / 5  # Mia, where he sits
    shown = meant_scores(pipeline, data, 2, pictures=True)
    assert shown["by_frame"] == {"char_acc": [1.0, 0.0, 0.0]}  # who comes of a picture is nobody it knows
    data.info.names = ["Fred", "Mia"]
    with pytest.raises(ValueError, match=r"characters: must be among the model's .*, got 'Fred'"):
        meant_scores(pipeline, data, 2)
    pipeline.scene_reader = None
    with pytest.raises(ValueError, match="model: must have a reader to say whom it means, and has none"):
        meant_scores(pipeline, data, 2)


def test_the_bundled_reader_is_asked_by_one_command(command, toon_folder: Path, tmp_path: Path) -> None:
    asked = ("evaluate", "meant", "--data", toon_folder, "--json", tmp_path / "meant.json")
    code, out, _ = command(*asked, "--stories", 4)
    scores = json.loads((tmp_path / "meant.json").read_text())
    assert code == 0 and "char_acc" in out
    assert scores["char_acc"] > 0.8 and len(scores["by_frame"]["char_acc"]) == 3
    code, _, err = command(*asked, "--stories", 5, "--overwrite")
    assert code == 2 and "stories: must be 1 to 4, all the data set has, got 5" in err
