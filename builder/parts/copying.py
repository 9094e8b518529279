"""Something to copy, with a button that does it."""

from builder.parts.controls import icon_button
from builder.parts.tag import Tag, tag
from runtime.words import Words

# Reads what stands beside the button, so that the text itself never becomes part of a script.
_COPY = """(event) => {
  const button = event.currentTarget, code = button.previousElementSibling;
  getSelection().selectAllChildren(code);
  const done = () => {
    const icon = button.querySelector('.ms');
    icon.textContent = 'check';
    setTimeout(() => (icon.textContent = 'content_copy'), 1600);
  };
  if (navigator.clipboard) navigator.clipboard.writeText(code.textContent).then(done);
  else if (document.execCommand('copy')) done();
}"""


def copyable(text: str, w: Words) -> Tag:
    """One line of code with a button beside it."""
    row = tag("div", "cw-copy")
    with row:
        tag("code", "code cw-grow", text)
        icon_button("content_copy", w("Copy")).on("click", js_handler=_COPY)
    return row
