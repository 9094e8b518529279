"""What can keep an e-mail from being read, compiled, rendered or built. Each says what happened in plain words."""

from blocks.phrase import Phrase, Quoted, say


class MailError(ValueError):
    """An e-mail that cannot be made as it is. `phrase` can be shown to a person, `code` kept with a message."""

    code = "mail_error"

    def __init__(self, phrase: Phrase) -> None:
        args = {name: f'"{arg.text}"' if isinstance(arg, Quoted) else arg for name, arg in phrase.args.items()}
        super().__init__(phrase.msgid.format_map(args))
        self.phrase = phrase


class TagBroken(MailError):
    """A merge tag that cannot be understood. `section` ("" for the e-mail itself) and `field` say where it stands."""

    code = "tag_broken"

    def __init__(self, phrase: Phrase, section: str = "", field: str = "") -> None:
        super().__init__(phrase)
        self.section = section
        self.field = field


class CompileFailed(MailError):
    """The document is sound but no HTML came out of it that holds every merge tag once."""

    code = "compile_failed"


class RenderFailed(MailError):
    """The values of one contact do not fit into the e-mail, for example because it would grow beyond its limit."""

    code = "render_failed"


class HeaderRefused(MailError):
    """A header or an address that mail servers would misread. `field` names it."""

    code = "header_refused"

    def __init__(self, field: str, phrase: Phrase | None = None) -> None:
        super().__init__(
            phrase or say("{field} holds a line break or a character that no e-mail may carry", field=field)
        )
        self.field = field
