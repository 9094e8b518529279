"""The command line's nouns, one file each. A command reads its words, calls the runtime as the pages do, and prints."""
