"""Forms drawn from pydantic models, and the rule builder. They change a document; they store nothing themselves."""

from builder.forms.around import Around
from builder.forms.box import Box, Option
from builder.forms.form import Form
from builder.forms.listed import LISTS

__all__ = ["LISTS", "Around", "Box", "Form", "Option"]
