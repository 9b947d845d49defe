"""Repositories of the Hub: fetched into the local cache, and what is said where one cannot be.

folder = fetch("stabilityai/sd-turbo", None, ("model_index.json", "*/config.json"))
"""

from pathlib import Path

from pipeline.loading.errors import WeightsError

__all__ = ["fetch", "say_hub_failure"]


def fetch(repository: str, revision: str | None, patterns: tuple[str, ...] | None) -> Path:
    """A snapshot of a repository in the local cache.

    Args:
        repository: ``owner/name``.
        revision: a branch, tag or commit; None is the main branch.
        patterns: of the files that are wanted; None is all of them.

    Raises:
        WeightsError: it is not in the cache, and the Hub did not give it.
    """
    from huggingface_hub import snapshot_download

    try:
        return Path(
            snapshot_download(repository, revision=revision, allow_patterns=list(patterns) if patterns else None)
        )
    except Exception as error:  # of the network, the cache or the Hub: all of them mean that it is not here
        raise WeightsError(say_hub_failure(error, repository, revision)) from error


def say_hub_failure(error: BaseException, repository: str, revision: str | None = None) -> str:
    """Why a repository is not here, and what helps."""
    from huggingface_hub import constants, errors

    chain = [each for each in (error, error.__cause__, error.__context__) if each is not None]

    def is_one(*kinds: type) -> bool:
        return any(isinstance(each, kinds) for each in chain)

    none = f"There is no folder {repository} here"
    if is_one(errors.GatedRepoError):
        return (
            f"{none}, and on the Hub its owner lets in only who agreed to its terms. Agree on its page, log in with "
            "hf auth login, and start again."
        )
    if is_one(errors.RevisionNotFoundError):
        return f"{repository} has no revision {revision} on the Hub. Leave @{revision} out, or check its name."
    if is_one(errors.RepositoryNotFoundError):
        return (
            f"{none}, and the Hub shows no repository of that name. Check the name; a private one needs hf auth login."
        )
    if is_one(errors.OfflineModeIsEnabled, errors.LocalEntryNotFoundError):
        if constants.HF_HUB_OFFLINE:
            return (
                f"{none}, it was not downloaded yet, and HF_HUB_OFFLINE keeps the network off. Unset it, or pass a "
                "folder."
            )
        return (
            f"{none}, it was not downloaded yet, and the Hub cannot be reached. Check the network, or pass a folder."
        )
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    return (
        f"{none}, and the Hub did not give a repository of that name ({reason}). "
        "Check the name and the network, or pass a folder."
    )
