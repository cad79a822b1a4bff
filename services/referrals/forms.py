"""Reading the forms that our pages send."""

from urllib.parse import parse_qs

from fastapi import Request

from shared.errors import Invalid

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 20


def is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == FORM


async def fields(request: Request) -> dict[str, str]:
    """The form's fields that hold anything; raises `Invalid` for what no page of ours sends."""
    try:
        body = (await request.body()).decode("ascii")
        form = parse_qs(body, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise Invalid("", "The form cannot be read.") from None
    if any(len(values) > 1 for values in form.values()):
        raise Invalid("", "The form names a field twice.")
    # A text area's lines end with CRLF, whatever was typed.
    return {name: values[0].replace("\r\n", "\n") for name, values in form.items()}
