"""The versions of a flow: what each changed, two of them side by side, and an old one back as the draft."""
