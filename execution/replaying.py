"""Replaying: an answer in which something is unusual is completed by graphql-core itself.

Everything was gathered before: each field gives what it gave then, so that nothing is loaded or
done again, and nulls and errors stand where the specification puts them.
"""

from collections.abc import Callable
from typing import Any, TypeAlias, cast

from graphql import DocumentNode, ExecutionResult, GraphQLResolveInfo
from graphql.execution import Executor

from execution.frames import Column, Frame
from execution.gathering import Run

Steps: TypeAlias = tuple[str | int, ...]


def replayed(
    run: Run,
    document: DocumentNode,
    variables: dict[str, Any] | None,
    operation_name: str | None,
) -> ExecutionResult:
    """The result of an operation whose frames are filled."""
    executor = Executor.build(
        run.plan.schema,
        document,
        context_value=run.context,
        raw_variable_values=variables,
        operation_name=operation_name,
        middleware=[_Replay(run.root)],
        is_awaitable=cast(Any, _never),
    )
    if isinstance(executor, list):
        return ExecutionResult(None, executor)
    result = executor.execute_operation()
    assert isinstance(result, ExecutionResult)
    return result


class _Replay:
    """Knows by the path of an answer which row of which frame stands there."""

    def __init__(self, root: Frame) -> None:
        self._known: dict[Steps, tuple[Frame, int]] = {(): (root, 0)}

    def resolve(
        self, next_: Callable[..., Any], source: Any, info: GraphQLResolveInfo[Any], /, **given: Any
    ) -> Any:
        """What the field gave at this place of the answer."""
        path: Steps = tuple(info.path.as_list())
        frame, row = self._known[path[:-1]]
        column = frame.columns.get(str(path[-1]))
        if column is None:
            return next_(source, info, **given)
        if column.refs is not None:
            self._note(column, column.refs[row], path)
        return column.raw(row)

    def _note(self, column: Column, ref: Any, path: Steps) -> None:
        if isinstance(ref, slice):
            for place, number in enumerate(range(ref.start, ref.stop)):
                self._known[*path, place] = column.place(number)
        elif isinstance(ref, list):
            for place, each in enumerate(ref):
                self._note(column, each, (*path, place))
        elif isinstance(ref, int) and column.has_place(ref):
            self._known[path] = column.place(ref)


def _never(value: Any) -> Any:
    return False
