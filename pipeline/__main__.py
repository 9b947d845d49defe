"""Easel on the command line: `easel COMMAND ...`, or `python -m pipeline COMMAND ...` without installing.

    easel draw "a red apple, 3d render" -o apple.png --seed 7
    easel verify apple.png
    easel serve

A further command is one line in `COMMANDS`: a module whose `main(argv)` takes the rest of the line.
"""

import importlib
import sys
from collections.abc import Mapping
from types import MappingProxyType

from pipeline import __version__
from pipeline.loading.errors import WeightsError

__all__ = ["COMMANDS", "main"]

# Name -> (module with `main(argv) -> int | None`, what it does). Imported when it is asked for: some take seconds.
COMMANDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "draw": ("pipeline.commands.draw", "draw a picture from a prompt, reference pictures, or both"),
        "verify": ("pipeline.commands.verify", "look for the watermark and the recipe in a picture"),
        "sticker": ("pipeline.commands.sticker", "write a sticker that keeps to a messenger's every limit"),
        "check-sticker": ("pipeline.commands.check_sticker", "say which limit a picture or a pack breaks"),
        "pack": ("pipeline.commands.pack", "draw a set of stickers"),
        "many": ("pipeline.commands.many", "draw a table of prompts, such as {red|green} car"),
        "icons": ("pipeline.commands.icons", "write the files of icon sets"),
        "serve": ("app", "open the page and answer programs"),
        "prepare": ("pipeline.data.prepare", "clean a folder of pictures for training"),
        "train": ("pipeline.training.__main__", "train every stage and export a model folder"),
        "evaluate": ("pipeline.evaluation.__main__", "print the figures of the model card"),
    }
)
_ALIASES = {"generate": "draw"}


def main(argv: list[str] | None = None) -> int:
    """Run one command; the exit status is 0, 1 where verify finds no mark, or 2 for what cannot be done."""
    name, *rest = (sys.argv[1:] if argv is None else argv) or ["--help"]
    name = _ALIASES.get(name, name)
    if name in ("-h", "--help", "help"):
        print(_help())
        return 0
    if name == "--version":
        print(f"easel {__version__}")
        return 0
    if name not in COMMANDS:
        print(f"easel: there is no command {name!r}. Choose one of {', '.join(COMMANDS)}.", file=sys.stderr)
        return 2
    try:
        return importlib.import_module(COMMANDS[name][0]).main(rest) or 0
    except (ValueError, OSError, WeightsError) as error:
        print(f"easel: {str(error).replace('`', '')}", file=sys.stderr)
        return 2
    except RuntimeError as error:
        from pipeline.watermark import WatermarkError  # takes numpy, which `--help` does without

        if not isinstance(error, WatermarkError):
            raise
        print(f"easel: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("easel: cancelled", file=sys.stderr)
        return 130


def _help() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:{width}}  {does}" for name, (_, does) in COMMANDS.items()]
    return "\n".join(["usage: easel COMMAND ...", "", *lines, "", "`easel COMMAND --help` lists a command's options."])


if __name__ == "__main__":
    sys.exit(main())
