"""What a page says when the database is away, or has no room: nothing is promised that is not known."""

import errno
from typing import Any

import pytest
from django.db import OperationalError
from django.test import RequestFactory
from psycopg.errors import AdminShutdown, DiskFull

from tongxin.acts.terms import says_no_room
from tongxin.web.middleware import Refusals


def of_the_database(cause: Exception) -> OperationalError:
    error = OperationalError("words of the server")
    error.__cause__ = cause
    return error


def answered(error: Exception, method: str = "post", path: str = "/api/x", **headers: str) -> Any:
    request = getattr(RequestFactory(), method)(path, headers=headers)
    return Refusals(lambda _request: None).process_exception(request, error)  # type: ignore[arg-type, return-value]


def test_broken_commit_is_never_called_not_taken() -> None:
    answer = answered(of_the_database(AdminShutdown("terminating")))
    said = answer.content.decode()
    assert answer.status_code == 503 and answer.headers["Retry-After"] == "5"
    assert "说不准" in said and "not certain" in said
    assert "没有提交" not in said and "nothing was taken" not in said


def test_look_that_failed_may_simply_be_repeated() -> None:
    said = answered(of_the_database(AdminShutdown("terminating")), "get").content.decode()
    assert "请过一会儿再打开" in said and "说不准" not in said


@pytest.mark.parametrize(
    "error",
    [
        of_the_database(DiskFull("could not extend file")),
        OSError(errno.ENOSPC, "/data/x"),
        OSError(errno.EDQUOT, "/data/x"),
    ],
)
def test_no_room_is_said_as_such_and_nothing_leaks(error: Exception) -> None:
    answer = answered(error)
    said = answer.content.decode()
    assert answer.status_code == 507 and answer.headers["Retry-After"]
    assert "存储空间用完" in said and "nothing was taken" in said
    assert "/data" not in said and "extend" not in said


def test_other_errors_of_files_stay_our_own_mistakes() -> None:
    assert answered(OSError(errno.EACCES, "/data/x")) is None
    assert not says_no_room(of_the_database(AdminShutdown("x")))
