"""A picture: uploaded, or by its address."""

from typing import Any

from nicegui import events, ui

from blocks.phrase import say
from builder.forms.box import Box
from builder.forms.field import Field, Show
from builder.forms.widgets.text import draw_label
from builder.parts.controls import button
from builder.parts.tag import icon, tag
from builder.parts.toast import toast
from builder.studio.kit import kit_of
from runtime.accounts.refused import Refused
from runtime.intake.media import MOST_BYTES, TYPES


def draw_image(field: Field) -> Show:
    """What is there now, a button to upload another, and the address."""
    kit, w = kit_of(field), field.w
    draw_label(field)

    async def take(upload: events.UploadEventArguments) -> None:
        name, data = upload.file.name, await upload.file.read()
        uploader.reset()
        try:
            address = await kit.keep(data, name)
        except Refused as refused:
            toast(w.text(refused.phrase), kind="bad")
            return
        field.put(address)
        show()

    def refused() -> None:
        text = say("This picture is larger than {n} MB. Make it smaller first.", n=MOST_BYTES // 1_000_000)
        toast(w.text(text), kind="bad")

    with tag("div", "st-image"):
        seen = tag("div", "st-image-seen", aria_hidden="true")
        with tag("div", "cw-grow"):
            uploader = ui.upload(
                on_upload=take, on_rejected=refused, auto_upload=True, max_file_size=MOST_BYTES
            ).classes("hidden")
            uploader.props["accept"] = ",".join(TYPES.values())
            uploader.props["no-thumbnails"] = True
            choose = button(w("Upload a picture"), small=True, symbol="upload")
            choose.on("click", js_handler=f"() => getElement({uploader.id}).$refs.qRef.pickFiles()")
    box = Box(str(field.value or ""), lambda text: put(text), placeholder="https://", length=1000)
    field.entered_by(box)

    def put(text: str) -> None:
        field.put(text.strip())
        look()

    def look() -> None:
        seen.clear()
        address = str(field.value or "")
        with seen:
            if address.lower().startswith(("https://", "http://")) and "{{" not in address:
                tag("img", src=_seen_from_here(address, kit.own_url), alt="", referrerpolicy="no-referrer")
            else:
                icon("image")

    def show() -> None:
        box.show(str(field.value or ""))
        look()

    look()
    return show


def _seen_from_here(address: str, own_url: str) -> Any:
    """Pictures that this installation serves, by their path: it may have another name in this browser."""
    own = own_url.rstrip("/") + "/"
    return "/" + address.removeprefix(own) if address.startswith(own) else address
