"""Pages as tests read them: how a template breaks its lines means nothing."""

import re

from django.http import HttpResponse


def text_of(answer: HttpResponse) -> str:
    """The page with every run of white space as one space, none beside brackets of tags."""
    return re.sub(r"\s+", " ", answer.content.decode()).replace(" >", ">").replace("> <", "><")
