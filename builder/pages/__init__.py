"""One module is one page. Each has `register(house)`, which `builder/app.py` calls for every module it finds here."""
