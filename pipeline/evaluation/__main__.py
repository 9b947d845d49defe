"""Everything that the model card quotes, in one run.

    python -m pipeline.evaluation --weights weights --input PICTURES --limit 400
    python -m pipeline.evaluation --weights weights --input PICTURES --ablations

prints alignment and latency, and with ``--ablations`` what each step and condition buys.
"""

import json

from pipeline.evaluation import ablations, alignment, latency
from pipeline.evaluation.arguments import evaluation_arguments, open_all
from pipeline.loading.weights import weights_hash

__all__ = ["main"]


def main(argv: list[str] | None = None) -> None:
    parser = evaluation_arguments(__doc__, "")
    parser.add_argument("--ablations", action="store_true", help="print the ablations too")
    parser.add_argument("--ablation-limit", type=int, default=60, help="prompts per line of the ablations")
    ablations.add_arguments(parser)
    arguments = parser.parse_args(argv)
    pipe, judge = open_all(arguments)
    print(f"## Weights {weights_hash(arguments.weights)}\n\n### Alignment and quality\n")
    kept = {"alignment": alignment.run(pipe, judge, arguments)}
    print("\n### Time and memory\n")
    kept["latency"] = latency.report(arguments.weights, threads=arguments.threads)
    if arguments.ablations:
        print("\n### Ablations\n")
        arguments.limit = arguments.ablation_limit
        kept["ablations"] = ablations.run_ablations(pipe, judge, arguments)
    if arguments.json:
        arguments.json.write_text(json.dumps(kept, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
