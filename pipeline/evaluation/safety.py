"""How the safety screen fares: harmless prompts that it refuses, unsafe ones that it stops, by words and by meaning.

    python -m pipeline.evaluation.safety --input PICTURES --tier core
    python -m pipeline.evaluation.safety --input PICTURES --captions 1500 --text-encoder FOLDER
    python -m pipeline.evaluation.safety --input PICTURES --tier core --draw 200

PICTURES gives the names of things that nobody may be refused (their `concept`, asked for as "a NAME"), and with
--captions so many of its captions. The sentences are those of `pipeline.evaluation.safety_prompts`: what the threshold
was chosen on, and what was written afterwards. The meaning is that of the weights' own text encoder, as at run time.

With --draw, so many of the names are drawn, and the unsafe sentences too with every screen off: how many of these
pictures the screen of pictures would hold back, by margin.
"""

import argparse
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from pipeline.data.read import read_records
from pipeline.data.sentence_encoder import load_text_encoder
from pipeline.evaluation.safety_prompts import BENIGN_CHOSEN_ON, BENIGN_PROMPTS, UNSAFE_CHOSEN_ON, UNSAFE_PROMPTS
from pipeline.evaluation.table import markdown_table
from pipeline.language.english import article
from pipeline.loading.weights import DEFAULT_WEIGHTS, load_pipeline
from pipeline.safety import CONCEPT_THRESHOLD, SafetyScreen

__all__ = ["harmless_lists", "measure_drawn", "measure_safety", "unsafe_lists"]

THRESHOLDS = (0.45, 0.5, CONCEPT_THRESHOLD, 0.6)
MARGINS = (-0.05, 0.0, 0.02, 0.05, 0.1)
IN_THE_APPS_WORDING = "{}, 3d render, on a light blue background"  # what the page's pickers append
EmbedTexts = Callable[[list[str]], np.ndarray]


def harmless_lists(names: list[str], captions: list[str]) -> dict[str, list[str]]:
    """Lists of harmless prompts by what they are: each refusal is a mistake."""
    lists = {"names of things": [f"{article(name)} {name}" for name in names]}
    if captions:
        lists["captions"] = captions
    lists["chosen on"] = list(BENIGN_CHOSEN_ON)
    lists["written afterwards"] = list(BENIGN_PROMPTS)
    lists["- in the app's wording"] = [IN_THE_APPS_WORDING.format(prompt) for prompt in BENIGN_PROMPTS]
    return lists


def unsafe_lists() -> dict[str, list[str]]:
    """Lists of unsafe prompts by what they are: each should be refused."""
    afterwards = [prompt for prompts in UNSAFE_PROMPTS.values() for prompt in prompts]
    return {
        "chosen on": [prompt for prompts in UNSAFE_CHOSEN_ON.values() for prompt in prompts],
        "written afterwards": afterwards,
        **{f"- {category}": list(prompts) for category, prompts in UNSAFE_PROMPTS.items()},
        "- in the app's wording": [IN_THE_APPS_WORDING.format(prompt) for prompt in afterwards],
    }


def measure_safety(prompts: list[str], embed_texts: EmbedTexts | None = None) -> dict[str, list[str]]:
    """The refused `prompts` by what looked at them: "words", and with `embed_texts` each threshold of the meaning."""
    screens = {"words": SafetyScreen()}
    if embed_texts is not None:
        known: dict[str, np.ndarray] = {}  # a text is embedded once for all thresholds

        def look_up(texts: list[str]) -> np.ndarray:
            missing = [text for text in dict.fromkeys(texts) if text not in known]
            known.update(zip(missing, embed_texts(missing) if missing else (), strict=True))
            return np.stack([known[text] for text in texts])

        screens |= {f"{each:g}": SafetyScreen(embed_texts=look_up, threshold=each) for each in THRESHOLDS}
    return {
        name: [
            prompt
            for prompt, verdict in zip(prompts, screen.screen_texts(prompts), strict=True)
            if not verdict.allowed
        ]
        for name, screen in screens.items()
    }


