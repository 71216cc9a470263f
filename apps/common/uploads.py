"""How much may be sent at once. Checked before a body is taken apart, for whoever sends it, signed in or not."""

from typing import IO, Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

LARGEST = 100_000_000  # bytes: somewhat more than the largest project folder


class Bounded(FileUploadHandler):
    """Refuses a form that is too large; otherwise leaves its files to the next handler."""

    def handle_raw_input(
        self, input_data: IO[bytes], META: dict[str, Any], content_length: int, boundary: str, encoding: Any = None
    ) -> None:
        if content_length > LARGEST:
            raise RequestDataTooBig(f"{content_length} bytes were sent, {LARGEST} are allowed")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler has the file."""
