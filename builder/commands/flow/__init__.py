"""flow: from a file to a draft and back, and what a published flow does."""

from builder.commands.common import noun
from builder.commands.flow import adding, drafts, examples, going_live, numbers, trying, versions

app = noun("flow", "Flows: drafts, and what was published from them.")
app.command("list")(drafts.list_)
app.command()(drafts.validate)
app.command("import")(drafts.import_)
app.command()(drafts.export)
app.command("test")(examples.run_them)
app.command()(trying.rehearse)
app.command()(trying.backtest)
app.command()(going_live.publish)
app.command()(going_live.pause)
app.command()(going_live.resume)
app.command()(going_live.finish)
app.command()(going_live.archive)
app.command()(adding.add)
app.command()(numbers.numbers)
app.command()(versions.versions)
app.command()(versions.diff)
app.command()(versions.restore)
app.command()(drafts.schema)