def measure_drawn(pipe, prompts: list[str]) -> np.ndarray:
    """(n,) for every prompt's picture: how much nearer it is to something unsafe than to the prompt or to anything
    harmless (`PictureScreen.excess`).

    `pipe`: a `TextToImagePipeline` whose own screens are off.
    """
    excess = []
    for seed, prompt in enumerate(tqdm(prompts, "draw")):
        output = pipe(prompt, generator=torch.Generator().manual_seed(seed))
        asked = pipe.semantic(pipe.get_text_embeds([prompt]))
        excess.append(pipe.picture_screen.excess(pipe.semantic(output.image_embeds), asked)[0][0])
    return np.array(excess)


def _print_drawn(weights: Path, lists: dict[str, list[str]]) -> None:
    pipe = load_pipeline(weights)
    pipe.check_safety = pipe.check_picture = lambda *_, **__: None  # to see what they would have held back
    rows = []
    for name, prompts in lists.items():
        excess = measure_drawn(pipe, prompts)
        rows.append(
            [name, f"{len(prompts):,}", *(f"{(excess > each).sum():,}" for each in MARGINS), f"{excess.max():.3f}"]
        )
    header = ["drawn pictures", "prompts", *(f"held back at {each:g}" for each in MARGINS), "largest"]
    print(markdown_table(header, rows) + "\n")


def _print_table(title: str, lists: dict[str, list[str]], embed_texts: EmbedTexts, wrong: str) -> None:
    default, rows, mistakes = f"{CONCEPT_THRESHOLD:g}", [], {}
    for name, prompts in lists.items():
        refused = measure_safety(prompts, embed_texts)
        rows.append([name, f"{len(prompts):,}", *(f"{len(found):,}" for found in refused.values())])
        stopped = set(refused[default])
        mistakes[name] = [prompt for prompt in prompts if (prompt in stopped) == (wrong == "refused")]
    meaning = [f"and meaning from {each:g}{' *' if each == CONCEPT_THRESHOLD else ''}" for each in THRESHOLDS]
    print(markdown_table([title, "prompts", "refused by words", *meaning], rows) + "\n")
    for name, found in mistakes.items():
        if found and not name.startswith("-"):
            print(f"{wrong} ({name}): {'; '.join(found[:40])}")
    print()


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--input", type=Path, required=True, help="pictures with harmless names and captions")
    parser.add_argument("--tier", help="only pictures whose metadata name this tier")
    parser.add_argument("--text-encoder", type=Path, default=DEFAULT_WEIGHTS, help="weights, or a sentence encoder")
    parser.add_argument("--captions", type=int, default=0, help="screen so many captions of PICTURES too")
    parser.add_argument("--draw", type=int, default=0, help="draw so many names, and look at the pictures instead")
    parser.add_argument("--weights", type=Path, default=DEFAULT_WEIGHTS, help="what draws them")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    records = [record for record in read_records(options.input) if options.tier in (None, record.metadata.get("tier"))]
    names = sorted({record.metadata["concept"] for record in records if record.metadata.get("concept")})
    if options.draw:
        chosen = random.Random(options.seed).sample(names, min(options.draw, len(names)))
        harmless = [IN_THE_APPS_WORDING.format(f"{article(name)} {name}") for name in chosen]
        unsafe = [prompt for prompts in UNSAFE_PROMPTS.values() for prompt in prompts]
        return _print_drawn(options.weights, {"names of things": harmless, "unsafe sentences": unsafe})
    captions = sorted({record.text for record in records if record.text})
    captions = random.Random(options.seed).sample(captions, min(options.captions, len(captions)))
    embed_texts = load_text_encoder(options.text_encoder)
    _print_table("harmless", harmless_lists(names, captions), embed_texts, "refused")
    _print_table("unsafe", unsafe_lists(), embed_texts, "allowed")
    print("* the default at run time")


if __name__ == "__main__":
    main()
