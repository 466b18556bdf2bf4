"""Answers of keyed commands, kept in the document that the command decided about."""

from collections.abc import Iterable

from domain.idempotency import KeptAnswer, KeyedCommand
from store.driver import Document


def kept_in(document: Document) -> list[KeptAnswer]:
    """The answers a document keeps, oldest first."""
    return [
        KeptAnswer(
            KeyedCommand(each["actor"], each["mutation"], each["key"], each["input_hash"]),
            each["at"],
            each["answer"],
        )
        for each in document.get("answers", [])
    ]


def answers_path(answers: Iterable[KeptAnswer]) -> dict[str, object]:
    """The path that keeps these answers, and no others."""
    return {
        "answers": [
            {
                "actor": each.command.actor,
                "mutation": each.command.mutation,
                "key": each.command.key,
                "input_hash": each.command.input_hash,
                "at": each.at,
                "answer": each.answer,
            }
            for each in answers
        ]
    }
