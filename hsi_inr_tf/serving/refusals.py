"""Refusals in one form, {"error": "a sentence"} over REST and a status with the same sentence over gRPC, and
one line of log a request.
"""

from http import HTTPStatus

import grpc
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from google.protobuf.message import DecodeError
from grpc import StatusCode, aio
from kserve import errors
from kserve.logging import logger
from starlette.exceptions import HTTPException

from hsi_inr_tf.errors import InputError, first_line


class Refused(errors.InvalidInput):
    """A request that cannot be answered as it is; the client is told why in a sentence (400, or
    INVALID_ARGUMENT).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason if len(reason) < 300 else reason[:300] + " ...")


class TooLong(TimeoutError):  # noqa: N818 - as Refused
    """A request that was not answered in time (503, or DEADLINE_EXCEEDED)."""


# What may be raised while a request is answered -> its status over REST and over gRPC.
STATUS = {
    InputError: (400, StatusCode.INVALID_ARGUMENT),
    errors.InvalidInput: (400, StatusCode.INVALID_ARGUMENT),
    errors.ModelNotFound: (404, StatusCode.NOT_FOUND),
    errors.UnsupportedProtocol: (501, StatusCode.UNIMPLEMENTED),
    NotImplementedError: (501, StatusCode.UNIMPLEMENTED),
    errors.ModelNotReady: (503, StatusCode.UNAVAILABLE),
    errors.ServerNotReady: (503, StatusCode.UNAVAILABLE),
    errors.ServerNotLive: (503, StatusCode.UNAVAILABLE),
    TooLong: (503, StatusCode.DEADLINE_EXCEEDED),
}
FAILED = "the server failed at this request; what went wrong is in its log"


def status_of(error: Exception) -> tuple[int, StatusCode] | None:
    """What an exception means over REST and over gRPC; None where it is a fault of the server."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), None)


def add_to(app: FastAPI) -> None:
    """Let the FastAPI `app` answer whatever is raised in the one form."""
    for kind in STATUS:
        app.add_exception_handler(kind, _refuse)
    app.add_exception_handler(HTTPException, _refuse_address)
    app.add_exception_handler(RequestValidationError, _refuse_body)
    app.add_exception_handler(Exception, _fail)  # starlette raises it on, and uvicorn logs it


async def _refuse(_, error):
    return JSONResponse({"error": str(error)}, status_of(error)[0])


async def _refuse_address(request, error):
    reason = error.detail
    if error.status_code == HTTPStatus.NOT_FOUND:
        reason = f"there is nothing at {request.url.path[:200]}"
    elif error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "another method")
        reason = f"{request.url.path[:200]} does not take {request.method[:20]}, expected {allowed}"
    return JSONResponse({"error": reason}, error.status_code, error.headers)


async def _refuse_body(_, error):
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return JSONResponse({"error": f"the request cannot be read: {place}: {first['msg']}"[:300]}, 400)


async def _fail(_, error):
    return JSONResponse({"error": FAILED}, 500)


class Answering(aio.ServerInterceptor):
    """Reads each message itself, so that what is none is refused in a sentence too; turns exceptions into
    statuses, and logs one line a request.
    """

    async def intercept_service(self, continuation, details):
        handler = await continuation(details)
        method = details.method.rpartition("/")[2]
        if handler is None:
            logger.info("grpc %s UNIMPLEMENTED", method[:100])
            return None

        async def answer(body: bytes, context):
            try:
                code, said = (
                    StatusCode.OK,
                    await handler.unary_unary(_message(handler, body, method), context),
                )
            except aio.AbortError:
                raise
            except Exception as error:
                status = status_of(error)
                if status is None:
                    logger.exception("grpc %s failed", method)
                code, said = (status[1], str(error)) if status else (StatusCode.INTERNAL, FAILED)
            logger.info("%s grpc %s %s", context.peer(), method, code.name)
            if code is StatusCode.OK:
                return said
            await context.abort(code, said)

        return grpc.unary_unary_rpc_method_handler(answer, None, handler.response_serializer)


def _message(handler, body, method):
    try:
        return handler.request_deserializer(body)
    except DecodeError as error:
        raise Refused(f"the request is no message that {method} takes ({first_line(error)})") from error
